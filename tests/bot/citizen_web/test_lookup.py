"""Back to a ticket by its number and four digits: nobody learns by guessing."""

from datetime import timedelta

import pytest
from sqlalchemy import event

from bot.citizen_web import lookup
from bot.citizen_web.lookup import LockedError, digits_in, look_up, number_in
from bot.errors import RefusedError
from bot.messages import DESK, SIMULATOR, SMS, WHATSAPP
from bot.status import Status
from storage.database import Database
from storage.models import Citizen, Conversation, LoginFailure, Ticket
from tests.support.clock import MoveableClock

NUMBER, OTHER = "JK-7Q2M9X-Q", "JK-000000-0"
HERE, THERE = "203.0.113.7", "198.51.100.9"


def file(database: Database, clock: MoveableClock, channel: str = SMS, address: str = "+6280000001234", *,
         number: str = NUMBER, sealed: bool = False, erased: bool = False) -> None:  # fmt: skip
    now = clock.now()
    with database.begin() as session:
        citizen = Citizen(created_at=now, erased_at=now if erased else None)
        session.add(citizen)
        session.flush()
        talk = Conversation(
            channel=channel, address_hash=address, address=address, citizen_id=citizen.id, created_at=now
        )
        session.add(talk)
        session.flush()
        session.add(
            Ticket(number=number, citizen_id=citizen.id, conversation_id=talk.id, kind="lapor", service="sampah",
                   agency="dlh", status=Status.WAITING, story="", masked_story="", created_at=now, forward_at=now,
                   verify_by=now, answer_by=now, solve_by=now, sealed=sealed)
        )  # fmt: skip


@pytest.mark.parametrize(
    ("channel", "address"),
    [
        (SMS, "+6280000001234"),
        (WHATSAPP, "whatsapp:+6280000001234"),
        ("gateway", "6280000001234"),
        (SIMULATOR, "sim:0800-001-234"),
    ],
)
def test_number_and_digits_lead_to_the_ticket(
    database: Database, clock: MoveableClock, channel: str, address: str
) -> None:
    file(database, clock, channel, address)
    assert look_up(database, NUMBER, "1234", HERE, clock.now()) == NUMBER
    assert look_up(database, NUMBER, "1235", HERE, clock.now()) is None
    assert look_up(database, OTHER, "1234", HERE, clock.now()) is None


@pytest.mark.parametrize(
    ("channel", "address", "digits"),
    [(WHATSAPP, "whatsapp:US.45661234", "1234"), (DESK, "desk:80000001234", "1234"),
     (SIMULATOR, "sim:abc", "----"), (WHATSAPP, "whatsapp:ID.80000001234", "1234")],
)  # fmt: skip
def test_who_has_no_telephone_number_is_not_found_by_one(
    database: Database, clock: MoveableClock, channel: str, address: str, digits: str
) -> None:
    file(database, clock, channel, address)
    assert look_up(database, NUMBER, digits, HERE, clock.now()) is None


@pytest.mark.parametrize("kind", ["sealed", "erased"])
def test_sealed_and_erased_cannot_be_looked_up(database: Database, clock: MoveableClock, kind: str) -> None:
    file(database, clock, sealed=kind == "sealed", erased=kind == "erased")
    assert look_up(database, NUMBER, "1234", HERE, clock.now()) is None


def test_guessing_the_digits_of_one_ticket_ends_at_once_and_for_the_day(
    database: Database, clock: MoveableClock
) -> None:
    file(database, clock)
    begun = clock.now()
    for guess in range(5):
        assert look_up(database, NUMBER, f"{guess:04}", f"203.0.113.{guess}", clock.now()) is None
    with pytest.raises(LockedError) as locked:
        look_up(database, NUMBER, "1234", HERE, clock.now())
    assert locked.value.until == begun + timedelta(minutes=15)
    clock.move(minutes=16)
    for guess in range(5):
        assert look_up(database, NUMBER, f"{guess:04}", THERE, clock.now()) is None
    clock.move(minutes=16)
    with pytest.raises(LockedError) as locked:
        look_up(database, NUMBER, "1234", HERE, clock.now())
    assert locked.value.until == begun + timedelta(days=1)
    clock.move(hours=24)
    assert look_up(database, NUMBER, "1234", HERE, clock.now()) == NUMBER


def test_one_set_of_digits_over_many_tickets_ends_too(database: Database, clock: MoveableClock) -> None:
    file(database, clock)
    for n in range(30):
        assert look_up(database, f"JK-{n:06}-0", "1234", HERE, clock.now()) is None
    with pytest.raises(LockedError):
        look_up(database, NUMBER, "1234", HERE, clock.now())
    assert look_up(database, NUMBER, "1234", THERE, clock.now()) == NUMBER


def test_a_whole_network_of_new_addresses_is_one_subscriber(database: Database, clock: MoveableClock) -> None:
    for n in range(30):
        look_up(database, f"JK-{n:06}-0", "1234", f"2001:db8:1:2::{n:x}", clock.now())
    with pytest.raises(LockedError):
        look_up(database, NUMBER, "1234", "2001:db8:1:2:ffff::1", clock.now())
    assert look_up(database, NUMBER, "1234", "2001:db8:1:3::1", clock.now()) is None


def test_who_finds_theirs_uses_nothing_up(database: Database, clock: MoveableClock) -> None:
    """Many people share an address; and an own ticket in between must not wipe out what was guessed at others."""
    file(database, clock)
    for _ in range(40):
        clock.move(seconds=1)
        assert look_up(database, NUMBER, "1234", HERE, clock.now()) == NUMBER
    for n in range(29):
        clock.move(seconds=1)
        look_up(database, f"JK-{n:06}-0", "1234", HERE, clock.now())
        assert look_up(database, NUMBER, "1234", HERE, clock.now()) == NUMBER
    look_up(database, "JK-999999-0", "1234", HERE, clock.now())
    with pytest.raises(LockedError):
        look_up(database, NUMBER, "1234", HERE, clock.now())


def test_what_is_counted_names_nobody(database: Database, clock: MoveableClock) -> None:
    look_up(database, NUMBER, "1234", HERE, clock.now())
    with database.read() as session:
        kept = [row.email_hash for row in session.query(LoginFailure)]
    assert len(kept) == 2
    assert not any(NUMBER in row or HERE in row or row == "1234" for row in kept)


def test_after_a_day_nothing_is_kept(database: Database, clock: MoveableClock) -> None:
    look_up(database, NUMBER, "1234", HERE, clock.now())
    clock.move(hours=25)
    look_up(database, OTHER, "1234", THERE, clock.now())
    with database.read() as session:
        assert session.query(LoginFailure).count() == 2


@pytest.mark.parametrize(
    "typed", [lookup.example("JK"), "jk7q2m9xq", "7Q2M9X-Q", " jk 7q2m9x q ", "7q2m9xq", "JK-7Q2M9X-Q "]
)
def test_however_a_number_is_written(typed: str) -> None:
    assert number_in(typed, "JK") == NUMBER


@pytest.mark.parametrize(
    ("typed", "says"),
    [("JK-7Q2M9X-5", "keliru"), ("7Q2M8X4", "keliru"), ("JK-7Q2M", "belum lengkap"), ("", "belum lengkap"),
     ("x" * 10_000, "belum lengkap"), ("<script>", "keliru|belum lengkap"), ("\x00", "belum lengkap")],
)  # fmt: skip
def test_typos_are_caught_kindly(typed: str, says: str) -> None:
    with pytest.raises(RefusedError, match=says):
        number_in(typed, "JK")


@pytest.mark.parametrize(
    ("typed", "digits"), [("1234", "1234"), (" 12 34 ", "1234"), ("+62 812-0000-1234", "1234")]
)
def test_the_whole_number_will_do_too(typed: str, digits: str) -> None:
    assert digits_in(typed) == digits


@pytest.mark.parametrize("typed", ["", "123", "abcd", "12a4", "١٢٣٤", "1234; DROP TABLE", "²³⁴⁵", "x" * 10_000])
def test_anything_else_is_refused_in_a_sentence(typed: str) -> None:
    with pytest.raises(RefusedError, match="empat angka"):
        digits_in(typed)


def test_the_network_is_not_locked_by_a_typo() -> None:
    assert lookup.OF_NETWORK[0].most > lookup.OF_TICKET[0].most


def test_a_number_that_there_is_takes_the_same_work(database: Database, clock: MoveableClock) -> None:
    file(database, clock)
    work = [_statements(database, clock, number) for number in (NUMBER, OTHER)]
    assert work[0] == work[1]
    assert len(work[0]) > 3


def _statements(database: Database, clock: MoveableClock, number: str) -> list[str]:
    """What the database was asked."""
    asked: list[str] = []
    clock.move(seconds=1)

    def note(*told: object) -> None:
        asked.append(str(told[2]))

    event.listen(database.engine, "before_cursor_execute", note)
    look_up(database, number, "9999", HERE, clock.now())
    event.remove(database.engine, "before_cursor_execute", note)
    return asked
