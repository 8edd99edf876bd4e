"""What is told of a ticket to whom: what everybody may know, and more only to the agency that has it."""

import json
from typing import Any

import pytest

from bot.open311 import ids
from bot.open311.ids import REQUEST
from bot.status import Move
from bot.tickets import tickets
from bot.tickets.tickets import By
from storage.models import Ticket
from tests.bot.subscribers.conftest import Exchange

PERSONAL = ("Sari", "0812", "Kenanga", "Lubang", "rumah", "+62", "-6.2", "106.8")


def test_a_post_holds_nothing_personal_and_no_ticket_number(exchange: Exchange) -> None:
    exchange.subscribe()
    number = exchange.ticket()
    exchange.move(number, Move.ASK, actor="agency:bina_marga", note="Nomor rumah Sari Contoh? 0812")
    exchange.tick()
    for post in exchange.posts():
        text = json.dumps(post)
        assert not [word for word in (*PERSONAL, number) if word in text]
    assert set(exchange.posts()[-1]["ticket"]) == {
        "service_request_id",
        "service",
        "agency",
        "area",
        "status",
        "open311_status",
        "due",
    }
    assert exchange.posts()[-1]["ticket"]["area"] == "Tebet Barat"


def test_the_id_is_the_one_that_open311_shows(exchange: Exchange) -> None:
    exchange.subscribe()
    number = exchange.ticket()
    exchange.tick()
    with exchange.database.begin() as session:
        expected = ids.make(session).name(REQUEST, tickets.by_number(session, number).id)
    assert {post["ticket"]["service_request_id"] for post in exchange.posts()} == {expected}


def test_nobody_is_told_before_the_agency_has_it(exchange: Exchange) -> None:
    everybody, theirs = exchange.subscribe(), exchange.subscribe(agency="bina_marga")
    number = exchange.fresh()
    assert exchange.tick() == 0
    exchange.forward(number)
    exchange.tick()
    for one in (everybody, theirs):
        assert exchange.told(one) == [("ticket.filed", 1), ("ticket.forwarded", 2)]


def test_who_wants_to_hear_of_filing_only_hears_it_when_it_came_to_its_agency(exchange: Exchange) -> None:
    exchange.subscribe("ticket.filed")
    number = exchange.fresh()
    exchange.tick()
    exchange.forward(number)
    exchange.tick()
    assert exchange.told() == [("ticket.filed", 1)]


@pytest.mark.parametrize(
    "more",
    [
        {"service": "pungli"},
        {"kind": "apresiasi"},
        {"kind": "saran"},
        {"urgent": True},
        {"service": "ktp"},
        {"sealed": True},
    ],
    ids=str,
)
def test_what_everybody_does_not_see_is_told_to_nobody_else(
    small_exchange: Exchange, more: dict[str, Any]
) -> None:
    if more.get("service", "jalan_rusak") not in small_exchange.rulebook.city.services:
        pytest.fail("name a service of the sample city")
    small_exchange.subscribe()
    number = small_exchange.fresh(**more)
    with small_exchange.database.begin() as session:
        ticket = tickets.by_number(session, number)
        ticket.forwarded_at = small_exchange.clock.now()
        tickets.record(session, ticket, "forward", By("clock", small_exchange.clock.now()))
    small_exchange.tick()
    assert small_exchange.posts() == []


def test_the_agency_that_has_it_is_told_the_number_and_of_what_is_not_public(exchange: Exchange) -> None:
    everybody, theirs = exchange.subscribe(), exchange.subscribe(agency="bina_marga")
    other = exchange.subscribe(agency="dlh")
    number = exchange.ticket(urgent=True)
    exchange.tick()
    assert {post["ticket"]["number"] for post in exchange.posts(theirs)} == {number}
    assert exchange.posts(everybody) == exchange.posts(other) == []


def test_an_agency_hears_of_a_ticket_until_it_is_anothers(exchange: Exchange) -> None:
    first, second = exchange.subscribe(agency="bina_marga"), exchange.subscribe(agency="dlh")
    number = exchange.ticket()
    exchange.move(number, Move.SEND_BACK, actor="agency:bina_marga")
    with exchange.database.begin() as session:
        ticket = tickets.by_number(session, number)
        ticket.agency = "dlh"
        tickets.move(session, exchange.rulebook, ticket, Move.FORWARD, By("user:1", exchange.clock.now()))
    exchange.move(number, Move.ACCEPT, actor="agency:dlh")
    exchange.tick()
    assert [kind for kind, _ in exchange.told(first)] == [
        "ticket.filed",
        "ticket.forwarded",
        "ticket.status_changed",
        "ticket.forwarded",
    ]
    assert exchange.posts(first)[-2]["ticket"]["agency"]["code"] == "coordinators"
    assert exchange.posts(first)[-1]["ticket"]["agency"]["code"] == "dlh"
    assert [kind for kind, _ in exchange.told(second)][-2:] == ["ticket.forwarded", "ticket.status_changed"]


@pytest.mark.parametrize("agency", ["", "bina_marga"])
def test_a_sealed_case_is_never_told_not_even_that_it_was_sealed(exchange: Exchange, agency: str) -> None:
    exchange.subscribe(agency=agency)
    number = exchange.ticket()
    exchange.tick()
    told = exchange.told()
    with exchange.database.begin() as session:
        tickets.by_number(session, number).sealed = True
    exchange.move(number, Move.ACCEPT, Move.WITHDRAW)
    exchange.tick()
    assert exchange.told() == told


def test_who_was_told_is_told_to_forget_what_left_the_public_list(exchange: Exchange) -> None:
    everybody, theirs = exchange.subscribe(), exchange.subscribe(agency="bina_marga")
    number = exchange.ticket()
    exchange.tick()
    late = exchange.subscribe()
    exchange.move(number, Move.WITHDRAW, actor="citizen")
    exchange.tick()
    last = exchange.posts(everybody)[-1]
    assert (last["type"], set(last["ticket"])) == ("ticket.removed", {"service_request_id"})
    assert exchange.posts(theirs)[-1]["type"] == "ticket.closed"
    assert exchange.posts(late) == [], "it never heard of it"


@pytest.mark.parametrize("agency", ["", "bina_marga"])
def test_what_was_forgotten_is_not_told_again(exchange: Exchange, agency: str) -> None:
    exchange.subscribe(agency=agency)
    number = exchange.ticket()
    with exchange.database.begin() as session:
        found: Ticket = tickets.by_number(session, number)
        found.citizen.erased_at = exchange.clock.now()
    exchange.tick()
    assert exchange.posts() == []
