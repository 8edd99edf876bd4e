"""Real processes are asked to end amid their work: nothing is lost or doubled, nothing stays claimed."""

import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from sqlalchemy import func, or_, select

from bot.clock import system_clock
from bot.intake import inbox
from bot.rulebook import Rulebook
from bot.settings import ROOT
from storage.database import Database
from storage.models import Conversation, InboundMessage, MediaFile, OutboundMessage, SenderLease
from tests.journeys.conftest import specs
from tests.journeys.town import Town, town, wait_for
from tests.standins.citizen import MESSAGES
from tests.support import databases
from tests.support.databases import PostgresTemplate
from tests.support.messages import by_whatsapp
from tests.support.settings import ACCOUNT, OUR_WHATSAPP, TOKEN

pytestmark = pytest.mark.processes

LIMIT_S = 10
QUICK_S = 5  # where nothing hangs
BURST = 300
SETTLED_WITHIN_S = 120
TEXTS = (
    "jalan berlubang di Jl. Kenanga depan pasar {n}, tolong diperbaiki",
    "sampah di TPS RW {n} Duri Kepa tidak diangkut seminggu, bau sekali",
    "KTP saya hilang, cara urusnya gimana ya?",
    "halo selamat pagi",
)


def test_a_whole_town_in_the_middle_of_a_burst(tmp_path: Path) -> None:
    with town(tmp_path, specs=specs()) as place:
        _ends_and_begins_again(place)


def test_a_whole_town_on_postgresql(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    if databases.POSTGRESQL not in databases.kinds():
        return  # the summary says loudly that PostgreSQL is not tested
    template: PostgresTemplate = request.getfixturevalue("postgresql_template")
    with template.empty() as url, town(tmp_path, url, specs(), workers=2) as place:
        _ends_and_begins_again(place)


def _ends_and_begins_again(place: Town) -> None:
    env = _environment_of(place.supervisor.pid)
    forms = [place.citizen().form(random.choice(TEXTS).format(n=n)) for n in range(BURST)]
    with ThreadPoolExecutor(8) as pool:
        posting = [pool.submit(_insist, place, form) for form in forms]
        with place.database() as database:
            wait_for(lambda: _answered(database) >= BURST // 4, 60, "a part of the answers")
            took = _end(place.supervisor)
            assert 0 < _answered(database) < BURST, "it ended in the middle"
            assert _held(database) == []
        assert took < LIMIT_S
        with _again(place, env) as running, running.database() as database:
            for post in posting:
                post.result()
            wait_for(lambda: _is_settled(database), SETTLED_WITHIN_S, "the end of all work", 0.3)
            _audit(running, database, {form["MessageSid"] for form in forms})
    print(f"stopped within {took:.1f} s")  # noqa: T201


def _environment_of(pid: int) -> dict[str, str]:
    pairs = Path(f"/proc/{pid}/environ").read_text().split("\0")
    return dict(pair.split("=", 1) for pair in pairs if pair)


def _end(process: "subprocess.Popen[bytes]") -> float:
    began = time.monotonic()
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 0
    return time.monotonic() - began


@contextmanager
def _again(place: Town, env: dict[str, str]) -> Iterator[Town]:
    """The same town, started anew."""
    process = subprocess.Popen([sys.executable, "-m", "scheduler.supervisor"], cwd=ROOT, env=env)
    try:
        yield replace(place, supervisor=process)
    finally:
        _end(process)


def _insist(place: Town, form: dict[str, str]) -> None:
    """Post until it is acknowledged, as Twilio does."""
    line = place.citizen().line
    for _ in range(600):
        try:
            with httpx.Client(trust_env=False, verify=False, timeout=15) as client:
                if line.post(form, MESSAGES, client).status_code == httpx.codes.OK:
                    return
        except httpx.HTTPError:
            pass
        time.sleep(0.2)
    raise AssertionError("A message was never acknowledged.")


def _answered(database: Database) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).where(InboundMessage.state == "done")) or 0


def _held(database: Database) -> list[str]:
    """Everything that somebody has in hand."""
    with database.read() as session:
        return [
            *(f"conversation {id_}" for id_ in session.scalars(
                select(Conversation.id).where(Conversation.lease_until.is_not(None)))),
            *(f"file {id_}" for id_ in session.scalars(
                select(MediaFile.id).where(MediaFile.lease_until.is_not(None), MediaFile.state == "waiting"))),
            *(f"line {line}" for line in session.scalars(
                select(SenderLease.line).where(SenderLease.owner.is_not(None)))),
            *(f"message {id_}" for id_ in session.scalars(
                select(OutboundMessage.id).where(OutboundMessage.state == "sending"))),
        ]  # fmt: skip


def _is_settled(database: Database) -> bool:
    with database.read() as session:
        unread = session.scalar(select(func.count()).where(InboundMessage.state != "done"))
        moving = OutboundMessage.state.in_(("sending", "in_doubt"))
        due = (OutboundMessage.state == "waiting") & (OutboundMessage.due_at <= system_clock().now())
        unsent = session.scalar(select(func.count()).where(or_(moving, due)))
    return not unread and not unsent


def _audit(place: Town, database: Database, sent: set[str]) -> None:
    with database.read() as session:
        stored = session.scalars(select(InboundMessage)).all()
        written = session.scalars(
            select(OutboundMessage).where(
                OutboundMessage.channel == "whatsapp", OutboundMessage.state != "waiting"
            )
        ).all()
    assert Counter(message.external_id for message in stored) == Counter(sent), "each is stored once"
    assert all(message.outcome not in (None, "error") for message in stored), "each has an outcome"
    wanted = Counter((row.recipient, row.body["text"]) for row in written if not row.at_least_once)
    # A question's choices stand numbered behind its text.
    arrived = Counter((m["to"], m["body"].partition("\n1. ")[0]) for m in place.sent_messages())
    assert {key: count for key, count in arrived.items() if key in wanted} == wanted, "each reply arrived once"
    assert place.violations() == []


# -- one worker, and a model or a provider that does not answer -------------------------------------------------


@contextmanager
def _deaf() -> Iterator[str]:
    """An address at which somebody takes calls and never says a word."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


@contextmanager
def _worker(
    database: Database, folder: Path, nlu: str = "", twilio: str = ""
) -> Iterator["subprocess.Popen[bytes]"]:
    env = {
        "PATH": os.environ["PATH"],
        "DATABASE_URL": database.engine.url.render_as_string(hide_password=False),
        "SECRET_KEY": "test secret",
        "MEDIA_FOLDER": str(folder / "media"),
        "NLU_URL": nlu,
        "TWILIO_API_BASE": twilio,
        "TWILIO_ACCOUNT_SID": ACCOUNT if twilio else "",
        "TWILIO_AUTH_TOKEN": TOKEN if twilio else "",
        "TWILIO_WHATSAPP_FROM": OUR_WHATSAPP if twilio else "",
        "RECONCILE_EVERY_MIN": "1440",
    }
    with (folder / "worker.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "flask", "--app", "app", "worker"], cwd=ROOT, env=env, stdout=log, stderr=log
        )
        try:
            wait_for(lambda: "worker_started" in _said(folder), 60, f"the worker ({folder}/worker.log)")
            yield process
        finally:
            process.kill()
            process.wait()


def _said(folder: Path) -> str:
    return (folder / "worker.log").read_text()


@pytest.fixture
def waiting(database: Database, rulebook: Rulebook) -> None:
    """Somebody has written."""
    with database.begin() as session:
        inbox.store(session, by_whatsapp("got mampet di depan rumah"), rulebook.words, system_clock().now())


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_an_idle_worker_ends_at_each_signal(
    sqlite_database: Database, tmp_path: Path, number: signal.Signals
) -> None:
    with _worker(sqlite_database, tmp_path) as process:
        process.send_signal(number)
        assert process.wait(QUICK_S) == 0
    assert "worker_stopped" in _said(tmp_path)
    assert _held(sqlite_database) == []


@pytest.mark.usefixtures("waiting")
def test_the_model_hangs(database: Database, tmp_path: Path) -> None:
    with _deaf() as nlu, _worker(database, tmp_path, nlu=nlu) as process:
        wait_for(lambda: _held(database), 20, "the conversation in hand")
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        assert process.wait(LIMIT_S) == 0
        took = time.monotonic() - began
    assert took < LIMIT_S
    assert _held(database) == []
    assert _answered(database) == 0  # whoever is next answers it


@pytest.mark.usefixtures("waiting")
def test_asked_twice_it_does_not_wait(database: Database, tmp_path: Path) -> None:
    with _deaf() as nlu, _worker(database, tmp_path, nlu=nlu) as process:
        wait_for(lambda: _held(database), 20, "the conversation in hand")
        process.send_signal(signal.SIGTERM)
        time.sleep(1.5)
        assert process.poll() is None
        process.send_signal(signal.SIGTERM)
        assert process.wait(LIMIT_S / 2) == 0
    assert "worker_gave_up" in _said(tmp_path)
    assert _held(database) == []


@pytest.mark.usefixtures("waiting")
def test_the_provider_hangs(database: Database, tmp_path: Path) -> None:
    """What may have been sent is looked up by the next worker, at once."""
    with _deaf() as twilio, _worker(database, tmp_path, twilio=twilio) as process:
        wait_for(lambda: any(held.startswith("message") for held in _held(database)), 20, "the reply in hand")
        process.send_signal(signal.SIGTERM)
        assert process.wait(LIMIT_S) == 0
    with database.read() as session:
        row = session.scalars(select(OutboundMessage).where(OutboundMessage.channel == "whatsapp")).one()
    assert [held for held in _held(database) if not held.startswith("message")] == []
    assert row.state in ("sending", "in_doubt")
    assert row.lease_until is not None
    assert row.state == "in_doubt" or row.lease_until <= system_clock().now()
