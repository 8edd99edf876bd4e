"""The floor does what it is said to do: an unsigned message is refused, a signed one is on the disk."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from benchmarks.load.traffic import messages
from benchmarks.load.webhooks import signature
from benchmarks.peers import floor
from tests.standins.citizen import MESSAGES
from tests.support.settings import TOKEN

HERE = "https://floor.example"


@pytest.fixture
def file(tmp_path: Path) -> str:
    return str(tmp_path / "floor.db")


@pytest.fixture
def webhook(file: str, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    for name, value in {"FLOOR_DATABASE": file, "FLOOR_URL": HERE, "FLOOR_TOKEN": TOKEN}.items():
        monkeypatch.setenv(name, value)
    floor.prepare(file)
    return floor.create_app().test_client()


def rows(file: str) -> list[tuple[str, str, str]]:
    with closing(sqlite3.connect(file)) as connection:
        return connection.execute("SELECT sid, sender, body FROM floor_messages").fetchall()


def test_a_signed_message_is_one_row(webhook: FlaskClient, file: str) -> None:
    (form,) = messages(1)
    told = webhook.post(
        MESSAGES, data=form, headers={"X-Twilio-Signature": signature(HERE + MESSAGES, form, TOKEN)}
    )
    assert (told.status_code, told.mimetype) == (200, "text/xml")
    assert rows(file) == [(form["MessageSid"], form["From"], form["Body"])]


def test_a_forged_message_is_refused(webhook: FlaskClient, file: str) -> None:
    (form,) = messages(1)
    forged = {"X-Twilio-Signature": signature(HERE + MESSAGES, form, "another token")}
    assert webhook.post(MESSAGES, data=form, headers=forged).status_code == 403
    assert webhook.post(MESSAGES, data=form).status_code == 403
    assert not rows(file)


def test_it_is_as_durable_as_ours(file: str) -> None:
    with closing(floor.connect(file)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert connection.execute("PRAGMA synchronous").fetchone() == (2,), "FULL"


def test_it_starts_from_nothing_each_time(webhook: FlaskClient, file: str) -> None:
    (form,) = messages(1)
    signed = {"X-Twilio-Signature": signature(HERE + MESSAGES, form, TOKEN)}
    assert webhook.post(MESSAGES, data=form, headers=signed).status_code == 200
    floor.prepare(file)
    assert not rows(file)
