"""Thousands of messages through a Twilio that refuses, breaks off, stays silent or fails: none is lost or doubled.

The official client, a stand-in that is a process of its own, and its requests checked against Twilio's published
description. The long run is part of ``make faults``.
"""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from bot.delivery.delivery import SENDERS, Courier
from bot.messages import WHATSAPP
from storage.database import Database
from tests.support.clock import MoveableClock
from tests.support.outbox import Post
from tests.support.twilio import Twilio

pytestmark = pytest.mark.processes
# What happens to a share of the requests, one after the other, again and again.
TROUBLES = ("429", "accept_then_500", "reset", "accept_then_reset", "500", "timeout", "accept_then_timeout", "ok")
SHARE, SILENT_S, PATIENCE_S = 0.3, 0.3, 0.15
PEOPLE = 100
ROUNDS = 1_000
AT_ONCE = 12  # conversations that a line has in hand
sizes = pytest.mark.parametrize("messages", [240, pytest.param(10_000, marks=pytest.mark.faults)])


@sizes
def test_each_is_taken_once_or_known_to_be_in_doubt(
    twilio: Twilio, sqlite_database: Database, clock: MoveableClock, messages: int
) -> None:
    office = Post(sqlite_database, clock)
    _write(office, messages)
    with ThreadPoolExecutor(SENDERS) as pool:
        channel = twilio.channel(timeout_s=PATIENCE_S)
        courier = Courier(sqlite_database, {WHATSAPP: channel}, clock, "one", pool)
        seen = _send_through_trouble(courier, twilio, clock, office)
        twilio.fails("ok")
        _until_nothing_moves(courier, clock, office)
    assert {"20429", "20500", "ReadTimeout"} <= seen, "the faults did happen"
    _audit(office, twilio)


def _write(office: Post, messages: int) -> None:
    """Each person is sent some texts twice: identical ones are told apart by counting."""
    people = [(office.conversation(f"+6280005{n:05d}"), f"whatsapp:+6280005{n:05d}") for n in range(PEOPLE)]
    for n in range(messages):
        conversation, recipient = people[n % PEOPLE]
        office.write(f"Pesan {n // PEOPLE // 2}", conversation_id=conversation, recipient=recipient)


def _send_through_trouble(courier: Courier, twilio: Twilio, clock: MoveableClock, office: Post) -> set[str]:
    """One trouble after the other, each while something is due; the errors that were seen."""
    seen: set[str] = set()
    for n, trouble in enumerate(TROUBLES):
        twilio.fails(trouble, share=SHARE, seed=n, seconds=SILENT_S)
        for _ in range(1 + office.count("waiting") // len(TROUBLES) // AT_ONCE):
            courier.round()
        seen |= office.errors()
        clock.move(seconds=30)
        courier.settle()
    return seen


def _until_nothing_moves(courier: Courier, clock: MoveableClock, office: Post) -> None:
    for _ in range(ROUNDS):
        if office.count("accepted") == office.count():
            return
        while courier.round():
            pass
        clock.move(minutes=10)
        courier.settle()
    raise AssertionError("It never comes to rest.")


def _audit(office: Post, twilio: Twilio) -> None:
    """What was taken is what was written, as often as it was written, and each row has an id of its own."""
    taken = twilio.get("messages")
    rows = office.rows()
    assert Counter((m["to"], m["body"]) for m in taken) == Counter((r.recipient, r.body["text"]) for r in rows)
    assert {r.provider_id for r in rows} == {m["sid"] for m in taken}
    assert len({r.provider_id for r in rows}) == len(rows)
    assert twilio.get("violations") == []
