"""What messages cost, in the console and on the command line."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal

import pytest
from click.testing import Result
from flask.testing import FlaskClient
from sqlalchemy import select

from bot.delivery.delivery import Courier
from bot.tickets import tickets
from handlers.commands.costs import costs
from handlers.phrases import Phrases
from handlers.simulator.bill import bill
from storage.models import OutboundMessage
from storage.queries.simulator import Chat
from tests.handlers.city_hall import CityHall, said_on
from tests.handlers.sealed_cases import log_in
from tests.support.clock import MoveableClock
from tests.support.outbox import Provider


@pytest.fixture
def rina(any_hall: CityHall) -> FlaskClient:
    return log_in(any_hall, "coordinator")


def sent(hall: CityHall, key: str, cost: str | None, currency: str | None = "IDR", **fields: object) -> None:
    row = {
        "key": key,
        "channel": "whatsapp",
        "recipient": "x",
        "wording": "w",
        "body": {"text": ""},
        "created_at": hall.now,
        "due_at": hall.now,
        "state": "accepted",
        "sent_at": hall.now,
        "cost": Decimal(cost) if cost else None,
        "currency": currency if cost else None,
    }
    with hall.database.begin() as session:
        session.add(OutboundMessage(**(row | fields)))


def month(hall: CityHall) -> str:
    """A ticket that is resolved, with three messages that cost something."""
    number = hall.ticket()
    ticket = hall.find(number)
    for key, cost, currency in (("a", "410", "IDR"), ("b", "1085.5", "IDR"), ("c", "0.0051", "USD")):
        sent(hall, key, cost, currency, ticket_id=ticket.id)
    sent(hall, "d", None, channel="sms")
    with hall.database.begin() as session:
        done = tickets.by_number(session, number)
        done.status, done.closed_at, done.outcome = "done", hall.now, "confirmed"
    return number


def run(hall: CityHall, *arguments: str) -> Result:
    hall.app.cli.add_command(costs)
    return hall.app.test_cli_runner().invoke(args=["costs", *arguments])


def test_a_month_on_a_page(any_hall: CityHall, rina: FlaskClient) -> None:
    month(any_hall)
    words = said_on(rina.get("/console/costs"))
    for known in ("Biaya pesan, November 2026", "Rp 1.495,50", "USD 0,01", "tanpa harga", "Laporan selesai 1",
                  "Pesan per laporan selesai 4,0"):  # fmt: skip
        assert known in words, known
    assert "1.495,51" not in words  # currencies are not added up


@pytest.mark.parametrize("query", ["2026-10", "2031-01", "nonsense", "2026-13", ""])
def test_other_months_and_none(any_hall: CityHall, rina: FlaskClient, query: str) -> None:
    month(any_hall)
    words = said_on(rina.get(f"/console/costs?month={query}"))
    assert ("Rp 1.495,50" in words) is (query != "2026-10")
    if query == "2026-10":
        assert "Belum ada pesan di bulan ini." in words
        assert "Belum ada laporan selesai" in words


def test_a_tickets_own_costs(any_hall: CityHall, rina: FlaskClient) -> None:
    words = said_on(rina.get(f"/console/tickets/{month(any_hall)}"))
    assert "Biaya pesan Rp 1.495,50, 2 pesan USD 0,01, 1 pesan" in words
    assert "Biaya pesan Rp" not in said_on(rina.get(f"/console/tickets/{any_hall.ticket()}"))


def test_the_command(any_hall: CityHall) -> None:
    month(any_hall)
    told = run(any_hall)
    assert told.exit_code == 0
    assert told.output.splitlines() == [
        "2026-11",
        "  sms: 0 received, 1 sent, no price",
        "  whatsapp: 0 received, 2 sent, 1495.50 IDR",
        "  whatsapp: 0 received, 1 sent, 0.01 USD",
        "  in all: 1495.50 IDR",
        "  in all: 0.01 USD",
        "  4.0 messages a resolved ticket (4 messages, 1 resolved)",
    ]
    any_hall.wait(days=30)
    assert "no ticket was resolved" in run(any_hall).output
    assert run(any_hall, "--month", "2026-11").output == told.output


@pytest.mark.parametrize("typed", ["2026-13", "november", "2026-1", "²026-11", ""])
def test_a_month_that_is_none(any_hall: CityHall, typed: str) -> None:
    told = run(any_hall, "--month", typed)
    assert told.exit_code != 0
    assert "is no month; write for example 2026-11" in told.output


@pytest.mark.parametrize(
    ("amount", "currency", "said"),
    [("0", "IDR", "Rp 0"), ("85", "IDR", "Rp 85"),
     ("1234567.5", "IDR", "Rp 1.234.567,50"), ("0.0051", "USD", "USD 0,01")],
)  # fmt: skip
def test_amounts_as_people_write_them(any_hall: CityHall, amount: str, currency: str, said: str) -> None:
    assert Phrases(any_hall.rulebook.city, any_hall.now).money(Decimal(amount), currency) == said


def test_a_month_ends_at_the_citys_midnight(any_hall: CityHall, rina: FlaskClient) -> None:
    end = any_hall.now.replace(month=11, day=30, hour=17, minute=0)  # midnight in Jakarta
    sent(any_hall, "before", "100", sent_at=end - timedelta(seconds=1))
    sent(any_hall, "after", "200", sent_at=end)
    any_hall.wait(days=20)
    assert "Rp 100" in said_on(rina.get("/console/costs?month=2026-11"))
    assert "Rp 200" in said_on(rina.get("/console/costs?month=2026-12"))


def test_the_simulators_bill_agrees_with_what_the_courier_notes(any_hall: CityHall) -> None:
    """One question with numbered choices, in two segments: counted by the same function."""
    clock, choices = MoveableClock(any_hall.now), [{"key": "1", "title": "Sudah"}, {"key": "2", "title": "Belum"}]
    body = {"text": "Lubang di Jl. Melati sudah beres? " * 6, "choices": choices, "hint": "Balas angkanya."}
    sent(any_hall, "sms", None, channel="sms", state="waiting", sent_at=None, body=body)
    with ThreadPoolExecutor(1) as pool:
        Courier(any_hall.database, {"sms": Provider()}, clock, "one", pool, any_hall.rulebook).round()
    with any_hall.database.read() as session:
        [row] = session.scalars(select(OutboundMessage)).all()
    found = bill(Chat(None, (), (row,), (), (), ()), any_hall.rulebook.city, "sms")
    assert found is not None
    assert row.cost == 2 * any_hall.rulebook.city.costs["sms"].sent
    assert (found["total"], found["currency"]) == (float(row.cost), row.currency)
