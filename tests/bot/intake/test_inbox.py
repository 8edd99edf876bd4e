"""Stored once whatever happens, and given to the right conversation of the right citizen."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import func, select

from bot.intake import inbox
from bot.messages import LONGEST_TEXT, Content, Incoming, Location, Media
from bot.rulebook import Rulebook
from bot.words import EMERGENCY_LANE, NORMAL_LANE
from storage.database import Database
from storage.models import Citizen, Conversation, InboundMessage, Quarantine
from tests.support.clock import MoveableClock
from tests.support.messages import by_sms, by_whatsapp, without_phone

THREADS = 8


@pytest.fixture
def box(database: Database, rulebook: Rulebook, clock: MoveableClock) -> "Box":
    return Box(database, rulebook, clock)


class Box:
    """The inbox on a database, as the web process and the worker use it."""

    def __init__(self, database: Database, rulebook: Rulebook, clock: MoveableClock) -> None:
        self.database, self._words, self._clock = database, rulebook.words, clock

    def store(self, *messages: Incoming) -> list[bool]:
        return [self._store(message) for message in messages]

    def place(self, limit: int = 500) -> int:
        with self.database.begin() as session:
            return inbox.place_new(session, self._clock.now(), limit)

    def count(self, model: type) -> int:
        with self.database.read() as session:
            return session.scalars(select(func.count()).select_from(model)).one()

    def messages(self) -> list[InboundMessage]:
        with self.database.read() as session:
            return list(session.scalars(select(InboundMessage).order_by(InboundMessage.id)))

    def conversations(self) -> list[Conversation]:
        with self.database.read() as session:
            return list(session.scalars(select(Conversation).order_by(Conversation.id)))

    def _store(self, message: Incoming) -> bool:
        with self.database.begin() as session:
            return inbox.store(session, message, self._words, self._clock.now())


def test_a_message_is_kept_as_it_was_said(box: Box, clock: MoveableClock) -> None:
    content = Content(
        text="banjir, hp 0812 3456 7890",
        choice="service:banjir",
        location=Location(-6.2, 106.8, "Tebet"),
        media=(Media("https://api.example/1", "image/jpeg"),),
        quoted="SM1",
        profile_name="Sari",
    )
    assert box.store(by_whatsapp(content=content)) == [True]
    [message] = box.messages()
    assert Content.from_json(message.content) == content
    assert message.text == "banjir, hp [telepon]"
    assert (message.state, message.received_at, message.lane) == ("new", clock.at, NORMAL_LANE)
    assert message.conversation_id is None


def test_an_emergency_overtakes(box: Box) -> None:
    box.store(by_whatsapp("tolong ada kebakaran di gang mawar"))
    assert box.messages()[0].lane == EMERGENCY_LANE


def test_a_repetition_changes_nothing_at_once_and_a_day_later(box: Box, clock: MoveableClock) -> None:
    message = by_whatsapp("banjir")
    assert box.store(message, message) == [True, False]
    box.place()
    clock.move(days=1)
    assert box.store(replace(message, content=Content("something else"))) == [False]
    assert [m.text for m in box.messages()] == ["banjir"]
    assert box.place() == 0


def test_the_same_id_on_another_channel_is_another_message(box: Box) -> None:
    message = by_whatsapp()
    assert box.store(message, replace(message, channel="simulator")) == [True, True]


def test_a_message_in_parallel_is_kept_once(box: Box) -> None:
    message, barrier = by_whatsapp("banjir"), Barrier(THREADS)

    def store(_: int) -> bool:
        barrier.wait()
        return box.store(message)[0]

    with ThreadPoolExecutor(THREADS) as pool:
        assert sorted(pool.map(store, range(THREADS))) == [False] * (THREADS - 1) + [True]
    assert box.count(InboundMessage) == 1


def test_many_messages_in_parallel_are_all_kept(box: Box) -> None:
    messages = [by_whatsapp(f"pesan {n}", f"+6280000{n % 10:05d}") for n in range(80)]
    with ThreadPoolExecutor(THREADS) as pool:
        assert all(pool.map(lambda message: box.store(message)[0], messages))
    assert {m.text for m in box.messages()} == {f"pesan {n}" for n in range(80)}


def test_workers_in_parallel_give_each_address_one_conversation(box: Box) -> None:
    phones = [f"+6280000{n:05d}" for n in range(10)]
    box.store(*(by_whatsapp(f"{n}", phone) for n in range(3) for phone in phones))
    box.store(*(by_sms("sms", phone) for phone in phones))
    barrier = Barrier(THREADS)

    def place(_: int) -> int:
        barrier.wait()
        return sum(iter(lambda: box.place(limit=7), 0))

    with ThreadPoolExecutor(THREADS) as pool:
        placed = sum(pool.map(place, range(THREADS)))
    box.place()
    assert placed == 40
    assert (box.count(Conversation), box.count(Citizen)) == (20, 10)
    assert all(message.conversation_id for message in box.messages())


def test_whatsapp_and_sms_of_one_number_are_one_citizen_with_two_conversations(box: Box) -> None:
    box.store(by_whatsapp("satu"), by_sms("dua"), by_whatsapp("tiga"))
    assert box.place() == 3
    whatsapp, sms = sorted(box.conversations(), key=lambda conversation: conversation.channel, reverse=True)
    assert whatsapp.citizen_id == sms.citizen_id
    assert [m.conversation_id for m in box.messages()] == [whatsapp.id, sms.id, whatsapp.id]
    assert (whatsapp.address, sms.address) == ("whatsapp:+628000001234", "+628000001234")


def test_other_numbers_are_other_citizens(box: Box) -> None:
    box.store(by_whatsapp(phone="+628000000001"), by_whatsapp(phone="+628000000002"))
    box.place()
    assert box.count(Citizen) == 2


def test_a_bare_user_id_is_a_citizen_of_its_own(box: Box) -> None:
    box.store(without_phone(user="US.1234"), without_phone(user="ID.9876"), without_phone(user="US.1234"))
    box.place()
    assert (box.count(Citizen), box.count(Conversation)) == (2, 2)
    with box.database.read() as session:
        assert session.scalars(select(Citizen.phone_hash)).all() == [None, None]


def test_a_new_message_wakes_its_conversation(box: Box, clock: MoveableClock) -> None:
    box.store(by_whatsapp("jalan rusak"))
    box.place()
    first = clock.at
    clock.move(minutes=5)
    box.store(by_whatsapp("tolong ada kebakaran"))
    box.place()
    [conversation] = box.conversations()
    assert conversation.last_inbound_at == conversation.wake_at == first + timedelta(minutes=5)
    assert conversation.lane == EMERGENCY_LANE


def test_replies_come_from_the_number_that_was_written_to_last(box: Box) -> None:
    other = "whatsapp:+628001119999"
    box.store(by_whatsapp(), by_whatsapp(our_address=other))
    box.place()
    assert box.conversations()[0].our_address == other


def test_placing_goes_in_bites_and_in_order(box: Box) -> None:
    box.store(*(by_whatsapp(f"{n}") for n in range(5)))
    assert [box.place(limit=2) for _ in range(4)] == [2, 2, 1, 0]
    assert [m.text for m in box.messages() if m.conversation_id] == ["0", "1", "2", "3", "4"]


@pytest.mark.parametrize(
    "text",
    ["", "\x00", "ban\x00jir", "😀" * 500, "a" * 1_600, "\ud83d", "ﷺ\u202e\u0301", "'; DROP TABLE citizens; --"],
)
def test_any_text_can_be_kept(box: Box, text: str) -> None:
    assert box.store(by_whatsapp(text)) == [True]
    [message] = box.messages()
    assert message.content["text"] == text
    assert not {"\x00", "\ud83d"} & set(message.text)


def test_a_text_longer_than_any_channel_carries_is_cut_for_search_only(box: Box) -> None:
    box.store(by_whatsapp("x" * (LONGEST_TEXT + 1)))
    [message] = box.messages()
    assert len(message.text) == LONGEST_TEXT
    assert len(message.content["text"]) == LONGEST_TEXT + 1


def test_quarantine_keeps_once_and_apart(box: Box, clock: MoveableClock) -> None:
    message = by_whatsapp("halo", our_address="whatsapp:+628009990000")
    for expected in (True, False):
        with box.database.begin() as session:
            assert inbox.quarantine(session, message, "unknown_to", clock.now()) is expected
    assert (box.count(Quarantine), box.count(InboundMessage)) == (1, 0)
    assert box.place() == 0


def test_done_messages_know_their_outcome(box: Box, clock: MoveableClock) -> None:
    box.store(by_whatsapp())
    with box.database.begin() as session:
        inbox.mark_done(session.scalars(select(InboundMessage)).all(), "greeted", clock.now())
    [message] = box.messages()
    assert (message.state, message.outcome, message.done_at) == ("done", "greeted", clock.at)


def test_an_emergency_is_placed_before_all_that_came_before_it(box: Box) -> None:
    for number in range(5):
        box.store(by_whatsapp("halo", f"+62800000{number:04d}"))
    box.store(by_whatsapp("Tolong, ada kebakaran di Jl. Kenanga 4", "+628000009999"))
    assert box.place(limit=1) == 1
    assert [message.conversation_id is not None for message in box.messages()] == [False] * 5 + [True]
    assert box.place() == 5
