"""What the worker does every second: alarms, follow-ups and questions; none of them holds up another."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.clock import Clock
from bot.rulebook import Rulebook
from scheduler.worker import Parts, _tick
from storage.database import Database
from storage.files import LocalFolder
from storage.leading import Leadership
from storage.models import FollowUp, InboundMessage, Recheck, Ticket
from tests.support.clock import MoveableClock
from tests.support.desk import ScriptedNlu
from tests.support.duty import Station

RINA = "+628000000101"


@pytest.fixture
def station(database: Database, rulebook: Rulebook, clock: MoveableClock) -> Station:
    made = Station(database, rulebook, clock)
    made.person("rina", RINA)
    return made


def parts_of(station: Station, folder: Path) -> Parts:
    clock = Clock(station.clock.now)
    return Parts(station.database, station.rulebook, ScriptedNlu(), {}, clock, {}, LocalFolder(folder))


def test_a_tick_alarms_forwards_and_asks(station: Station, tmp_path: Path) -> None:
    number = station.emergency()
    promised(station)
    leadership = Leadership(station.database)
    _tick(parts_of(station, tmp_path), leadership)
    assert station.alarm(number).rounds == 1
    assert ("forward", "clock") in station.events(number)
    assert question(station) == "cancelled"  # nobody knows that topic any more
    leadership.release()


def test_a_step_that_fails_holds_up_no_alarms_questions_or_other_steps(station: Station, tmp_path: Path) -> None:
    number = station.emergency()
    promised(station)
    with station.database.begin() as session:
        ticket = session.scalars(select(Ticket)).one()
        before = station.clock.now() - timedelta(seconds=1)
        session.add(FollowUp(ticket_id=ticket.id, kind="nonsense", round=0, state="waiting", due_at=before))
    leadership = Leadership(station.database)
    _tick(parts_of(station, tmp_path), leadership)
    assert station.alarm(number).rounds == 1
    assert ("forward", "clock") in station.events(number)
    assert question(station) == "cancelled"
    leadership.release()


def promised(station: Station) -> None:
    """A question about a topic that is not there any more is due."""
    with station.database.begin() as session:
        message = session.scalars(select(InboundMessage)).one()
        session.add(
            Recheck(
                conversation_id=message.conversation_id,
                inbound_id=message.id,
                topic="tidak ada lagi",
                due_at=station.clock.now(),
                state="waiting",
            )
        )


def question(station: Station) -> str:
    with station.database.read() as session:
        return session.scalars(select(Recheck.state)).one()
