"""What ``make run`` sets for a first run, and what it leaves as the operator has set it."""

from pathlib import Path

import pytest

from scheduler import supervisor

SET = (
    "SECRET_KEY=ours\nPORT=9000\nADMIN_EMAIL=rina@jakarta.example\nADMIN_PASSWORD=hers\nNLU_URL=http://nlu:5005\n"
)
NAMES = ("SECRET_KEY", "PORT", "ADMIN_EMAIL", "ADMIN_PASSWORD", "NLU_URL")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation whose environment says nothing."""
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(supervisor, "ROOT", tmp_path)
    return tmp_path


def told() -> list[str | None]:
    env = supervisor._environment()
    return [env.get(name) for name in NAMES]


def test_a_first_run_makes_a_key_and_an_account_and_keeps_them(folder: Path) -> None:
    key, port, email, password, nlu = told()
    assert (port, email, nlu) == ("8000", "admin@jakarta.example", None)
    assert [key, password] == [(folder / "var" / name).read_text() for name in ("secret_key", "admin_password")]
    assert told()[0] == key


@pytest.mark.parametrize("written", [SET, SET.replace("SECRET_KEY", "secret_key")])
def test_what_stands_in_the_file_is_not_overridden(folder: Path, written: str) -> None:
    """Else everything would be encrypted with a key that the operator does not know."""
    (folder / ".env").write_text(written)
    assert told() == ["ours", "9000", "rina@jakarta.example", "hers", "http://nlu:5005"]
    assert not (folder / "var").exists()


def test_the_environment_goes_first(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / ".env").write_text(SET)
    monkeypatch.setenv("SECRET_KEY", "another")
    assert told()[:2] == ["another", "9000"]
