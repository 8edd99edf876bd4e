"""Whom somebody looks for: a worker that died, not one that was asked to end; and whose model answers at night."""

from bot.clock import Clock
from scheduler.signs import beat, note_model
from scheduler.stopping import give_back
from storage.database import Database
from storage.models import Heartbeat
from tests.support.clock import MoveableClock
from tests.support.desk import ScriptedNlu


class Model(ScriptedNlu):
    """Nobody asks it anything but whether it is there."""

    def answers(self) -> bool:
        return not self.away


def known(database: Database) -> dict[str, bool | None]:
    """The workers of which there is a sign, and what is said of their models."""
    with database.read() as session:
        return {one.worker: one.has_model for one in session.query(Heartbeat)}


def test_one_that_was_asked_to_end_is_not_looked_for(database: Database, clock: MoveableClock) -> None:
    for name in ("host-a:1-aa", "host-b:1-bb"):
        beat(database, name, clock.now())
    give_back(database, "host-a:1-aa", Clock(clock.now))
    assert known(database).keys() == {"host-b:1-bb"}


def test_one_that_died_is_looked_for_until_another_lives_in_its_place(
    database: Database, clock: MoveableClock
) -> None:
    beat(database, "host-a:1-aa", clock.now())
    beat(database, "host-b:1-bb", clock.now())
    clock.move(hours=9)
    beat(database, "host-b:1-bb", clock.now())
    assert known(database).keys() == {"host-a:1-aa", "host-b:1-bb"}, "a night long"
    beat(database, "host-a:2-cc", clock.now())
    assert known(database).keys() == {"host-a:2-cc", "host-b:1-bb"}


def test_a_machine_that_never_comes_back_is_forgotten_after_a_day(
    database: Database, clock: MoveableClock
) -> None:
    beat(database, "host-a:1-aa", clock.now())
    clock.move(hours=25)
    beat(database, "host-b:1-bb", clock.now())
    assert known(database).keys() == {"host-b:1-bb"}


def test_two_on_one_machine_leave_each_other_alone(database: Database, clock: MoveableClock) -> None:
    beat(database, "host-a:1-aa", clock.now())
    clock.move(seconds=20)
    beat(database, "host-a:2-bb", clock.now())
    assert known(database).keys() == {"host-a:1-aa", "host-a:2-bb"}


def test_a_model_is_asked_though_nobody_writes(database: Database, clock: MoveableClock) -> None:
    model = Model()
    beat(database, "host-a:1-aa", clock.now())
    assert known(database) == {"host-a:1-aa": None}
    for away in (False, True, False):
        model.away = away
        note_model(database, "host-a:1-aa", model)
        clock.move(seconds=5)
        beat(database, "host-a:1-aa", clock.now())
        assert known(database) == {"host-a:1-aa": not away}, "and the next sign of life keeps it"
