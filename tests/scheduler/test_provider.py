"""The leader alone compares with the provider's list and deletes copies there."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import update

from bot.delivery.copies import Copies
from bot.intake import inbox
from bot.intake.reconciliation import Reconciler
from bot.messages import WHATSAPP
from bot.rulebook import Rulebook
from scheduler.provider import AtProvider
from storage.database import Database
from storage.leading import Leadership
from storage.models import InboundMessage
from tests.support.archive import Archive
from tests.support.clock import MoveableClock
from tests.support.messages import by_whatsapp
from tests.support.settings import OUR_WHATSAPP

EVERY = timedelta(minutes=10)


@pytest.fixture
def archive(clock: MoveableClock) -> Archive:
    """Keeps one message that the webhook lost."""
    kept = Archive()
    kept.puts(by_whatsapp(), clock.now() - timedelta(hours=1))
    return kept


@pytest.fixture
def at_provider(database: Database, rulebook: Rulebook, clock: MoveableClock, archive: Archive) -> AtProvider:
    lines = {WHATSAPP: OUR_WHATSAPP}
    reconciler = Reconciler(database, rulebook.words, archive, clock, lines)
    return AtProvider(reconciler, Copies(database, archive, clock, lines, timedelta(days=30)), EVERY)


def run(at_provider: AtProvider, leadership: Leadership, stop: threading.Event | None = None) -> None:
    for job, _ in at_provider.jobs(leadership, stop or threading.Event()):
        job()


def test_both_are_done_by_the_leader(
    at_provider: AtProvider, database: Database, clock: MoveableClock, archive: Archive
) -> None:
    leadership = Leadership(database)
    run(at_provider, leadership)
    assert len(archive.asked) == 1
    with database.begin() as session:
        assert session.execute(update(InboundMessage).values(state="done")).rowcount == 1
    clock.move(days=31)
    run(at_provider, leadership)
    assert len(archive.forgotten) == 1
    leadership.release()


def test_nobody_else_asks_the_provider(at_provider: AtProvider, database: Database, archive: Archive) -> None:
    leader, other = Leadership(database), Leadership(database)
    assert leader.is_ours()
    run(at_provider, other)
    assert len(archive.asked) == (1 if database.is_sqlite else 0), "on SQLite each process leads"
    run(at_provider, leader)
    run(at_provider, other)
    assert len(archive.asked) == 1, "and the second finds it done"
    leader.release()


def test_a_worker_that_is_to_stop_asks_for_no_more(
    at_provider: AtProvider, database: Database, rulebook: Rulebook, clock: MoveableClock, archive: Archive
) -> None:
    with database.begin() as session:
        inbox.store(session, by_whatsapp(), rulebook.words, clock.now() - timedelta(days=31))
        session.execute(update(InboundMessage).values(state="done"))
    stop, leadership = threading.Event(), Leadership(database)
    stop.set()
    run(at_provider, leadership, stop)
    assert archive.forgotten == []
    leadership.release()


def test_how_often(at_provider: AtProvider, database: Database) -> None:
    jobs = at_provider.jobs(Leadership(database), threading.Event())
    assert [seconds for _, seconds in jobs] == [600, 60]
