"""What nobody asked for waits until people have their answers: behind late replies, and behind late answering."""

from datetime import timedelta

import pytest

from bot.messages import SMS, WHATSAPP
from bot.rulebook import Rulebook
from bot.watching.load import LATE_EMERGENCY, MANY, OVERLOADED, REPLIES_FIRST
from bot.watching.pressure import LOOK_EVERY_S, Pressure
from bot.words import BULK_LANE, EMERGENCY_LANE, NORMAL_LANE, UNASKED_LANE
from storage.models import Conversation, InboundMessage
from tests.support.outbox import Post
from tests.support.settings import OUR_SMS

SECOND = timedelta(seconds=1)


def reply(office: Post, due_since: timedelta, channel: str = WHATSAPP, lane: int = NORMAL_LANE) -> None:
    """A reply that this courier cannot send at the moment: another message to that person is under way."""
    due = office.clock.now() - due_since
    office.write("under way", state="sending", lease_until=office.clock.now() + timedelta(minutes=1), due_at=due,
                 channel=channel)  # fmt: skip
    office.write("reply", due_at=due, channel=channel, lane=lane)


def somebody(office: Post, channel: str = WHATSAPP, **fields: object) -> None:
    more = {"sender": OUR_SMS, "recipient": "+628000000009"} if channel == SMS else {}
    office.write("news", conversation_id=None, channel=channel, **(more | fields))


@pytest.mark.parametrize("lane", [UNASKED_LANE, BULK_LANE])
@pytest.mark.parametrize(("late", "sent"), [(REPLIES_FIRST - SECOND, ["news"]), (REPLIES_FIRST + SECOND, [])])
def test_while_the_oldest_reply_of_its_line_has_been_due_for_half_a_minute(
    post: Post, lane: int, late: timedelta, sent: list[str]
) -> None:
    reply(post, late)
    somebody(post, lane=lane)
    post.courier().round()
    assert post.provider.texts == sent


def test_not_while_only_another_line_is_late(post: Post, rulebook: Rulebook) -> None:
    post.rulebook = rulebook
    reply(post, timedelta(hours=1))
    somebody(post, SMS, lane=UNASKED_LANE)
    somebody(post, WHATSAPP, lane=UNASKED_LANE)
    for _ in range(3):
        post.courier().round()
    assert (post.by_sms.texts, post.provider.texts) == (["news"], [])


def test_replies_and_emergencies_do_not_wait_for_late_replies(post: Post) -> None:
    reply(post, timedelta(hours=1))
    somebody(post, lane=NORMAL_LANE)
    somebody(post, lane=EMERGENCY_LANE, recipient="whatsapp:+628000000008")
    courier = post.courier()
    courier.round(), courier.round()
    assert post.provider.texts == ["news", "news"]


def waits_for_an_answer(office: Post, since: timedelta, people: int = 1, lane: int = NORMAL_LANE) -> None:
    now = office.clock.now()
    with office.database.begin() as session:
        talk = session.get_one(Conversation, office.conversation_id)
        talk.wake_at = now - since
        for n in range(people):
            session.add(
                InboundMessage(
                    channel=WHATSAPP, external_id=f"SM{n}", address_hash=str(n), address="a", text="x",
                    received_at=now - since, content={"text": "x"}, raw={}, state="new", lane=lane,
                )
            )  # fmt: skip


@pytest.mark.parametrize(
    ("since", "people", "lane", "waits"),
    [
        (OVERLOADED - SECOND, 1, NORMAL_LANE, False),
        (OVERLOADED + SECOND, 1, NORMAL_LANE, True),
        (SECOND, MANY, NORMAL_LANE, True),
        (LATE_EMERGENCY - SECOND, 1, EMERGENCY_LANE, False),
        (LATE_EMERGENCY + SECOND, 1, EMERGENCY_LANE, True),
    ],
)
def test_on_all_lines_while_people_wait_for_an_answer_that_nobody_has_thought_of(
    post: Post, rulebook: Rulebook, since: timedelta, people: int, lane: int, waits: bool
) -> None:
    post.rulebook = rulebook
    waits_for_an_answer(post, since, people, lane)
    somebody(post, SMS, lane=BULK_LANE)
    somebody(post, lane=UNASKED_LANE)
    somebody(post, lane=NORMAL_LANE, recipient="whatsapp:+628000000008")
    courier = post.courier()
    courier.round(), courier.round()
    assert (len(post.provider.texts), len(post.by_sms.texts)) == ((1, 0) if waits else (2, 1))


def test_the_load_is_looked_up_every_few_seconds_and_not_at_every_message(post: Post) -> None:
    seconds = [0.0]
    pressure = Pressure(lambda: seconds[0])

    def is_late() -> bool:
        with post.database.read() as session:
            return pressure.answers_late(session, post.clock.now())

    assert not is_late()
    waits_for_an_answer(post, OVERLOADED + SECOND)
    assert not is_late()
    seconds[0] += LOOK_EVERY_S
    assert is_late()
