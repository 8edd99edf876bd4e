"""AMBIL by reply: from whom it counts, for which alarm, and what is answered."""

import pytest
from sqlalchemy import select

from bot.conversation.turn import Reply
from bot.duty import command
from bot.rulebook import Rulebook
from bot.status import Move
from bot.tickets.numbers import new_number
from bot.tickets.tickets import By, by_number, move
from storage.database import Database
from storage.models import Conversation, User
from tests.support.clock import MoveableClock
from tests.support.duty import CITIZEN, Station

RINA, BUDI, SITI = "+628000000101", "+628000000102", "+628000000103"


@pytest.fixture
def station(database: Database, rulebook: Rulebook, clock: MoveableClock) -> Station:
    return Station(database, rulebook, clock)


@pytest.fixture
def here(sqlite_database: Database, rulebook: Rulebook, clock: MoveableClock) -> Station:
    made = Station(sqlite_database, rulebook, clock)
    made.person("rina", RINA)
    made.person("budi", BUDI)
    return made


def test_without_a_number_it_is_the_one_that_they_were_told_of_last(station: Station) -> None:
    rina = station.person("rina", RINA)
    first, second = station.emergency(), station.emergency()
    station.tick()
    assert station.replies(RINA, "AMBIL") == Reply("duty_taken", {"number": second})
    assert station.alarm(second).taken_by == rina
    assert station.replies(RINA, "ambil") == Reply("duty_taken", {"number": first})
    assert station.replies(RINA, "Ambil!") == Reply("duty_none")


@pytest.mark.parametrize(
    "text",
    ["AMBIL {}", "ambil {}.", " Ambil  {} ", "saya ambil {}", "*AMBIL* {}", "AMBIL: {}", "siap ambil\n{}"],
)
def test_with_a_number_it_is_that_one(here: Station, text: str) -> None:
    wanted, _ = here.emergency(), here.emergency()
    here.tick()
    for written in (wanted, wanted.lower(), wanted.replace("-", " "), wanted.replace("-", "")):
        answer = here.replies(RINA, text.format(written))
        assert answer
        assert answer.wording in ("duty_taken", "duty_yours"), written
        assert answer.values == {"number": wanted}


def test_a_number_may_be_taken_before_anybody_was_told(here: Station) -> None:
    number = here.emergency()
    assert here.replies(BUDI, f"AMBIL {number}") == Reply("duty_taken", {"number": number})
    assert here.tick() == 0


def test_one_that_a_colleague_has(here: Station) -> None:
    number = here.emergency()
    here.tick()
    here.replies(RINA, "AMBIL")
    assert here.replies(BUDI, f"AMBIL {number}") == Reply("duty_others", {"number": number})
    assert here.replies(BUDI, "AMBIL") == Reply("duty_none")
    assert here.replies(RINA, f"AMBIL {number}") == Reply("duty_yours", {"number": number})


def test_one_that_has_ended(here: Station) -> None:
    number = here.emergency()
    here.tick()
    with here.database.begin() as session:
        ticket = by_number(session, number)
        move(session, here.rulebook, ticket, Move.WITHDRAW, By("citizen", here.clock.now()))
    assert here.replies(RINA, f"AMBIL {number}") == Reply("duty_closed", {"number": number})
    assert here.replies(RINA, "AMBIL") == Reply("duty_none")


def test_a_number_that_is_no_alarm(here: Station) -> None:
    here.emergency()
    here.tick()
    nobodys = new_number("JK")
    assert here.replies(RINA, f"AMBIL {nobodys}") == Reply("duty_unknown", {"number": nobodys})
    assert here.replies(RINA, "AMBIL JK-000000-1") == Reply("duty_unknown", {"number": "JK-000000-1"})
    assert here.replies(RINA, "AMBIL") != Reply("duty_none")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "sampah di depan rumah tidak diambil",
        "ambil sampah di Jalan Mawar 3 dong",
        "AMBILKAN",
        "kapan KTP bisa saya ambil",
        "ambil 12345",
        "AMBIL " + "JK-" * 3_000,
        "AMBIL" + " " * 9_000 + "x",
    ],
)
def test_anything_else_is_a_citizens_message(here: Station, text: str) -> None:
    number = here.emergency()
    here.tick()
    assert here.replies(RINA, text) is None
    assert here.alarm(number).taken_at is None


def test_a_strangers_word_takes_nothing(here: Station) -> None:
    number = here.emergency()
    here.tick()
    for phone in (CITIZEN, "+628000007777"):
        assert here.replies(phone, f"AMBIL {number}") is None
        assert here.replies(phone, "AMBIL") is None
    assert here.alarm(number).taken_at is None


@pytest.mark.parametrize("role", ["agency_officer", "coordinator"])
def test_of_an_officer_of_an_agency_or_a_disabled_account_it_is_a_citizens_message(
    here: Station, role: str
) -> None:
    disabled = here.clock.now() if role == "coordinator" else None
    here.person("siti", SITI, role, disabled_at=disabled)
    number = here.emergency()
    assert here.replies(SITI, f"AMBIL {number}") is None


def test_an_account_without_a_phone_and_a_citizen_without_one_never_meet(here: Station) -> None:
    here.person("siti")
    number = here.emergency()
    conversation_id = here.hears("AMBIL", "+628000005555")
    with here.database.begin() as session:
        conversation = session.get_one(Conversation, conversation_id)
        conversation.citizen.phone_hash = None
        assert command.command(session, here.rulebook, conversation, "AMBIL", here.clock.now()) is None
    assert here.alarm(number).taken_at is None


def test_a_sealed_one_is_for_those_named_for_it_and_those_alerted(here: Station) -> None:
    here.person("siti", SITI, "sealed_officer")
    number = here.emergency("suami saya memukul saya", sealed=True)
    here.tick()
    assert here.replies(RINA, f"AMBIL {number}") == Reply("duty_unknown", {"number": number})
    assert here.replies(RINA, "AMBIL") == Reply("duty_none")
    assert here.replies(SITI, "AMBIL") == Reply("duty_taken", {"number": number})


def test_telephones_whose_ids_look_alike_are_told_apart(here: Station) -> None:
    """User 1 and user 11: the key of a message ends with the id."""
    for n in range(3, 12):
        here.person(f"p{n}", f"+6280000003{n:02d}")
    here.shift(11)
    here.emergency()
    here.tick()
    assert here.replies(RINA, "AMBIL") == Reply("duty_none")
    assert here.replies("+628000000311", "AMBIL") != Reply("duty_none")


def test_every_answer_has_its_words(here: Station) -> None:
    for key in ("taken", "yours", "others", "closed", "unknown", "none"):
        for language in here.rulebook.city.languages:
            assert here.rulebook.wording.say(f"duty_{key}", language, {"number": "JK-7Q2M9X-4"})


def test_the_account_that_took_it_is_the_one_in_the_history(here: Station) -> None:
    number = here.emergency()
    here.tick()
    here.replies(BUDI, "AMBIL")
    with here.database.read() as session:
        budi = session.scalars(select(User.id).where(User.email == "budi@jakarta.example")).one()
    assert ("alarm_taken", f"user:{budi}") in here.events(number)
