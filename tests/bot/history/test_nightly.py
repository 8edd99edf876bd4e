"""Every night a part of the chains is walked; coordinators hear of what does not fit, once."""

from collections.abc import Iterator

import pytest
from sqlalchemy import select

from bot.history import nightly, verifying
from storage.models import Anchor, HistoryCheck, OutboundMessage
from tests.bot.history.conftest import Hall
from tests.support.clock import at


@pytest.fixture
def night(hall: Hall) -> Iterator[Hall]:
    """At one o'clock and a minute."""
    hall.clock.at = at("2026-11-25T01:01+07:00")
    return hall


def until_done(hall: Hall) -> int:
    rows = 0
    for _ in range(10):
        rows += nightly.run_due(hall.database, hall.rulebook, hall.clock.now())
        hall.clock.move(seconds=30)
    return rows


def checks(hall: Hall) -> list[HistoryCheck]:
    with hall.database.read() as session:
        return list(session.scalars(select(HistoryCheck).order_by(HistoryCheck.id)))


def letters(hall: Hall) -> list[OutboundMessage]:
    with hall.database.read() as session:
        return list(session.scalars(select(OutboundMessage).where(OutboundMessage.key.startswith("history:"))))


def test_all_chains_are_walked_in_a_night_and_anchored(night: Hall) -> None:
    assert until_done(night) == 13
    (check,) = checks(night)
    assert (check.rows, check.problems, check.reached) == (13, 0, verifying.END)
    assert check.finished_at is not None
    assert letters(night) == []
    with night.database.read() as session:
        assert len(session.scalars(select(Anchor)).all()) == 1


def test_by_day_nothing_is_done(hall: Hall) -> None:
    assert until_done(hall) == 0
    assert checks(hall) == []


def test_the_next_night_it_is_done_again(night: Hall) -> None:
    until_done(night)
    night.clock.move(days=1)
    until_done(night)
    assert len(checks(night)) == 2


def test_coordinators_hear_of_it_once_a_night(night: Hall) -> None:
    night.tamper("UPDATE ticket_events SET kind = 'x' WHERE id = (SELECT min(id) FROM ticket_events)")
    until_done(night)
    told = letters(night)
    assert len(told) == len(night.rulebook.city.people.coordinators)
    assert f"ticket:{night.numbers[0]}" in told[0].body["text"]
    assert checks(night)[0].problems == 1


def test_what_a_verification_of_parts_finds_is_what_one_of_all_does(
    night: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verifying, "PART", 1)
    monkeypatch.setattr(verifying, "TICKETS_AT_ONCE", 1)
    night.tamper("DELETE FROM audit_entries WHERE id = (SELECT max(id) FROM audit_entries)",
                 "UPDATE ticket_events SET kind = 'x' WHERE id = (SELECT max(id) FROM ticket_events)")  # fmt: skip
    found = night.verify()
    assert len(found) == 2
    assert until_done(night) == 12
    assert checks(night)[0].problems == 2
