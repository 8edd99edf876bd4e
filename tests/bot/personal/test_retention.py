"""What the city does not want to keep goes when its time is over: tickets. What is open and counted stays."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update

from bot.status import Move
from storage.models import (
    Chain,
    Conversation,
    InboundMessage,
    MediaFile,
    OutboundMessage,
    Ticket,
    TicketEvent,
)
from tests.bot.personal.ageing import (
    MARKER,
    YEAR,
    closed,
    everything,
    keeper,
    reported,
    run,
    told,
)
from tests.support.counted import Figured
from tests.support.rows import one_in_every_table


def test_a_city_that_names_nothing_keeps_everything(city: Figured) -> None:
    closed(city)
    city.clock.move(days=4_000)
    before = everything(city.database)
    nightly = keeper(city, {})
    assert nightly.run_due(city.clock.now()) == 0
    assert everything(city.database) == before


def test_a_closed_ticket_loses_what_tells_of_anybody(city: Figured) -> None:
    ticket_id = closed(city)
    city.clock.move(days=366)
    done = run(city, YEAR)
    assert done["tickets anonymised: tickets"] == 1
    assert told(city.database) == {"citizens", "conversations"}  # who wrote has a time of their own
    with city.database.read() as session:
        ticket = session.get_one(Ticket, ticket_id)
        assert (ticket.story, ticket.masked_story, ticket.place, ticket.latitude) == ("", "", None, None)
        assert ticket.anonymised_at == city.clock.now()
        assert ticket.citizen.erased_at is not None
        assert (ticket.conversation.channel, ticket.conversation.address) == ("whatsapp", "")
        assert ticket.events[0].kind == "filed"
        assert {event.note for event in ticket.events} == {None}
        [message] = session.scalars(select(InboundMessage)).all()
        assert message.conversation_id == ticket.conversation_id
        assert message.understanding == {"intents": [["lapor", 0.9]], "services": [["jalan_rusak", 0.9]]}
        assert session.scalars(select(MediaFile.state)).all() == ["erasing"]


def test_a_day_before_it_is_untouched(city: Figured) -> None:
    closed(city)
    city.clock.move(days=364)
    before = everything(city.database)
    run(city, YEAR)
    after = everything(city.database)
    assert {name for name in after if after[name] != before[name]} <= {"retention_marks"}


def test_an_open_ticket_is_never_touched(city: Figured) -> None:
    open_id, again_id = reported(city), closed(city)
    city.move(again_id, Move.DENY)
    city.clock.move(days=4_000)
    everywhere = YEAR | dict.fromkeys(("messages", "contacts", "files", "letters"), "30 days")
    run(city, everywhere)
    with city.database.read() as session:
        for ticket_id in (open_id, again_id):
            ticket = session.get_one(Ticket, ticket_id)
            assert (ticket.anonymised_at, ticket.place, ticket.citizen.name) == (None, MARKER, MARKER)
        assert set(session.scalars(select(InboundMessage.text))) == {MARKER}
        assert set(session.scalars(select(MediaFile.state))) == {"kept"}


def test_one_that_was_told_in_one_text_with_an_open_one_waits(city: Figured) -> None:
    first, second = closed(city), reported(city)
    with city.of(second) as (_, ticket):
        ticket.linked_to = first
    city.clock.move(days=400)
    assert not run(city, YEAR)
    city.move(second, Move.CONFIRM)
    with city.database.begin() as session:
        session.execute(update(OutboundMessage).values(state="delivered"))
    assert run(city, YEAR)["tickets anonymised: tickets"] == 1


def test_one_of_which_a_last_word_is_on_its_way_waits(city: Figured) -> None:
    ticket_id = closed(city)
    city.clock.move(days=400)
    city.went(ticket_id=ticket_id, state="waiting", body={"text": "x"})
    assert not run(city, YEAR)


@pytest.mark.parametrize(("columns", "name"), [({"urgent": True}, "emergencies"), ({"sealed": True}, "sealed")])
def test_emergencies_and_sealed_cases_have_their_own_time(
    city: Figured, columns: dict[str, Any], name: str
) -> None:
    ticket_id = closed(city)
    with city.of(ticket_id) as (_, ticket):
        for key, value in columns.items():
            setattr(ticket, key, value)
    policy = YEAR | {name: {"anonymised": "24 months"}}
    city.clock.move(days=400)
    assert not run(city, policy)
    city.clock.move(days=400)
    assert run(city, policy)[f"{name} anonymised: tickets"] == 1


def test_years_later_the_rows_go_and_the_receipt_stays(city: Figured) -> None:
    gone, kept = closed(city), reported(city)
    with city.database.read() as session:
        number = session.get_one(Ticket, gone).number
    city.clock.move(days=400)
    run(city, YEAR)
    with city.database.begin() as session:
        session.execute(update(MediaFile).where(MediaFile.state == "erasing").values(state="erased"))
    city.clock.move(days=800)
    done = run(city, YEAR)
    assert done["tickets deleted: tickets"] == 1
    with city.database.read() as session:
        assert session.scalars(select(Ticket.id)).all() == [kept]
        assert set(session.scalars(select(TicketEvent.ticket_id))) == {kept}
        assert set(session.scalars(select(InboundMessage.ticket_id))) == {kept}
        assert session.get_one(Chain, f"ticket:{number}").ended_at == city.clock.now()
        assert session.scalar(select(func.count()).where(Conversation.address_hash.like("nobody:%"))) == 0


def test_a_ticket_whose_files_the_store_still_has_waits(city: Figured) -> None:
    closed(city)
    city.clock.move(days=1_200)
    assert not run(city, YEAR)["tickets deleted: tickets"]


def test_whatever_refers_to_a_ticket_its_deletion_gets_through(city: Figured) -> None:
    """A row in every table, all of them referring to each other: a table that was forgotten refuses here."""
    with city.database.begin() as session:
        one_in_every_table(session)
        over = city.clock.now() - timedelta(days=2_000)
        session.execute(update(Ticket).values(closed_at=over, anonymised_at=over, sealed=False, urgent=False))
        session.execute(update(MediaFile).values(state="erased"))
    assert run(city, YEAR)["tickets deleted: tickets"] == 1


def test_whatever_refers_to_a_ticket_its_anonymising_gets_through(city: Figured) -> None:
    with city.database.begin() as session:
        one_in_every_table(session)
        over = city.clock.now() - timedelta(days=400)
        session.execute(update(Ticket).values(closed_at=over))
        session.execute(update(OutboundMessage).values(state="read", ticket_id=1))
    assert run(city, YEAR)["tickets anonymised: tickets"] == 1
