"""What a process that ends gives back, and who takes it over."""

import signal
import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest

from bot.intake import inbox
from bot.rulebook import Rulebook
from scheduler.stopping import SAME_REQUEST_S, SIGNALS, Stopping, give_back
from storage.database import Database
from storage.models import InboundMessage, MediaFile, OutboundMessage, SenderLease
from storage.queries import sending
from storage.queries.claiming import Lease, claim_conversations, hold_lease
from storage.queries.media import claim_files
from tests.support.clock import MoveableClock
from tests.support.messages import by_whatsapp
from tests.support.outbox import Post

MINUTE = timedelta(minutes=1)


@pytest.fixture
def talk(database: Database, rulebook: Rulebook, clock: MoveableClock) -> Lease:
    """A conversation in the hands of ``one``."""
    with database.begin() as session:
        inbox.store(session, by_whatsapp("halo"), rulebook.words, clock.now())
    with database.begin() as session:
        inbox.place_new(session, clock.now())
    [lease] = claimed(database, clock, "one")
    return lease


def claimed(database: Database, clock: MoveableClock, owner: str) -> list[Lease]:
    with database.begin() as session:
        return claim_conversations(session, owner, clock.now(), 10, MINUTE)


def test_a_conversation_is_taken_over_at_once_and_the_first_one_is_too_late(
    database: Database, clock: MoveableClock, talk: Lease
) -> None:
    assert claimed(database, clock, "two") == []
    give_back(database, "one", clock)
    with database.begin() as session:
        assert hold_lease(session, talk) is None  # even before somebody else has it
    [taken] = claimed(database, clock, "two")
    assert taken.conversation_id == talk.conversation_id
    with database.begin() as session:
        assert hold_lease(session, taken) is not None


def test_what_others_hold_stays_theirs(database: Database, clock: MoveableClock, talk: Lease) -> None:
    give_back(database, "two", clock)
    with database.begin() as session:
        assert hold_lease(session, talk) is not None
    assert claimed(database, clock, "two") == []


def test_a_file_that_was_claimed_was_not_tried(database: Database, clock: MoveableClock, talk: Lease) -> None:
    with database.begin() as session:
        message = session.query(InboundMessage).one()
        session.add(
            MediaFile(inbound_id=message.id, position=0, url="https://a", claimed_type="image/jpeg",
                      store_key="k" * 32, created_at=clock.now(), due_at=clock.now())
        )  # fmt: skip

    def claim(owner: str) -> list[int]:
        with database.begin() as session:
            return [file.attempts for file in claim_files(session, owner, clock.now(), 1, MINUTE)]

    assert claim("one") == [1]
    assert claim("two") == []
    give_back(database, "one", clock)
    assert claim("two") == [1]


def test_the_sender_number_is_free_and_its_pace_is_remembered(database: Database, clock: MoveableClock) -> None:
    with database.begin() as session:
        sending.hold_line(session, "whatsapp", "one", clock.now(), MINUTE)
    with database.begin() as session:
        assert sending.hold_line(session, "whatsapp", "two", clock.now(), MINUTE) is None
    give_back(database, "one", clock)
    clock.move(seconds=3)
    with database.begin() as session:
        held = sending.hold_line(session, "whatsapp", "two", clock.now(), MINUTE)
        assert held is not None
        assert held.is_new
        assert held.idle == timedelta(seconds=3)
        assert session.get_one(SenderLease, "whatsapp").owner == "two"


def test_a_message_that_hangs_is_looked_up_and_not_sent_again(post: Post, database: Database) -> None:
    """Its sender is gone; whether the provider took it is asked at once, not after the lease of 30 seconds."""
    sent = post.write()
    with database.begin() as session:
        row = session.get_one(OutboundMessage, sent)
        row.state, row.lease_owner, row.attempts = "sending", "one", 1
        row.lease_until = post.clock.now() + MINUTE
    post.provider.taken.append(("Halo", "SM9"))  # it had taken it
    give_back(database, "one", post.clock)
    courier = post.courier("two")
    courier.settle()
    assert post.row(sent).state == "in_doubt"
    post.clock.move(seconds=30)
    courier.settle()
    assert (post.row(sent).state, post.row(sent).provider_id) == ("accepted", "SM9")
    assert post.provider.texts == ["Halo"]


def test_what_waits_behind_another_message_is_left_to_others(post: Post) -> None:
    messages = [post.write(text) for text in ("satu", "dua", "tiga")]
    stop = threading.Event()
    post.provider.before_send = lambda message: stop.set()
    post.courier(stopping=stop.is_set).round()
    assert post.provider.texts == ["satu"]
    assert [post.row(message).state for message in messages] == ["accepted", "waiting", "waiting"]
    assert [post.row(message).attempts for message in messages] == [1, 0, 0]
    post.courier("two").round()
    post.courier("two").round()
    assert post.provider.texts == ["satu", "dua", "tiga"]


@pytest.fixture
def handlers() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in SIGNALS}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("handlers")
@pytest.mark.parametrize("number", SIGNALS)
def test_each_signal_asks_and_a_second_one_later_hurries(number: signal.Signals) -> None:
    stopping = Stopping()
    stopping.listen()
    assert not stopping.asked.is_set()
    signal.raise_signal(number)
    assert stopping.asked.is_set()
    signal.raise_signal(number)
    assert not stopping.hurry.is_set()  # the supervisor's and systemd's, at the same time
    assert not stopping.hurry.wait(SAME_REQUEST_S + 0.1)
    signal.raise_signal(number)
    assert stopping.hurry.is_set()


@pytest.mark.usefixtures("handlers")
def test_it_gives_up_when_the_end_does_not_come(sqlite_database: Database) -> None:
    gave_up = threading.Event()
    slow, quick = Stopping(), Stopping()
    slow.watch(gave_up.set, within_s=0.2)
    assert not gave_up.wait(0.3)  # nobody has asked
    slow.asked.set()
    assert gave_up.wait(5)
    never = threading.Event()
    quick.watch(never.set, within_s=0.2)
    quick.asked.set()
    quick.finished()
    assert not never.wait(0.5)
