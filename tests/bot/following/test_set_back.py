"""The clock was a day ahead and was put right: nothing waits until tomorrow, and nothing is done for a second
time.
"""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from bot.following import set_back
from bot.rulebook import Rulebook
from storage.database import Database
from storage.models import (
    Alarm,
    Conversation,
    FollowUp,
    Heartbeat,
    InboundMessage,
    Ticket,
)
from storage.queries.claiming import Lease, claim_conversations, hold_lease
from storage.queries.sending import hold_line
from tests.journeys.town import wait_for
from tests.support.clock import MoveableClock
from tests.support.outbox import Post

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


@pytest.fixture
def ahead(clock: MoveableClock) -> datetime:
    """The time that the clock showed before it was put right."""
    return clock.now() + DAY


def put_right(database: Database, rulebook: Rulebook, clock: MoveableClock) -> int:
    return set_back.run_due(database, rulebook, clock.now())


def test_what_was_to_be_sent_keeps_its_distance(
    post: Post, rulebook: Rulebook, clock: MoveableClock, ahead: datetime
) -> None:
    at_once = post.write(created_at=ahead, due_at=ahead)
    soon = post.write(created_at=ahead, due_at=ahead + 3 * MINUTE)
    assert put_right(post.database, rulebook, clock) >= 2
    assert post.row(at_once).due_at == clock.now()
    assert post.row(soon).due_at == clock.now() + 3 * MINUTE
    assert put_right(post.database, rulebook, clock) == 0, "and that is that"


def test_what_was_put_off_on_purpose_stays_put_off(post: Post, rulebook: Rulebook, clock: MoveableClock) -> None:
    tomorrow = post.write(created_at=clock.now(), due_at=clock.now() + DAY)
    assert put_right(post.database, rulebook, clock) == 0
    assert post.row(tomorrow).due_at == clock.now() + DAY


def test_a_few_seconds_between_hosts_are_nothing(post: Post, rulebook: Rulebook, clock: MoveableClock) -> None:
    later = clock.now() + timedelta(seconds=20)
    post.write(created_at=later, due_at=later)
    assert put_right(post.database, rulebook, clock) == 0


@pytest.mark.parametrize("state", ["sending", "in_doubt"])
def test_what_was_on_its_way_is_looked_up_now(
    post: Post, rulebook: Rulebook, clock: MoveableClock, ahead: datetime, state: str
) -> None:
    """Never sent blindly: it may have gone out."""
    row = post.write(state=state, lease_owner="gone", lease_until=ahead + MINUTE, sent_at=ahead, attempts=1)
    post.provider.taken.append(("Halo", "SM1"))
    put_right(post.database, rulebook, clock)
    clock.move(seconds=1)
    courier = post.courier()
    courier.settle()
    clock.move(seconds=30)
    courier.settle()
    assert (post.row(row).state, post.row(row).provider_id) == ("accepted", "SM1")
    assert post.provider.texts == ["Halo"]


def test_a_conversation_in_the_hands_of_somebody_who_is_gone(
    post: Post, rulebook: Rulebook, clock: MoveableClock, ahead: datetime
) -> None:
    _unread(post, ahead)
    with post.database.begin() as session:
        (theirs,) = claim_conversations(session, "gone", ahead, 10, MINUTE)
    with post.database.begin() as session:
        assert claim_conversations(session, "we", clock.now(), 10, MINUTE) == []
    put_right(post.database, rulebook, clock)
    with post.database.begin() as session:
        (ours,) = claim_conversations(session, "we", clock.now(), 10, MINUTE)
        assert hold_lease(session, Lease(theirs.conversation_id, theirs.token)) is None
        assert hold_lease(session, ours) is not None


def test_a_line_whose_sender_is_gone(
    post: Post, rulebook: Rulebook, clock: MoveableClock, ahead: datetime
) -> None:
    lasting = timedelta(seconds=10)
    with post.database.begin() as session:
        assert hold_line(session, "whatsapp", "gone", ahead, lasting)
    with post.database.begin() as session:
        assert hold_line(session, "whatsapp", "we", clock.now(), lasting) is None
    put_right(post.database, rulebook, clock)
    with post.database.begin() as session:
        assert hold_line(session, "whatsapp", "we", clock.now(), lasting)


def test_a_worker_that_was_alive_tomorrow_is_not_alive_for_that(
    post: Post, rulebook: Rulebook, clock: MoveableClock, ahead: datetime
) -> None:
    with post.database.begin() as session:
        session.add(Heartbeat(worker="gone", at=ahead))
        session.add(Heartbeat(worker="here", at=clock.now()))
    put_right(post.database, rulebook, clock)
    with post.database.read() as session:
        assert session.scalars(select(Heartbeat.worker)).all() == ["here"]


def test_a_report_of_tomorrow_goes_to_its_agency_today_and_its_alarm_too(
    post: Post, rulebook: Rulebook, clock: MoveableClock, ahead: datetime
) -> None:
    ticket = _ticket(post, ahead)
    with post.database.begin() as session:
        session.add(FollowUp(ticket_id=ticket, kind="forward", round=0, state="waiting", due_at=ahead + MINUTE))
        session.add(
            FollowUp(ticket_id=ticket, kind="agency_reminder", round=0, state="waiting", due_at=ahead + DAY)
        )
        session.add(Alarm(ticket_id=ticket, created_at=ahead, rounds=1, next_at=ahead + 3 * MINUTE))
    put_right(post.database, rulebook, clock)
    with post.database.read() as session:
        due = dict(session.execute(select(FollowUp.kind, FollowUp.due_at)).all())
        assert session.scalars(select(Alarm.next_at)).one() == clock.now()
    assert due == {"forward": clock.now(), "agency_reminder": ahead + DAY}, "a promise keeps its day"


def test_a_message_counts_as_received_now(
    post: Post, rulebook: Rulebook, clock: MoveableClock, ahead: datetime
) -> None:
    """Else the city's limit for a minute would be reckoned with a time that is to come."""
    number = _unread(post, ahead)
    put_right(post.database, rulebook, clock)
    with post.database.read() as session:
        assert session.get_one(InboundMessage, number).received_at == clock.now()


def test_who_was_written_to_tomorrow_is_answered_today(
    post: Post, rulebook: Rulebook, clock: MoveableClock, ahead: datetime
) -> None:
    """Nobody is written to too often; what was sent in a future that is none does not count."""
    post.rulebook = rulebook
    for n in range(12):
        post.write(f"Kemarin {n}", state="accepted", sent_at=ahead, provider_id=f"SM-{n}")
    row = post.write("Balasan")
    courier = post.courier()
    wait_for(courier.round, 5, "its sending")
    assert post.row(row).state == "accepted"


def _unread(post: Post, at: datetime) -> int:
    with post.database.begin() as session:
        talk = session.get_one(Conversation, post.conversation_id)
        talk.wake_at = talk.last_inbound_at = at
        message = InboundMessage(
            channel=talk.channel, external_id="SM0", address_hash=talk.address_hash, address=talk.address,
            received_at=at, text="halo", content={"text": "halo"}, raw={}, conversation_id=talk.id,
        )  # fmt: skip
        session.add(message)
        session.flush()
        return message.id


def _ticket(post: Post, at: datetime) -> int:
    with post.database.begin() as session:
        talk = session.get_one(Conversation, post.conversation_id)
        ticket = Ticket(
            number="JK-000000-0", citizen_id=talk.citizen_id, conversation_id=talk.id, kind="lapor",
            service="jalan_rusak", agency="bina_marga", status="received", story="Lubang", masked_story="Lubang",
            created_at=at, forward_at=at, verify_by=at, answer_by=at, solve_by=at, moves=1,
        )  # fmt: skip
        session.add(ticket)
        session.flush()
        return ticket.id
