"""Who is idle is called when there is something to do, and nobody is forgotten."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime

from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from scheduler.lookout import Errand, Lookout
from storage.database import Database
from tests.support.clock import MoveableClock

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
LONG_ENOUGH_S = 5.0


class Bell:
    """Rings when it is told to."""

    def __init__(self) -> None:
        self.rung, self.is_closed = threading.Event(), False

    def wait(self, stop: threading.Event) -> None:
        self.rung.wait(LONG_ENOUGH_S)
        self.rung.clear()

    def close(self) -> None:
        self.is_closed = True


def test_only_whose_work_is_due_is_called(database: Database) -> None:
    busy, idle = _errand(due=True), _errand(due=False)
    _lookout(database, busy, idle).look()
    assert busy.called.is_set()
    assert not idle.called.is_set()


def test_who_is_called_already_is_not_looked_at(database: Database) -> None:
    looked: list[datetime] = []
    errand = Errand(lambda: 0, lambda _session, now: bool(looked.append(now)))
    errand.called.set()
    _lookout(database, errand).look()
    assert looked == []


def test_where_the_look_fails_everybody_looks(database: Database) -> None:
    def away(_session: Session, _now: datetime) -> bool:
        raise OperationalError("SELECT 1", {}, OSError("away"))

    idle, broken = _errand(due=False), Errand(lambda: 0, away)
    _lookout(database, idle, broken).look()
    assert idle.called.is_set()
    assert broken.called.is_set()


def test_what_comes_while_somebody_works_calls_again(database: Database) -> None:
    """The look that finds it may be over before the round has even ended."""
    rounds, stop = list[int](), threading.Event()

    def round_() -> int:
        rounds.append(1)
        if len(rounds) == 1:
            lookout.look()  # something was written behind the back of this round
        else:
            _end(stop, errand)
        return 0

    errand = Errand(round_, lambda _session, _now: True)
    lookout = _lookout(database, errand)
    thread = threading.Thread(target=errand.run, args=(stop,))
    thread.start()
    thread.join(LONG_ENOUGH_S / 2)
    assert not thread.is_alive(), "it waited although it had been called"
    assert len(rounds) == 2


def test_while_there_is_something_to_do_nobody_waits_to_be_called() -> None:
    left, stop = [3, 2, 1, 0], threading.Event()

    def round_() -> int:
        done = left.pop(0)
        if not done:
            _end(stop, errand)
        return done

    errand = Errand(round_, lambda _session, _now: False)
    errand.called.set()
    _ends(errand.run, stop)
    assert left == []


def test_whoever_waits_sees_that_it_is_over(database: Database) -> None:
    errand, stop, bell = _errand(due=False), threading.Event(), Bell()
    lookout = Lookout(database, MoveableClock(NOW), [errand], bell)
    threads = [threading.Thread(target=run, args=(stop,)) for run in (errand.run, lookout.run)]
    for thread in threads:
        thread.start()
    stop.set()
    bell.rung.set()
    for thread in threads:
        thread.join(LONG_ENOUGH_S / 2)
        assert not thread.is_alive()
    assert bell.is_closed


def _end(stop: threading.Event, errand: Errand) -> None:
    stop.set()
    errand.called.set()


def _errand(*, due: bool) -> Errand:
    return Errand(lambda: 0, lambda _session, _now: due)


def _lookout(database: Database, *errands: Errand) -> Lookout:
    return Lookout(database, MoveableClock(NOW), errands, Bell())


def _ends(run: Callable[[threading.Event], None], stop: threading.Event) -> None:
    thread = threading.Thread(target=run, args=(stop,))
    thread.start()
    thread.join(LONG_ENOUGH_S)
    assert not thread.is_alive()
