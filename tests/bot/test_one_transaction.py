"""What is done twice before anything is written, and what is read without writing first, comes out the same."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import event, select

from bot.status import Move, Status
from bot.tickets import assignments, tickets
from bot.tickets.tickets import By
from storage.models import FollowUp, Ticket
from storage.queries import digests
from storage.queries.following import load_people
from tests.support.desk import Number, meaning

POTHOLE = meaning("lapor", "jalan_rusak", place="Jl. Melati")
STORY = "jalan di Jl. Melati berlubang parah"


@contextmanager
def counted(number: Number) -> Iterator[list[str]]:
    """The statements that are sent to the database meanwhile."""
    sent: list[str] = []

    def note(*told: object) -> None:
        sent.append(str(told[2]))

    event.listen(number.database.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(number.database.engine, "before_cursor_execute", note)


def reported(number: Number) -> Number:
    number.says(STORY, POTHOLE)
    number.later(minutes=5)
    return number


def test_several_moves_in_one_transaction_plan_each_step_once(number: Number) -> None:
    with reported(number).newest_ticket() as (session, ticket):
        by = By("agency:bina_marga", number.clock.now(), "Sudah.")
        for step in (Move.ACCEPT, Move.CLAIM, Move.DENY, Move.FORWARD):
            tickets.move(session, number.rulebook, ticket, step, by)
    with number.database.read() as session:
        rows = session.scalars(select(FollowUp).where(FollowUp.ticket_id == ticket.id)).all()
    assert len({(row.kind, row.round) for row in rows}) == len(rows)
    waiting = {row.kind for row in rows if row.state == "waiting"}
    assert "agency_overdue" in waiting
    assert "citizen_confirm" not in waiting


def test_a_time_that_has_just_ended_runs_no_more_though_nothing_is_written_yet(number: Number) -> None:
    with reported(number).newest_ticket() as (session, ticket):
        running = assignments.current(session, ticket)
        assert running is not None
        with session.no_autoflush:
            assignments.end(session, ticket, "closed", number.clock.now())
            assert assignments.current(session, ticket) is None
        assignments.begin_anew(session, number.rulebook, ticket, number.clock.now(), "moved")
        anew = assignments.current(session, ticket)
        assert anew is not None
        assert anew.id > running.id
        assert running.ended_as == "closed"


def test_a_ticket_is_found_by_number_while_changes_of_it_wait_to_be_written(number: Number) -> None:
    with reported(number).newest_ticket() as (session, ticket):
        ticket.status = Status.IN_PROGRESS
        assert tickets.by_number(session, ticket.number) is ticket
        assert ticket.status == Status.IN_PROGRESS


def test_people_that_were_read_at_once_are_not_asked_for_again(number: Number) -> None:
    reported(number)
    with number.database.begin() as session:
        found = session.scalars(select(Ticket)).all()
        load_people(session, found)
        with counted(number) as sent:
            assert all(ticket.conversation.citizen is ticket.citizen for ticket in found)
    assert not sent


def test_a_list_asks_where_its_tickets_are_and_nothing_when_there_are_none(number: Number) -> None:
    ticket = reported(number).ticket()
    with number.database.read() as session:
        assert digests.places_of(session, [ticket.id]) == {ticket.id: "Jl. Melati"}
        with counted(number) as sent:
            assert digests.places_of(session, []) == {}
    assert not sent
