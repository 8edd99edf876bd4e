"""Accounts and log-ins in the database, alike on SQLite and PostgreSQL."""

from datetime import timedelta

import pyotp
import pytest

from bot.accounts import lockout, logins, reset_links, second_factor
from bot.accounts.accounts import Person, create
from bot.errors import LinkExpiredError
from bot.rulebook import Rulebook
from storage.database import Database
from storage.models import OutboundMessage, User
from storage.queries import accounts as queries
from tests.support.clock import MoveableClock

RINA = "rina@jakarta.example"


@pytest.fixture
def rina(database: Database, clock: MoveableClock) -> int:
    with database.begin() as session:
        return create(session, Person(RINA, "coordinator"), "x", clock.now()).id


def test_a_log_in_from_its_beginning_to_its_end(database: Database, clock: MoveableClock, rina: int) -> None:
    now = clock.now()
    with database.begin() as session:
        first, second = (logins.begin(session, rina, "Firefox, Linux", now) for _ in range(2))
    with database.begin() as session:
        found = logins.known(session, first)
        assert found is not None
        assert found.user.email == RINA
        assert not logins.is_over(found, now)
        queries.note_seen(session, found.id, now + timedelta(minutes=5))
        assert queries.end_logins(session, rina, now, but=found.id) == 1
        assert queries.end_logins(session, rina, now, but=found.id) == 0
    with database.read() as session:
        other = logins.known(session, second)
        assert other is not None
        assert logins.is_over(other, now)
        [left] = logins.lasting(session, rina, now + timedelta(minutes=64))
        assert left.seen_at == now + timedelta(minutes=5)
        assert logins.lasting(session, rina, now + timedelta(minutes=65)) == []


def test_the_list_puts_disabled_accounts_last(database: Database, clock: MoveableClock, rina: int) -> None:
    now = clock.now()
    with database.begin() as session:
        gone = create(session, Person("agus@jakarta.example", "coordinator"), "x", now)
        gone.disabled_at = now
        create(session, Person("budi@jakarta.example", "agency_officer", "dlh"), "x", now)
        logins.begin(session, rina, "", now)
        logins.begin(session, rina, "", now + timedelta(hours=1))
    with database.read() as session:
        found = queries.listed(session, 10)
        assert queries.by_email(session, "agus@jakarta.example") is None
    assert [(entry.user.email[:4], entry.seen_at) for entry in found] == [
        ("budi", None),
        ("rina", now + timedelta(hours=1)),
        ("agus", None),
    ]


def test_a_step_is_taken_once_and_never_backwards(database: Database, rina: int) -> None:
    taken = []
    for step in (100, 100, 99, 101):
        with database.begin() as session:
            taken.append(queries.take_step(session, rina, step))
    assert taken == [True, False, False, True]


def test_a_code_is_accepted_once(database: Database, clock: MoveableClock, rina: int) -> None:
    with database.begin() as session:
        second_factor.prepare(session.get_one(User, rina))
    with database.begin() as session:
        user = session.get_one(User, rina)
        code = pyotp.TOTP(user.totp_secret or "").at(clock.now())
        assert second_factor.confirm(session, user, code, clock.now())
        assert not second_factor.accept(session, user, code, clock.now())


def test_a_link_is_used_once(database: Database, clock: MoveableClock, rulebook: Rulebook, rina: int) -> None:
    now = clock.now()
    with database.begin() as session:
        assert reset_links.forgotten(session, rulebook, RINA, now)
        assert not reset_links.forgotten(session, rulebook, "tidak@ada.example", now)
        link = reset_links.without_letter(session, rulebook, session.get_one(User, rina), now)
    token = link.rpartition("/")[2]
    with database.begin() as session:
        assert reset_links.choose(session, token, "y", now).password_hash == "y"
    with database.begin() as session, pytest.raises(LinkExpiredError):
        reset_links.choose(session, token, "z", now)
    with database.read() as session:
        [letter] = session.query(OutboundMessage).all()
        assert (letter.recipient, letter.at_least_once) == (RINA, True)


def test_five_attempts_lock_and_old_ones_are_dropped(database: Database, clock: MoveableClock) -> None:
    now, subject = clock.now(), lockout.of_password(RINA)
    allowed = []
    for _ in range(7):
        with database.begin() as session:
            allowed.append(lockout.attempt(session, subject, now))
    assert allowed == [True] * 5 + [False] * 2
    with database.begin() as session:
        assert lockout.attempt(session, lockout.of_reset(RINA), now)
        assert lockout.attempt(session, subject, now + lockout.LOCKED_FOR)
        lockout.forgive(session, subject)
        assert queries.failures(session, subject, now - timedelta(days=9)) == 0
