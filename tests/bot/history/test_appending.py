"""Rows get into their chains: in one transaction or many, at the same time, and beside a savepoint."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from sqlalchemy import select, text

from bot import audit
from bot.tickets import tickets
from bot.tickets.tickets import By
from storage.models import AuditEntry, TicketEvent
from tests.bot.history.conftest import Hall
from tests.support.statements import statements_of

THREADS, EACH = 4, 50


def test_several_rows_in_one_transaction(hall: Hall) -> None:
    with hall.database.begin() as session:
        for number in reversed(hall.numbers):
            ticket = tickets.by_number(session, number)
            for _ in range(3):
                tickets.record(session, ticket, "added", By("citizen", hall.clock.now(), "lagi"))
            audit.record(session, None, "looked", f"ticket:{number}", hall.clock.now(), {})
    tally, problems = hall.counted()
    assert problems == []
    assert tally.rows == 13 + 8


def test_a_row_can_be_read_in_its_own_transaction(hall: Hall) -> None:
    with hall.database.begin() as session:
        ticket = tickets.by_number(session, hall.numbers[0])
        tickets.record(session, ticket, "added", By("citizen", hall.clock.now(), "lagi"))
        assert ticket.events[-1].note == "lagi"


def test_what_a_savepoint_takes_back_leaves_no_trace(hall: Hall) -> None:
    with hall.database.begin() as session:
        audit.record(session, None, "looked", "page:checks", hall.clock.now(), {})
        savepoint = session.begin_nested()
        audit.record(session, None, "looked", "page:checks", hall.clock.now(), {})
        savepoint.rollback()
        with session.begin_nested():
            audit.record(session, None, "looked", "page:checks", hall.clock.now(), {})
    tally, problems = hall.counted()
    assert problems == []
    assert tally.rows == 15


def test_what_is_rolled_back_leaves_no_trace(hall: Hall) -> None:
    with hall.database.begin() as session:
        ticket = tickets.by_number(session, hall.numbers[0])
        tickets.record(session, ticket, "added", By("citizen", hall.clock.now(), "lagi"))
        session.rollback()
    hall.add(hall.numbers[0], "lagi")
    tally, problems = hall.counted()
    assert problems == []
    assert tally.rows == 14


def test_a_row_costs_one_statement_more(hall: Hall) -> None:
    with hall.database.begin() as session:
        ticket = tickets.by_number(session, hall.numbers[0])
        session.connection()
        with statements_of(hall.database) as seen:
            tickets.record(session, ticket, "added", By("citizen", hall.clock.now(), "lagi"))
            audit.record(session, None, "looked", "page:checks", hall.clock.now(), {})
            session.commit()
    assert len(seen) == 4  # two rows, and one more for each


def test_odd_words_verify(hall: Hall) -> None:
    hall.add(hall.numbers[0], "é\ud83d half a smile \u0000 {} \n'\"")
    hall.add(hall.numbers[0], "", {"f": 0.1, "n": 10**20, "deep": {"b": [], "a": "ü"}})
    hall.look("ticket:JK-ü:'x'", q="é%s", n=None)
    assert hall.verify() == []


def test_many_at_once_all_land_and_the_chains_are_right(hall: Hall) -> None:
    """Console and worker at one ticket, and two people at one page; each in another order."""
    first, second = hall.numbers

    def append(number: str, other: str) -> None:
        with hall.database.begin() as session:
            for one in (number, other):
                ticket = tickets.by_number(session, one)
                tickets.record(session, ticket, "added", By("bot", hall.clock.now(), "lagi"))
            audit.record(session, None, "looked", "page:checks", hall.clock.now(), {"q": "x"})

    _at_once(lambda which: append(first, second) if which % 2 else append(second, first))
    tally, problems = hall.counted()
    assert problems == []
    assert tally.rows == 13 + 3 * THREADS * EACH


def test_a_locked_ticket_and_its_chain_do_not_wait_for_each_other(hall: Hall) -> None:
    """The console locks a ticket before it writes its history, the worker changes it afterwards."""

    def change(which: int) -> None:
        with hall.database.begin() as session:
            ticket = tickets.by_number(session, hall.numbers[0])
            if which % 2:
                session.refresh(ticket, with_for_update=True)
            tickets.record(session, ticket, "added", By("bot", hall.clock.now(), "lagi"))
            audit.record(session, None, "looked", f"ticket:{ticket.number}", hall.clock.now(), {})
            session.execute(text("UPDATE tickets SET priority = priority + 1 WHERE id = :id"), {"id": ticket.id})

    _at_once(change)
    assert hall.verify() == []


def _at_once(work: Callable[[int], None]) -> None:
    start = Barrier(THREADS)

    def run(which: int) -> None:
        start.wait()
        for _ in range(EACH):
            work(which)

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(run, range(THREADS)))


def test_salts_differ_and_tell_nothing(hall: Hall) -> None:
    hall.add(hall.numbers[0], "sama")
    hall.add(hall.numbers[0], "sama")
    with hall.database.read() as session:
        rows = session.scalars(select(TicketEvent).where(TicketEvent.note.is_not(None))).all()
        looks = session.scalars(select(AuditEntry).where(AuditEntry.subject == "page:checks")).all()
    same = [row for row in rows if row.note == "sama"]
    assert len({row.digest for row in same}) == len({row.salt for row in same}) == 2
    assert len({row.digest for row in looks}) == 3
    assert {len(row.salt or b"") for row in same} == {16}
