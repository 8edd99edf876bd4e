"""What messages cost is noted on each and added up by ticket and by month, never across currencies."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from bot.city.costs import Cost
from bot.delivery.cost_report import Line, report
from bot.intake import inbox
from bot.rulebook import Rulebook
from bot.tickets.tickets import Report, open_ticket
from storage.database import Database
from storage.models import Citizen, Conversation, InboundMessage, OutboundMessage, Ticket
from storage.queries import costs
from tests.support.clock import MoveableClock, at
from tests.support.desk import Number, meaning
from tests.support.messages import by_sms, by_whatsapp

START, END = at("2026-11-01T00:00+07:00"), at("2026-12-01T00:00+07:00")
PRICES = {
    "whatsapp": Cost(currency="USD", sent=Decimal("0.005"), received=Decimal("0.0051")),
    "sms": Cost(currency="IDR", per="segment", sent=Decimal(350), received=Decimal("0.5")),
}


@pytest.fixture
def talk(database: Database, clock: MoveableClock) -> int:
    with database.begin() as session:
        citizen = Citizen(created_at=clock.now())
        session.add(citizen)
        session.flush()
        talk = Conversation(channel="whatsapp", address_hash="h", address="whatsapp:+628000001234",
                            citizen_id=citizen.id, created_at=clock.now(), dialogue={})  # fmt: skip
        session.add(talk)
        session.flush()
        return talk.id


def ticket(database: Database, rulebook: Rulebook, talk: int, now: datetime, **more: Any) -> int:
    report = Report(kind="lapor", service="jalan_rusak", story="Jalan berlubang")
    with database.begin() as session:
        opened = open_ticket(session, rulebook, session.get_one(Conversation, talk), report, now)
        for name, value in more.items():
            setattr(opened, name, value)
        return opened.id


def sent(database: Database, at: datetime | None, cost: str | None, currency: str | None, **fields: Any) -> None:
    with database.begin() as session:
        session.add(OutboundMessage(**({
            "key": "first", "channel": "whatsapp", "recipient": "x",
            "wording": "w", "body": {"text": ""}, "created_at": START, "due_at": START, "state": "accepted",
            "sent_at": at, "cost": Decimal(cost) if cost else None, "currency": currency,
        } | fields)))  # fmt: skip


def placed(database: Database, rulebook: Rulebook, *messages: Any, prices: Any = PRICES) -> list[InboundMessage]:
    with database.begin() as session:
        for message in messages:
            inbox.store(session, message, rulebook.words, START)
        inbox.place_new(session, START, costs=prices)
    with database.read() as session:
        return [session.get_one(InboundMessage, n + 1) for n in range(len(messages))]


def test_what_comes_in_has_its_price(database: Database, rulebook: Rulebook) -> None:
    whatsapp, short, long = placed(database, rulebook, by_whatsapp("a" * 500), by_sms("halo"), by_sms("a" * 161))
    assert (whatsapp.cost, whatsapp.currency) == (Decimal("0.0051"), "USD")
    assert (short.cost, short.currency) == (Decimal("0.5"), "IDR")
    assert long.cost == Decimal(1)  # two segments


def test_where_the_city_names_no_price_none_is_noted(database: Database, rulebook: Rulebook) -> None:
    [message] = placed(database, rulebook, by_whatsapp("halo"), prices={"sms": PRICES["sms"]})
    assert (message.cost, message.currency) == (None, None)


def test_what_costs_nothing_is_counted_as_nothing(database: Database, rulebook: Rulebook) -> None:
    free = {"whatsapp": Cost(currency="IDR", sent=Decimal(85))}
    [message] = placed(database, rulebook, by_whatsapp("halo"), prices=free)
    assert (message.cost, message.currency) == (Decimal(0), "IDR")


def test_the_worker_goes_by_the_citys_prices(number: Number) -> None:
    prices = {"simulator": PRICES["sms"]}
    number.rulebook = replace(number.rulebook, city=number.rulebook.city.model_copy(update={"costs": prices}))
    number.says("Jl. Melati berlubang", meaning("lapor", "jalan_rusak", place="Jl. Melati"))
    with number.newest_ticket() as (session, found):
        [received] = costs.of_ticket(session, found.id)[:1]
    assert received.currency == "IDR"
    assert received.amount >= Decimal("0.5")


def test_a_tickets_messages_by_currency(
    database: Database, rulebook: Rulebook, clock: MoveableClock, talk: int
) -> None:
    mine, other = (ticket(database, rulebook, talk, clock.now()) for _ in range(2))
    priced = (("0.0051", "USD"), ("0.0051", "USD"), ("350", "IDR"), (None, None))
    for number, (cost, currency) in enumerate(priced):
        sent(database, clock.now(), cost, currency, ticket_id=mine, key=f"mine {number}")
    sent(database, clock.now(), "85", "IDR", ticket_id=other)
    [message] = placed(database, rulebook, by_whatsapp("halo"))
    with database.begin() as session:
        session.get_one(InboundMessage, message.id).ticket_id = mine
    with database.read() as session:
        assert costs.of_ticket(session, mine) == [
            ("IDR", Decimal(350), 1),
            ("USD", Decimal("0.0153"), 3),
        ]
        assert costs.of_ticket(session, 4711) == []


def test_thousands_of_small_amounts_add_up_exactly(database: Database) -> None:
    """Whole numbers are added, not fractions."""
    with database.begin() as session:
        session.execute(OutboundMessage.__table__.insert(), [
            {"key": f"m{n}", "channel": "whatsapp", "recipient": "x", "wording": "w", "body": {"text": ""},
             "created_at": START, "due_at": START, "state": "accepted", "sent_at": START, "lane": 1,
             "at_least_once": False, "attempts": 1, "cost": Decimal("0.0001"), "currency": "USD"}
            for n in range(3_000)
        ])  # fmt: skip
    with database.read() as session:
        [line] = report(session, START, END).lines
    assert line == Line("whatsapp", "USD", 0, 3_000, Decimal("0.3"))


def test_a_month_by_channel_and_currency(database: Database, rulebook: Rulebook, talk: int) -> None:
    inside, moment = START + timedelta(days=3), timedelta(microseconds=1)
    sent(database, START, "410", "IDR")
    sent(database, END - moment, "85", "IDR", key="last")
    sent(database, START - moment, "85", "IDR", key="before")
    sent(database, END, "85", "IDR", key="after")
    sent(database, None, "85", "IDR", key="never sent")
    sent(database, inside, "0.005", "USD", key="dollars")
    sent(database, inside, None, None, key="free", channel="sms")
    sent(database, inside, None, None, key="letter", channel="email")
    placed(database, rulebook, by_whatsapp("halo"))
    for number, closed in enumerate((START, END - moment, END, None)):
        ticket(
            database,
            rulebook,
            talk,
            START + timedelta(seconds=number),
            closed_at=closed,
            status="done" if closed else "waiting",
        )
    ticket(database, rulebook, talk, START, closed_at=inside, status="withdrawn")
    with database.read() as session:
        found = report(session, START, END)
    assert found.lines == (
        Line("sms", None, 0, 1, Decimal(0)),
        Line("whatsapp", "IDR", 0, 2, Decimal(495)),
        Line("whatsapp", "USD", 1, 1, Decimal("0.0101")),
    )
    assert list(found.totals()) == [("IDR", Decimal(495)), ("USD", Decimal("0.0101"))]
    assert (found.messages, found.resolved, found.per_resolved) == (5, 2, 2.5)


def test_a_month_in_which_nothing_happened(database: Database) -> None:
    with database.read() as session:
        found = report(session, START, END)
    assert (found.lines, list(found.totals()), found.per_resolved) == ((), [], None)


def test_a_ticket_is_resolved_by_its_status(database: Database, rulebook: Rulebook, talk: int) -> None:
    found = ticket(database, rulebook, talk, START)
    with database.read() as session:
        assert costs.resolved(session, START, END, "done") == 0
    with database.begin() as session:
        session.get_one(Ticket, found).closed_at = START
        session.get_one(Ticket, found).status = "done"
    with database.read() as session:
        assert costs.resolved(session, START, END, "done") == 1
