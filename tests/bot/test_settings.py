"""Settings from the environment, from ``.env`` and from files that ``X_FILE`` names."""

import subprocess
import sys
from pathlib import Path
from typing import Literal, get_args, get_origin

import pytest
from pydantic import ValidationError
from pydantic.fields import FieldInfo

from bot.errors import ConfigError
from bot.settings import ROOT, Settings
from tests.support.settings import isolated_settings

SHAPED = {"trial_numbers": "+6281234567890", "second_factor_for": "administrator,leadership"}


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Neither this machine's environment nor its ``.env`` counts."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
        monkeypatch.delenv(f"{name.upper()}_FILE", raising=False)
    monkeypatch.chdir(tmp_path)


def put(monkeypatch: pytest.MonkeyPatch, name: str, path: Path, content: bytes) -> None:
    path.write_bytes(content)
    monkeypatch.setenv(f"{name}_FILE", str(path))


def value_for(name: str, field: FieldInfo) -> str:
    """Something that this setting may be."""
    if field.annotation is int:
        return "5"
    if get_origin(field.annotation) is Literal:
        return str(get_args(field.annotation)[-1])
    return SHAPED.get(name, f"of {name}")


def as_written(value: object) -> str:
    return ",".join(value) if isinstance(value, tuple) else str(value)


def test_every_setting_may_come_from_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    values = {name: value_for(name, field) for name, field in Settings.model_fields.items()}
    for name, value in values.items():
        put(monkeypatch, name.upper(), tmp_path / name, value.encode() + b"\n")
    settings = Settings().model_dump()
    assert {name: as_written(value) for name, value in settings.items()} == values


def test_a_list_in_a_file_is_split_as_elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    put(monkeypatch, "SECRET_KEY", tmp_path / "key", b"new, old\r\n")
    assert Settings().secret_key == ("new", "old")


def test_only_the_last_line_end_is_taken_off(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    put(monkeypatch, "ADMIN_PASSWORD", tmp_path / "password", b" a\nb \n")
    assert Settings().admin_password == " a\nb "


def test_a_file_comes_before_a_plain_setting(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    put(monkeypatch, "SMTP_URL", tmp_path / "smtp", b"smtps://mail.example")
    monkeypatch.setenv("SMTP_URL", "smtp://127.0.0.1:25")
    assert Settings().smtp_url == "smtps://mail.example"


def test_the_file_may_be_named_in_dotenv(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("one,two\n")
    (tmp_path / ".env").write_text("TWILIO_AUTH_TOKEN_FILE=token\n")
    assert Settings().twilio_auth_token == ("one", "two")


def test_an_empty_name_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NLU_URL_FILE", "")
    monkeypatch.setenv("NLU_URL", "http://127.0.0.1:5005")
    assert Settings().nlu_url == "http://127.0.0.1:5005"


def test_a_missing_file_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY_FILE", "/run/secrets/none")
    with pytest.raises(ConfigError) as caught:
        Settings()
    assert caught.value.problems == [
        "SECRET_KEY_FILE: the file /run/secrets/none cannot be read (No such file or directory); "
        "correct the path or unset SECRET_KEY_FILE."
    ]


def test_all_files_that_cannot_be_read_are_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    put(monkeypatch, "MAIL_FROM", tmp_path / "binary", b"\xff\xfe")
    monkeypatch.setenv("SMTP_URL_FILE", str(tmp_path))
    with pytest.raises(ConfigError) as caught:
        Settings()
    reasons = [problem.split("(")[1].split(")")[0] for problem in caught.value.problems]
    assert reasons == ["Is a directory", "it is no text in UTF-8"]


def test_nothing_starts_without_a_file_that_is_named() -> None:
    command = [sys.executable, "-m", "flask", "--app", "app", "check-config"]
    ended = subprocess.run(command, cwd=ROOT, env={"SECRET_KEY_FILE": "/nope"}, capture_output=True, text=True)
    assert ended.returncode == 1
    assert ended.stderr.splitlines()[0].startswith("SECRET_KEY_FILE: the file /nope cannot be read")
    assert "Traceback" not in ended.stderr


def test_no_setting_is_named_like_the_file_of_another() -> None:
    names = set(Settings.model_fields)
    assert not {f"{name}_file" for name in names} & names


def test_a_second_factor_can_only_be_demanded_of_roles_that_there_are() -> None:
    assert isolated_settings(second_factor_for="administrator, sealed_officer").second_factor_for == (
        "administrator",
        "sealed_officer",
    )
    with pytest.raises(ValidationError, match="chief: no role"):
        isolated_settings(second_factor_for="chief")
