"""The same citizen again about the same thing, and what they say when it is something else."""

import pytest
from sqlalchemy import select

from bot.errors import RefusedError
from bot.incidents import duplicates
from storage.models import InboundMessage, Ticket
from tests.bot.neighbours import Neighbours
from tests.support.desk import Number

STORY, PLACE, AREA = "jalan bolong depan pasar Senen", "depan pasar Senen", "Senen"


@pytest.fixture
def street(number: Number) -> Neighbours:
    return Neighbours(number)


def pothole(street: Neighbours, story: str = STORY, place: str = PLACE, area: str = AREA) -> Ticket:
    return street.report("1", story, "jalan_rusak", place, area)


def test_the_same_again_is_added_to_the_report_that_there_is(street: Neighbours) -> None:
    first = pothole(street)
    street.wait(minutes=20)
    street.agency(first, "accept")
    again = pothole(street, "lubang dpn psr senen makin dalam, tolong", "dpn psr senen")
    assert (again.status, again.outcome, again.duplicate_of) == ("duplicate", "duplicate", first.id)
    told = street.told("1")
    assert "laporan Anda yang sudah ada" in told
    assert f"{first.number} (Jalan rusak): sedang dikerjakan Dinas Bina Marga" in told
    assert again.number not in told
    assert street.subjects() == [
        f"[{first.number}] Jalan rusak: laporan warga",
        f"[{first.number}] Tambahan dari warga: Jalan rusak",
    ]
    assert "makin dalam" in street.letters()[1].body["text"]
    street.wait(days=3)
    assert street.letters(again) == []


def test_it_is_another_one(street: Neighbours) -> None:
    first = pothole(street)
    street.wait(minutes=20)
    again = pothole(street, "lubang dpn psr senen, yang dekat halte", "dpn psr senen")
    [told] = street.says("1", "beda pak")
    assert "kami catat tersendiri" in told
    assert f"Nomor: {again.number}" in told
    street.wait(minutes=10)
    assert street.statuses([first, again]) == ["waiting", "waiting"]
    assert street.subjects(again) == [f"[{again.number}] Jalan rusak: laporan warga"]
    with street.number.database.read() as session:
        sent = select(InboundMessage.ticket_id).where(InboundMessage.text.contains("halte"))
        assert session.scalars(sent).all() == [again.id]


def test_another_place_or_another_matter_is_no_repetition(street: Neighbours) -> None:
    pothole(street)
    street.wait(minutes=20)
    pothole(street, "jalan bolong depan stasiun Gambir", "depan stasiun Gambir", "Gambir")
    street.report("1", "lampu jalan depan pasar Senen mati", "lampu_jalan", PLACE, AREA)
    assert {ticket.status for ticket in street.tickets()} <= {"received", "waiting"}
    assert len(street.tickets()) == 3


def test_after_the_closing_it_is_a_new_report(street: Neighbours) -> None:
    first = pothole(street)
    street.wait(minutes=20)
    street.says("1", "sudah ditambal pak", "setuju")
    assert street.now(first).status == "done"
    assert pothole(street, "jalan depan pasar Senen bolong lagi pak, di titik baru").duplicate_of is None


def test_somebody_else_is_no_duplicate(street: Neighbours) -> None:
    pothole(street)
    other = street.report("2", "lubang besar depan pasar Senen", "jalan_rusak", PLACE, AREA)
    assert other.duplicate_of is None
    assert other.incident_id is not None


def test_beda_means_nothing_where_nothing_was_taken_together(street: Neighbours) -> None:
    ticket = pothole(street)
    street.wait(minutes=20)
    street.says("1", "beda")
    assert street.now(ticket).incident_id is None
    assert len(street.tickets()) == 1


def test_beda_the_next_week_is_too_late(street: Neighbours) -> None:
    pothole(street)
    street.wait(minutes=20)
    again = pothole(street, "lubang dpn psr senen makin dalam, tolong", "dpn psr senen")
    street.wait(days=2)
    street.says("1", "beda")
    assert street.now(again).status == "duplicate"


def test_what_is_no_duplicate_cannot_be_undone(street: Neighbours) -> None:
    ticket = pothole(street)
    with street.number.database.begin() as session, pytest.raises(RefusedError, match="bukan duplikat"):
        duplicates.undo(session, street.number.rulebook, session.get_one(Ticket, ticket.id),
                        street.number.clock.now())  # fmt: skip
