"""While secrets change, and afterwards, everybody is recognised, and nobody is kept twice."""

import multiprocessing
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from itertools import chain, pairwise
from multiprocessing.synchronize import Barrier

import pytest
from sqlalchemy import func, select, update

from bot.accounts import logins, servants
from bot.errors import NotFoundError
from bot.intake import inbox
from bot.messages import Incoming
from bot.rulebook import Rulebook
from bot.tickets import citizen_page
from bot.words import Words
from storage import keyring, reindexing, rotation
from storage.database import Database, open_database
from storage.keyring import Keyring
from storage.models import Citizen, CivilServant, Conversation, InboundMessage, Ticket, User
from storage.queries import duty as duty_queries
from storage.queries.people import is_staff
from tests.support.databases import POSTGRESQL, Stock, kinds
from tests.support.messages import PHONE, by_sms, by_whatsapp, without_phone
from tests.support.rows import one_in_every_table

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
OLD, BEHIND, FRONT, NEW = (Keyring(secrets) for secrets in (("old",), ("old", "new"), ("new", "old"), ("new",)))
# From one list to the next, one process after the other (docs/keys.md).
STEPS = list(pairwise((OLD, BEHIND, FRONT, NEW)))
Came = Callable[[Keyring, Incoming], None]


@pytest.fixture
def came(database: Database, rulebook: Rulebook) -> Came:
    """A process with that keyring takes a message in, and gives it its conversation."""

    def take(ring: Keyring, message: Incoming) -> None:
        keyring.use(ring)
        with database.begin() as session:
            inbox.store(session, message, rulebook.words, NOW)
        with database.begin() as session:
            inbox.place_new(session, NOW)

    return take


def count(database: Database, model: type[Citizen] | type[Conversation]) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def reindex(database: Database) -> None:
    """As the two commands do, with the new secret in front."""
    keyring.use(FRONT)
    for _ in chain(rotation.renew(database), reindexing.reindex(database)):
        pass


@pytest.mark.parametrize("rings", STEPS)
@pytest.mark.parametrize("first", [0, 1])
def test_two_processes_with_different_lists_keep_one_citizen(
    database: Database, came: Came, rings: Sequence[Keyring], first: int
) -> None:
    one, other = rings[first], rings[1 - first]
    came(one, by_whatsapp())
    came(other, by_whatsapp())
    came(other, by_sms())
    came(one, by_sms())
    assert (count(database, Citizen), count(database, Conversation)) == (1, 2)


@pytest.mark.parametrize("rings", STEPS)
def test_what_one_process_stored_another_places(
    database: Database, rulebook: Rulebook, rings: Sequence[Keyring]
) -> None:
    """Web and worker are restarted one after the other, too."""
    for ring in (*rings, *reversed(rings)):
        keyring.use(ring)
        with database.begin() as session:
            inbox.store(session, by_whatsapp(), rulebook.words, NOW)
            inbox.store(session, by_sms(), rulebook.words, NOW)
    for ring in rings:
        keyring.use(ring)
        if ring is not OLD:  # it cannot read what the other wrote, and leaves it to the other
            with database.begin() as session:
                inbox.place_new(session, NOW)
    assert (count(database, Citizen), count(database, Conversation)) == (1, 2)


def _write(url: str, secrets: tuple[str, ...], words: Words, phones: Sequence[str], barrier: Barrier) -> None:
    """A process of its own: a keyring is one for a process."""
    keyring.use(Keyring(secrets))
    database = open_database(url)
    for phone in phones:
        barrier.wait(30)
        with database.begin() as session:
            message = by_sms(phone=phone) if secrets[0] == "new" else by_whatsapp(phone=phone)
            inbox.store(session, message, words, NOW)
        with database.begin() as session:
            inbox.place_new(session, NOW)
    database.dispose()


@pytest.mark.skipif(POSTGRESQL not in kinds(), reason="SQLite has one writer at a time")
def test_two_processes_at_the_same_moment_keep_one_citizen(postgresql_stock: Stock, rulebook: Rulebook) -> None:
    database = postgresql_stock.fresh()
    url = database.engine.url.render_as_string(hide_password=False)
    phones = [f"+6281200000{n:02d}" for n in range(15)]
    start = multiprocessing.get_context("spawn")
    barrier = start.Barrier(2)
    lists = (BEHIND.secrets, FRONT.secrets)
    processes = [
        start.Process(target=_write, args=(url, secrets, rulebook.words, phones, barrier)) for secrets in lists
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0, 0]
    keyring.use(FRONT)
    with database.begin() as session:
        inbox.place_new(session, NOW)
    assert (count(database, Citizen), count(database, Conversation)) == (len(phones), 2 * len(phones))


def test_recognised_before_during_and_after(database: Database, came: Came) -> None:
    came(OLD, by_whatsapp())
    came(BEHIND, by_whatsapp())
    came(FRONT, by_whatsapp())
    reindex(database)
    came(FRONT, by_sms())
    came(NEW, by_whatsapp())
    came(NEW, by_sms())
    assert (count(database, Citizen), count(database, Conversation)) == (1, 2)


def test_without_computing_anew_somebody_else_would_come_about(database: Database, came: Came) -> None:
    """So that the test before this one can fail."""
    came(OLD, by_whatsapp())
    keyring.use(FRONT)
    came(NEW, by_whatsapp(phone="+628000009999"))
    came(NEW, by_whatsapp())
    assert count(database, Citizen) == 3


def test_everything_that_can_be_computed_is(database: Database, came: Came) -> None:
    came(OLD, by_whatsapp())
    came(OLD, without_phone())
    reindex(database)
    found = reindexing.uses(database)
    assert {name: dict(counted) for name, counted in found.items() if counted} == {
        "citizens.phone_hash": {0: 1},
        "conversations.address_hash": {0: 2},
        "inbound_messages.address_hash": {0: 2},
        "inbound_messages.phone_hash": {0: 1},
    }
    keyring.use(NEW)
    assert all(0 in counted for counted in reindexing.uses(database).values() if counted)


def test_what_was_erased_stays_so(database: Database, came: Came) -> None:
    came(OLD, by_whatsapp())
    with database.begin() as session:
        gone = {"address": "", "address_hash": "erased:17"}
        session.execute(update(Conversation).values(**gone))
        session.execute(update(InboundMessage).values(**gone, phone_hash=None))
        session.execute(update(Citizen).values(phone_hash=None))
    reindex(database)
    with database.read() as session:
        assert session.scalars(select(Conversation.address_hash)).all() == ["erased:17"]
        assert session.scalars(select(InboundMessage.address_hash)).all() == ["erased:17"]
    came(NEW, by_whatsapp())
    assert count(database, Citizen) == 2


def test_colleagues_and_civil_servants_are_known_by_their_telephones_all_along(
    database: Database, came: Came
) -> None:
    keyring.use(OLD)
    with database.begin() as session:
        session.add(User(id=1, email="a@b.example", password_hash="", role="coordinator", created_at=NOW))
        session.flush()
        session.execute(update(User).values(phone=PHONE, phone_hash=keyring.current().lookup(PHONE)))
        values = {"name": "Budi", "unit": "Kelurahan", "created_at": NOW, "created_by": 1}
        session.add(CivilServant(phone_hash=keyring.current().lookup(PHONE), **values))
    for ring in (BEHIND, FRONT):
        came(ring, by_whatsapp())  # the first time that they write
        _is_known(database)
    reindex(database)
    _is_known(database)
    came(NEW, by_whatsapp())
    _is_known(database)


def _is_known(database: Database) -> None:
    with database.read() as session:
        [phone_hash] = session.scalars(select(Citizen.phone_hash)).all()
        assert phone_hash
        assert is_staff(session, phone_hash)
        assert duty_queries.by_phone(session, phone_hash, ["coordinator"])
        assert session.scalars(select(CivilServant.phone_hash)).all() == [phone_hash]


def test_a_civil_servant_registered_in_between_is_one_with_the_citizen(database: Database, came: Came) -> None:
    phone = "+6281234567890"
    came(OLD, by_whatsapp(phone=phone))
    keyring.use(FRONT)
    with database.begin() as session:
        session.add(User(id=1, email="a@b.example", password_hash="", role="coordinator", created_at=NOW))
        session.flush()
        assert servants.register(session, "Budi", "Kelurahan", phone, "ID", 1, NOW)
        assert not servants.register(session, "Budi", "Kelurahan", phone, "ID", 1, NOW)
    with database.read() as session:
        assert (
            session.scalars(select(Citizen.phone_hash)).all()
            == session.scalars(select(CivilServant.phone_hash)).all()
        )


def test_a_civil_servant_who_never_wrote_is_told_of(database: Database) -> None:
    keyring.use(OLD)
    with database.begin() as session:
        session.add(User(id=1, email="a@b.example", password_hash="", role="coordinator", created_at=NOW))
        session.flush()
        servants.register(session, "Budi", "Kelurahan", "+6281234567890", "ID", 1, NOW)
    reindex(database)
    assert reindexing.unsure(database).servants == 1


def test_a_number_with_two_conversations_is_left_and_told(database: Database, came: Came) -> None:
    """What comes of putting a new secret in front at once, while a process does not know it."""
    came(OLD, by_whatsapp())
    came(NEW, by_whatsapp())
    keyring.use(FRONT)
    with database.begin() as session:  # what the one wrote the other must be able to read
        session.execute(update(Conversation).values(address="whatsapp:" + PHONE))
        session.execute(update(InboundMessage).values(address="whatsapp:" + PHONE))
    reindex(database)
    uses = reindexing.uses(database)
    assert uses["conversations.address_hash"] == {0: 1, 1: 1}
    came(FRONT, by_whatsapp())
    assert count(database, Conversation) == 2


def test_every_hash_in_the_database_is_computed_anew_or_has_a_reason_not_to_be() -> None:
    assert reindexing.hash_columns() == reindexing.ANEW | reindexing.NEVER.keys()


def test_links_and_log_ins_of_the_old_secret_hold_until_it_is_taken_away(
    database: Database, rulebook: Rulebook
) -> None:
    keyring.use(OLD)
    with database.begin() as session:
        one_in_every_table(session)
        session.execute(update(User).values(disabled_at=None))
        number, secret = citizen_page.path_of(session.get_one(Ticket, 1)).split("/")[-2:]
        token = logins.begin(session, 1, "Firefox", NOW)
    for ring in (BEHIND, FRONT):
        keyring.use(ring)
        with database.read() as session:
            assert citizen_page.ticket_of(session, rulebook, number, secret, NOW).id == 1
            assert logins.known(session, token)
    reindex(database)
    keyring.use(NEW)
    with database.read() as session:
        with pytest.raises(NotFoundError):
            citizen_page.ticket_of(session, rulebook, number, secret, NOW)
        assert logins.known(session, token) is None
