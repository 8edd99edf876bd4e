"""What the worker's tick sees to."""

from datetime import timedelta
from pathlib import Path

from sqlalchemy import select

from bot.desk import holding
from bot.rulebook import Rulebook
from scheduler import worker
from scheduler.worker import Parts
from storage.database import Database
from storage.files import LocalFolder
from storage.leading import Leadership
from storage.models import Citizen, Conversation, User
from tests.support.clock import MoveableClock
from tests.support.desk import ScriptedNlu


def test_an_abandoned_hold_is_ended(
    sqlite_database: Database, rulebook: Rulebook, clock: MoveableClock, tmp_path: Path
) -> None:
    parts = Parts(sqlite_database, rulebook, ScriptedNlu(), {}, clock, {}, LocalFolder(tmp_path))
    with sqlite_database.begin() as session:
        session.add(User(email="rina@jakarta.example", password_hash="-", created_at=clock.now()))
        session.add(Citizen(created_at=clock.now()))
        session.flush()
        session.add(
            Conversation(channel="sms", address_hash="a", address="a", citizen_id=1, created_at=clock.now())
        )
        session.flush()
        holding.take(session, rulebook, 1, 1, clock.now())

    def holder() -> int | None:
        with sqlite_database.read() as session:
            return session.scalars(select(Conversation)).one().held_by

    clock.at += timedelta(hours=11)
    worker._tick(parts, Leadership(sqlite_database))
    assert holder() == 1
    clock.at += timedelta(hours=1)
    worker._tick(parts, Leadership(sqlite_database))
    assert holder() is None
