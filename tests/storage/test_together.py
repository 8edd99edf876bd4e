"""Writes of several threads share a transaction, and nobody notices but the disk."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import event, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from storage.database import Database
from storage.models import Heartbeat
from storage.together import Together
from tests.support.clock import at

NOON = at("2026-11-24T12:00+07:00")
THREADS = 8


def _beat(name: str) -> Heartbeat:
    return Heartbeat(worker=name, at=NOON)


def _names(database: Database) -> list[str]:
    with database.read() as session:
        return sorted(session.scalars(select(Heartbeat.worker)))


class Held:
    """The first write waits until all others have come, so that these share one transaction."""

    def __init__(self, database: Database) -> None:
        self.come, self.go = threading.Event(), threading.Event()
        self.commits = 0
        event.listen(database.engine, "commit", self._count)

    def _count(self, _: object) -> None:
        self.commits += 1

    def first(self, session: Session) -> str:
        self.come.set()
        self.go.wait(10)
        session.add(_beat("first"))
        return "first"


def _wait_until_come(together: Together, count: int) -> None:
    while len(together._waiting) < count:
        threading.Event().wait(0.005)


def test_a_lone_write_waits_for_nobody_and_is_there_when_it_returns(database: Database) -> None:
    assert database.together.write(lambda session: session.add(_beat("alone")) or "done") == "done"  # type: ignore[func-returns-value]
    assert _names(database) == ["alone"]


def test_what_comes_while_the_disk_is_busy_is_one_transaction(database: Database) -> None:
    held, together = Held(database), database.together
    with ThreadPoolExecutor(THREADS) as pool:
        first = pool.submit(together.write, held.first)
        held.come.wait(10)
        others = [pool.submit(together.write, _writes(str(n))) for n in range(THREADS - 1)]
        _wait_until_come(together, THREADS - 1)
        held.go.set()
        assert [first.result(), *(other.result() for other in others)] == ["first", *map(str, range(THREADS - 1))]
    assert _names(database) == sorted(["first", *map(str, range(THREADS - 1))])
    assert held.commits == 2


def test_one_that_fails_takes_no_other_along(database: Database) -> None:
    held, together = Held(database), database.together
    with ThreadPoolExecutor(THREADS) as pool:
        first = pool.submit(together.write, held.first)
        held.come.wait(10)
        good = pool.submit(together.write, _writes("good"))
        twice = pool.submit(together.write, _writes("first"))  # stands there by then
        also_good = pool.submit(together.write, _writes("also good"))
        _wait_until_come(together, 3)
        held.go.set()
        assert (first.result(), good.result(), also_good.result()) == ("first", "good", "also good")
        with pytest.raises(IntegrityError):
            twice.result()
    assert _names(database) == ["also good", "first", "good"]


def test_what_fails_alone_fails_as_it_is_and_is_not_tried_again(database: Database) -> None:
    tries = []

    def fails(session: Session) -> None:
        tries.append(1)
        raise ValueError("wrong")

    with pytest.raises(ValueError, match="wrong"):
        database.together.write(fails)
    assert tries == [1]
    database.together.write(_writes("afterwards"))
    assert _names(database) == ["afterwards"]


def test_many_threads_write_everything_once(database: Database) -> None:
    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(lambda n: database.together.write(_writes(f"{n:03d}")), range(120)))
    assert _names(database) == [f"{n:03d}" for n in range(120)]


def _writes(name: str):  # type: ignore[no-untyped-def]
    def write(session: Session) -> str:
        session.add(_beat(name))
        session.flush()
        return name

    return write
