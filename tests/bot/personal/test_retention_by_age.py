"""What goes by its own age: messages of no ticket, files, people with nothing left, log-ins, the audit."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update

from bot import audit
from storage.models import (
    AuditEntry,
    Chain,
    Citizen,
    Conversation,
    Erasure,
    Handover,
    InboundMessage,
    LoginSession,
    MediaFile,
    OutboundMessage,
    RetentionMark,
    RightsRequest,
    User,
)
from tests.bot.personal.ageing import (
    MARKER,
    YEAR,
    closed,
    reported,
    run,
    told,
)
from tests.support.counted import Figured


def test_messages_that_became_no_ticket_are_cleared(city: Figured) -> None:
    said: dict[str, Any] = {"text": MARKER, "content": {"text": MARKER}, "raw": {"a": MARKER}, "address": MARKER}
    old = city.came(**said)
    city.went(body={"text": MARKER}, recipient=MARKER, conversation_id=city.talk(), state="delivered")
    ticket_message = city.came(ticket_id=reported(city), **said)
    city.clock.move(days=200)
    new = city.came(**said)
    run(city, {"messages": "6 months"})
    with city.database.read() as session:
        texts = dict(session.execute(select(InboundMessage.id, InboundMessage.text)).all())
        assert (texts[old], texts[ticket_message], texts[new]) == ("", MARKER, MARKER)
        answer = session.scalars(select(OutboundMessage).where(OutboundMessage.ticket_id.is_(None))).one()
        assert (answer.body, answer.recipient, answer.cleared_at) == ({"text": ""}, "", city.clock.now())


def test_the_words_of_a_provider_go_after_days_and_are_passed_once(city: Figured) -> None:
    for _ in range(3):
        city.came(raw={"Body": MARKER}, content={"text": MARKER})
        city.clock.move(days=20)
    assert run(city, {"payloads": "30 days"})["payloads: payloads"] == 2
    assert not run(city, {"payloads": "30 days"})
    in_order = select(InboundMessage).order_by(InboundMessage.id)
    with city.database.read() as session:
        assert [message.raw for message in session.scalars(in_order)] == [{}, {}, {"Body": MARKER}]
        assert {message.content["text"] for message in session.scalars(in_order)} == {MARKER}
        assert session.get_one(RetentionMark, "payloads").through == 2


def test_files_go_before_the_words(city: Figured) -> None:
    closed(city)
    open_one = reported(city)
    city.clock.move(days=200)
    assert run(city, {"files": "6 months"})["files: media_files"] == 1
    with city.database.read() as session:
        rows = session.execute(select(InboundMessage.ticket_id, MediaFile.state).join(MediaFile.message)).all()
        assert [state for ticket_id, state in rows if ticket_id == open_one] == ["kept"]
        assert sorted(state for _, state in rows) == ["erasing", "kept"]


def test_somebody_with_nothing_left_is_forgotten_and_entered(city: Figured) -> None:
    closed(city)
    policy = YEAR | {"contacts": "12 months", "messages": "6 months"}
    city.clock.move(days=366)
    run(city, policy)
    assert told(city.database) == set()
    with city.database.read() as session:
        [line] = session.scalars(select(Erasure)).all()
        assert line.reason == "retention"
        citizen = session.get_one(Citizen, line.citizen_id)
        assert (citizen.name, citizen.phone_hash) == (None, None)
        [talk] = session.scalars(select(Conversation).where(Conversation.citizen_id == citizen.id)).all()
        assert talk.address_hash.startswith("erased:")


@pytest.mark.parametrize("what", ["request", "question", "message", "waiting"])
def test_somebody_with_an_open_matter_stays(city: Figured, what: str) -> None:
    closed(city)
    city.clock.move(days=300)
    talk = city.talk()
    with city.database.begin() as session:
        citizen_id = session.get_one(Conversation, talk).citizen_id
        now = city.clock.now()
        if what == "request":
            session.add(RightsRequest(citizen_id=citizen_id, kind="copy", asked_at=now, due_at=now, via="desk"))
        if what == "question":
            session.add(Handover(conversation_id=talk, reason="question", text="x", created_at=now, due_at=now))
        if what == "message":
            session.execute(update(Conversation).values(last_inbound_at=now))
    if what == "waiting":
        city.went(state="waiting", body={"text": "x"}, conversation_id=talk)
    city.clock.move(days=100)
    done = run(city, YEAR | {"contacts": "12 months"})
    assert done["tickets anonymised: tickets"] == 1
    assert not done["contacts: citizens"]
    with city.database.read() as session:
        assert session.get_one(Citizen, citizen_id).name == MARKER


def test_log_ins_go_the_oldest_first(city: Figured) -> None:
    with city.database.begin() as session:
        now = city.clock.now()
        session.add(User(id=1, email="a@b.example", password_hash="", role="coordinator", created_at=now))
    for token in "abc":
        with city.database.begin() as session:
            now = city.clock.now()
            session.add(LoginSession(user_id=1, token_hash=token, created_at=now, seen_at=now))
        city.clock.move(days=40)
    assert run(city, {"logins": "3 months"})["logins: login_sessions"] == 1
    with city.database.read() as session:
        assert session.scalars(select(LoginSession.token_hash).order_by(LoginSession.id)).all() == ["b", "c"]


def test_the_audit_is_cut_by_whole_months_and_not_otherwise(city: Figured) -> None:
    """Somebody's row of the same month stays until the month is over."""
    for _ in range(3):
        with city.database.begin() as session:
            audit.record(session, None, "looked", "ticket:JK-1", city.clock.now(), {})
        city.clock.move(days=40)
    first = city.clock.now() - timedelta(days=120)
    city.clock.move(days=(first.replace(year=first.year + 5, month=12, day=20) - city.clock.now()).days)
    assert run(city, {"audit": "5 years"})["audit: audit_entries"] == 1
    with city.database.read() as session:
        assert session.scalar(select(func.count()).where(AuditEntry.subject == "ticket:JK-1")) == 2
        ended = session.get_one(Chain, f"audit:{first:%Y-%m}:ticket:JK-1")
        assert (ended.ended_at, ended.length) == (city.clock.now(), 1)
