"""Messages, what the model made of them, and what they cost."""

from decimal import Decimal
from typing import Any

import pytest

from bot.intake import inbox
from nlu.client import Guess, Understanding
from storage.models import Example, InboundMessage, TicketEvent, User
from storage.queries.figures.reading import Cost, Counts
from tests.support.counted import Figured
from tests.support.desk import Number, meaning

READ = {"model": "m", "intents": [["lapor", 0.9]], "services": [["jalan_rusak", 0.8]], "faqs": [], "place": None}


def labelled(city: Figured, inbound_id: int, **label: Any) -> None:
    """Somebody at the desk says what a message means."""
    with city.database.begin() as session:
        user = User(email="rina@jakarta.example", password_hash="-", created_at=city.clock.now())
        session.add(user)
        session.flush()
        session.add(
            Example(inbound_id=inbound_id, text="x", created_by=user.id, created_at=city.clock.now(), **label)
        )


def test_messages_about_no_ticket_count_as_a_whole_and_by_channel(city: Figured) -> None:
    pothole = city.filed(kelurahan="Gambir")
    city.came(ticket_id=pothole)
    city.came("sms")
    city.went(ticket_id=pothole)
    city.went("sms")
    city.clock.move(minutes=1)
    city.count()
    assert (city.counts().received, city.counts().sent) == (2, 2)
    by_channel = {key: (counts.received, counts.sent) for key, counts in city.keys("channel").items()}
    assert by_channel == {"whatsapp": (1, 1), "sms": (1, 1)}
    for dimension, key in (("agency", "bina_marga"), ("service", "jalan_rusak"), ("area", "Gambir")):
        assert {name: one.received + one.sent for name, one in city.keys(dimension).items()} == {key: 2}


def test_what_agencies_and_people_on_duty_are_sent_is_no_message_to_a_citizen(city: Figured) -> None:
    pothole = city.filed()
    city.went("email", conversation_id=None, ticket_id=pothole)
    city.went("whatsapp", conversation_id=None, ticket_id=pothole)
    city.went(sent_at=None, state="waiting")
    city.clock.move(minutes=1)
    city.count()
    assert city.counts().sent == 0
    assert city.costs() == [Cost("whatsapp", "", 0, 1, Decimal(0))]  # an alarm is paid for all the same


def test_costs_are_added_up_by_currency_and_never_for_what_costs_nothing(city: Figured) -> None:
    city.went(cost=Decimal("0.0051"), currency="USD")
    city.went(cost=Decimal("0.0050"), currency="USD")
    city.came("sms", cost=Decimal("0.5"), currency="IDR")
    city.came("sms")
    city.came("simulator")
    city.clock.move(minutes=1)
    city.count()
    assert city.costs() == [
        Cost("sms", "", 1, 0, Decimal(0)),
        Cost("sms", "IDR", 1, 0, Decimal("0.5")),
        Cost("whatsapp", "USD", 0, 2, Decimal("0.0101")),
    ]
    assert city.counts().received == 3  # who tries it out writes messages, too


@pytest.mark.parametrize("channel", ["desk", "page"])
def test_what_an_officer_took_down_or_a_citizen_did_on_their_page_is_no_message(
    city: Figured, channel: str
) -> None:
    city.came(channel, outcome="filed", understanding=READ)
    city.clock.move(minutes=1)
    city.count()
    assert city.counts() == Counts()
    assert city.costs() == []


@pytest.mark.parametrize(
    ("outcome", "figure"),
    [
        ("filed", "alone"),
        ("answered", "alone"),
        ("off_topic", "alone"),
        ("asked", "alone"),  # where it is: what is meant was clear
        ("person", "by_people"),
        ("error", "by_people"),
        ("opted_out", None),
        ("confirmed", None),
        ("with_person", None),
        ("blocked", None),
    ],
)
def test_what_became_of_a_message_that_the_model_read(city: Figured, outcome: str, figure: str | None) -> None:
    city.came(outcome=outcome, understanding=READ)
    city.clock.move(minutes=1)
    city.count()
    assert city.counts() == Counts(received=1, **({figure: 1} if figure else {}))


@pytest.mark.parametrize(("outcome", "by_people"), [("filed", 0), ("answered", 0), ("person", 1)])
def test_what_no_model_read_it_has_not_decided(city: Figured, outcome: str, by_people: int) -> None:
    city.came(outcome=outcome, understanding=None)
    city.came(outcome=outcome)
    city.clock.move(minutes=1)
    city.count()
    assert city.counts() == Counts(received=2, by_people=2 * by_people)


@pytest.mark.parametrize(
    ("label", "wrong"),
    [
        ({"intent": "lapor", "service": "jalan_rusak"}, 0),
        ({"intent": "lapor"}, 0),
        ({"intent": "lapor", "service": "trotoar"}, 1),
        ({"intent": "tanya"}, 1),
        ({"intent": "lapor", "service": "jalan_rusak", "faq": "ktp_baru"}, 1),
    ],
)
def test_a_person_says_what_a_message_means(city: Figured, label: dict[str, str], wrong: int) -> None:
    message = city.came(outcome="person", understanding=READ)
    city.clock.move(days=1)
    city.count()
    labelled(city, message, **label)
    city.clock.move(days=1)
    city.count()
    day = city.today.fromordinal(city.today.toordinal() - 2)
    assert city.counts(day) == Counts(received=1, by_people=1, wrong=wrong)


@pytest.mark.parametrize(
    ("data", "wrong"), [({"from": "jalan_rusak", "to": "trotoar"}, 1), ({}, 0)], ids=["service", "place"]
)
def test_a_citizen_says_that_it_is_about_something_else(city: Figured, data: dict[str, str], wrong: int) -> None:
    pothole = city.filed()
    city.came(outcome="filed", understanding=READ, ticket_id=pothole)
    city.came(outcome="corrected", understanding=READ, ticket_id=pothole)
    with city.of(pothole) as (session, ticket):
        event = TicketEvent(ticket_id=pothole, at=city.clock.now(), kind="corrected", actor="citizen",
                            status=ticket.status, agency=ticket.agency, data=data)  # fmt: skip
        session.add(event)
    city.clock.move(minutes=1)
    city.count()
    assert city.counts().wrong == wrong


def test_a_talk_as_the_real_conversation_has_it(number: Number) -> None:
    city = Figured(number.database, number.rulebook, number.clock)
    number.says("Jalan berlubang di Jl. Mawar", meaning("lapor", "jalan_rusak", place="Jl. Mawar"), who="sim:1")
    unclear = Understanding((Guess("lapor", 0.9),), (Guess("jalan_rusak", 0.3), Guess("trotoar", 0.25)))
    number.says("Ada yang rusak di depan pasar", unclear, who="sim:2")
    number.says("Saya mau bicara petugas", meaning("bicara_petugas"), who="sim:3")
    number.says("STOP", who="sim:4")
    city.clock.move(minutes=1)
    city.count()
    counts = city.counts()
    assert (counts.received, counts.alone, counts.asked, counts.by_people, counts.wrong) == (4, 1, 1, 1, 0)
    assert counts.sent == len(number.said())
    assert city.costs() == []
    with number.database.read() as session:
        assert session.get_one(InboundMessage, 2).outcome == inbox.PART_OF_A_REPORT[0]
