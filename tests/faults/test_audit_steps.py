"""The audit of what the clock does finds whatever is missing and whatever is there though nobody was to do it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from sqlalchemy import Row

from bot.duty import duty
from bot.following import digests, followups
from bot.rulebook import Rulebook
from bot.tickets.followups_plan import Kind
from storage.database import Database
from storage.models import Alarm, Digest, Ticket, User
from tests.faults import audit_steps, records
from tests.faults.records import Records
from tests.journeys.town import Town
from tests.support import downtime
from tests.support.downtime import DOWN_FROM, LONG_BEFORE, UP_AGAIN


@dataclass(frozen=True)
class Nobody:
    """Where nothing is sent and nothing has arrived."""

    mails: Path

    def sent_messages(self) -> list[Any]:
        return []

    callbacks = violations = sent_messages


@pytest.fixture
def found(sqlite_database: Database, rulebook: Rulebook, tmp_path: Path) -> Records:
    """After two of each kind, an emergency and an agency's list, all of them done."""
    downtime.fill(sqlite_database, 2 * downtime.STEPS)
    with sqlite_database.begin() as session:
        session.add(Digest(kind="agency", target="bina_marga", due_at=UP_AGAIN))
        session.add(User(email="a@jakarta.example", password_hash="", role="coordinator", phone="+628000",
                         created_at=DOWN_FROM - LONG_BEFORE))  # fmt: skip
        urgent = session.get_one(Ticket, 7)
        urgent.urgent = True
        session.add(Alarm(ticket_id=urgent.id, created_at=DOWN_FROM, next_at=DOWN_FROM))
    for run_due in (followups.run_due, duty.run_due, digests.run_due):
        while run_due(sqlite_database, rulebook, UP_AGAIN):
            pass
    with sqlite_database.read() as session:
        return records.read(cast("Town", Nobody(tmp_path)), session)


def said_of(found: Records) -> list[str]:
    return [sentence for rule in audit_steps.RULES for sentence in rule(found)]


def test_when_all_is_well_it_says_nothing(found: Records) -> None:
    assert said_of(found) == []


def without(rows: list[Any]) -> Iterator[tuple[Any, list[Any]]]:
    """Each row, and all the others."""
    for number, row in enumerate(rows):
        yield row, rows[:number] + rows[number + 1 :]


def test_whatever_is_missing_is_found(found: Records) -> None:
    """Every mark, every message, every letter and every news of a step, every alarm, every list."""
    for row, others in without(found.events):
        if row.kind != "alarm_sent":
            assert said_of(replace(found, events=others)), row
    for row, others in without(found.outbound):
        assert said_of(replace(found, outbound=others)), row.key
    for row, others in without(found.notices):
        unsaid = [one for one in found.outbound if one.key != row.key]
        assert said_of(replace(found, notices=others, outbound=unsaid)), row.key


def test_whatever_was_done_twice_is_found(found: Records) -> None:
    for row in found.events:
        if row.kind not in ("alarm_sent", "follow_progress", "follow_waiting"):
            assert said_of(replace(found, events=[*found.events, row])), row


def test_whatever_was_done_though_its_step_was_not_is_found(found: Records) -> None:
    assert {row.kind for row in found.steps if row.state == "done"} == set(Kind)
    for row, others in without(found.steps):
        if row.state == "done":
            undone = cast("Row[Any]", SimpleNamespace(**{**row._mapping, "state": "waiting"}))
            assert said_of(replace(found, steps=[*others, undone])), row
