"""A worker that starts finds what dead ones of its machine held, and nobody has to wait for their leases."""

import os
import subprocess
import sys
from datetime import timedelta

import pytest

from bot.intake import inbox
from bot.rulebook import Rulebook
from scheduler.orphans import shorten_leases
from storage.database import Database
from storage.models import OutboundMessage
from storage.queries import sending
from storage.queries.claiming import Lease, claim_conversations, hold_lease
from tests.support.clock import MoveableClock
from tests.support.messages import by_whatsapp
from tests.support.outbox import Post

MINUTE = timedelta(minutes=1)
NEW = "host:999999999-a1"


@pytest.fixture(scope="module")
def dead() -> str:
    """A worker that has lived and died on this machine."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return f"host:{process.pid}-b2"


@pytest.fixture
def waiting(database: Database, rulebook: Rulebook, clock: MoveableClock) -> None:
    with database.begin() as session:
        inbox.store(session, by_whatsapp("halo"), rulebook.words, clock.now())
        inbox.place_new(session, clock.now())


def claimed(database: Database, clock: MoveableClock, owner: str) -> list[Lease]:
    with database.begin() as session:
        return claim_conversations(session, owner, clock.now(), 10, MINUTE)


@pytest.mark.usefixtures("waiting")
@pytest.mark.parametrize("itself", [False, True], ids=["another number", "the same, as in a container"])
def test_its_conversations_are_taken_over_soon(
    database: Database, clock: MoveableClock, dead: str, itself: bool
) -> None:
    [held] = claimed(database, clock, dead)
    shorten_leases(database, dead.replace("b2", "e5") if itself else NEW, clock)
    assert claimed(database, clock, NEW) == []  # what killed it may kill again: others first
    clock.move(seconds=6)
    [taken] = claimed(database, clock, NEW)
    with database.begin() as session:
        assert hold_lease(session, held) is None
        assert hold_lease(session, taken) is not None


@pytest.mark.usefixtures("waiting")
@pytest.mark.parametrize("alive", [f"host:{os.getpid()}-c3", "elsewhere:999999998-d4"], ids=["lives", "elsewhere"])
def test_others_keep_theirs(database: Database, clock: MoveableClock, alive: str) -> None:
    claimed(database, clock, alive)
    shorten_leases(database, NEW, clock)
    clock.move(seconds=6)
    assert claimed(database, clock, NEW) == []


def test_its_number_is_free_and_its_messages_are_looked_up(post: Post, database: Database, dead: str) -> None:
    sent = post.write()
    with database.begin() as session:
        sending.hold_line(session, "whatsapp", dead, post.clock.now(), MINUTE)
        row = session.get_one(OutboundMessage, sent)
        row.state, row.lease_owner, row.attempts = "sending", dead, 1
        row.lease_until = post.clock.now() + MINUTE
    shorten_leases(database, NEW, post.clock)
    post.courier("two").settle()
    assert post.row(sent).state == "in_doubt"
    with database.begin() as session:
        assert sending.hold_line(session, "whatsapp", "two", post.clock.now(), MINUTE) is not None
