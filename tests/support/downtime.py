"""A city in which follow-ups of every kind have fallen due while nothing ran, and what must have come of them."""

import itertools
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from bot.status import Status
from bot.tickets import tickets
from bot.tickets.followups_plan import Kind
from bot.tickets.tickets import By
from storage.database import Database
from storage.models import (
    Citizen,
    ClaimDraw,
    Conversation,
    FollowUp,
    Notice,
    OutboundMessage,
    Ticket,
    TicketEvent,
)
from tests.support.clock import at

# Unless a test says otherwise; Wednesday, from 10 to 11 in the morning: nobody sleeps, and what is an hour late is
# still sent.
DOWN_FROM, UP_AGAIN = at("2026-11-25T10:00+07:00"), at("2026-11-25T11:00+07:00")
LONG_BEFORE = timedelta(days=30)
Row = TypeVar("Row")


@dataclass(frozen=True)
class Case:
    """A ticket in ``status`` with steps that are due; what comes of them: events in its history, and messages.

    ``messages`` is None for letters to the coordinators, one for each of them.
    """

    status: Status
    kinds: tuple[Kind, ...]
    events: tuple[str, ...]
    messages: int | None = 1


S, K = Status, Kind
CASES = (
    Case(S.RECEIVED, (K.FORWARD,), ("forward",)),
    Case(S.WAITING, (K.AGENCY_REMINDER,), ("agency_reminded",)),
    Case(S.WAITING, (K.AGENCY_OVERDUE, K.CITIZEN_PROGRESS), ("agency_overdue", "follow_waiting"), 2),
    Case(S.IN_PROGRESS, (K.HEAD_OVERDUE,), ("head_told",)),
    Case(S.IN_PROGRESS, (K.COORDINATORS_OVERDUE,), ("coordinators_told",), None),
    Case(S.COORDINATION, (K.COORDINATION_REMINDER,), ("coordinators_told",), None),
    Case(S.IN_PROGRESS, (K.LEADERSHIP_LIST,), ("on_weekly_list",), 0),
    Case(S.IN_PROGRESS, (K.CITIZEN_PROGRESS,), ("follow_progress",)),
    Case(S.CLAIMED_DONE, (K.CITIZEN_CONFIRM,), ("follow_confirm",)),
    Case(S.CLAIMED_DONE, (K.CITIZEN_CONFIRM_AGAIN,), ("follow_confirm_again",)),
    Case(S.CLAIMED_DONE, (K.CLOSE_SILENT,), ("close_silent", "follow_closed_silent")),
    Case(S.IN_PROGRESS, (K.AFTER_REOPENING,), ("follow_after_reopening",)),
    Case(S.NEEDS_INFO, (K.ASK_FOR_INFO_AGAIN,), ("follow_question_again",)),
    Case(S.NEEDS_INFO, (K.GO_ON_WITHOUT_INFO,), ("answer",)),
)
STEPS = sum(len(case.kinds) for case in CASES)


Telephone = Callable[[Citizen], Conversation]


def simulator(person: Citizen) -> Conversation:
    """A conversation by which nothing leaves the house."""
    return Conversation(
        channel="simulator", address_hash=f"hash-{person.id}", address=f"sim:{person.id}", our_address="sim"
    )


def fill(
    database: Database,
    steps: int,
    since: datetime = DOWN_FROM,
    within: timedelta = UP_AGAIN - DOWN_FROM,
    telephone: Telephone = simulator,
) -> int:
    """At least so many steps that fall due from ``since`` on, spread over ``within`` and over all kinds; each
    ticket is somebody else's, who has such a ``telephone``. How many steps there are."""
    rounds, long_ago = -(-steps // STEPS), since - LONG_BEFORE
    wanted = [
        (case, since + within * ((n + place / len(CASES)) / rounds))
        for n in range(rounds)
        for place, case in enumerate(CASES)
    ]
    with database.begin() as session:
        people = _added(session, [Citizen(created_at=long_ago) for _ in wanted])
        talks = _added(session, [_talk(person, telephone, long_ago) for person in people])
        pairs = zip(wanted, talks, strict=True)
        filed = _added(session, [_ticket(case, talk, long_ago) for (case, _), talk in pairs])
        for (case, due), ticket in zip(wanted, filed, strict=True):
            _plan(session, case, due, ticket)
    return rounds * STEPS


def left(database: Database, now: datetime) -> int:
    """How many steps are due at ``now`` and not done, with the news that wait to be told together."""
    with database.read() as session:
        counts = (
            session.scalar(select(func.count(model.id)).where(model.state == "waiting", model.due_at <= now)) or 0
            for model in (FollowUp, Notice)
        )
        return sum(counts)


def done(database: Database) -> int:
    """How many steps are done."""
    with database.read() as session:
        return session.scalar(select(func.count(FollowUp.id)).where(_was_due(), FollowUp.state == "done")) or 0


def wrong(database: Database) -> list[str]:
    """What happened more or less often than once; nothing where all is well."""
    with database.read() as session:
        states = Counter(session.scalars(select(FollowUp.state).where(_was_due())))
        events = _by_ticket(
            session, select(TicketEvent.ticket_id, TicketEvent.kind).where(TicketEvent.at >= DOWN_FROM)
        )
        written = _by_ticket(session, select(OutboundMessage.ticket_id, OutboundMessage.wording).where(
            OutboundMessage.created_at >= DOWN_FROM))  # fmt: skip
        filed = session.execute(select(Ticket.id, Ticket.masked_story).order_by(Ticket.id)).all()
        weeks = Counter(session.scalars(select(ClaimDraw.week)))
    found = [f"{number} steps are {state}" for state, number in states.items() if state != "done"]
    found += [f"week {week} was drawn {times} times" for week, times in weeks.items() if times > 1]
    for ticket_id, place in filed:
        found += _wrong_with(CASES[int(place)], events.get(ticket_id, []), written.get(ticket_id, []))
    return found


def _wrong_with(case: Case, events: list[str], written: list[str]) -> list[str]:
    found = []
    if sorted(events) != sorted(case.events):
        found.append(f"{', '.join(case.kinds)}: {sorted(events)} instead of {sorted(case.events)}")
    if case.messages is not None and len(written) != case.messages:
        found.append(f"{', '.join(case.kinds)}: {len(written)} messages instead of {case.messages}: {written}")
    return found


def _by_ticket(session: Session, pairs: Select[Any]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for ticket_id, kind in session.execute(pairs):
        found.setdefault(ticket_id, []).append(kind)
    return found


def _was_due() -> ColumnElement[bool]:
    return FollowUp.due_at.between(DOWN_FROM, UP_AGAIN)


def _added(session: Session, rows: list[Row]) -> list[Row]:
    session.add_all(rows)
    session.flush()
    return rows


def _talk(person: Citizen, telephone: Telephone, long_ago: datetime) -> Conversation:
    talk = telephone(person)
    talk.citizen_id, talk.created_at = person.id, long_ago
    return talk


_numbers = itertools.count()


def _ticket(case: Case, talk: Conversation, long_ago: datetime) -> Ticket:
    return Ticket(
        number=f"JK-{next(_numbers):06}-0",  # counted up: thousands of random ones now and then are two alike
        citizen_id=talk.citizen_id,
        conversation_id=talk.id,
        kind="lapor",
        service="jalan_rusak",
        agency="coordinators" if case.status == S.COORDINATION else "bina_marga",
        status=case.status,
        story="Jalan berlubang",
        masked_story=str(CASES.index(case)),
        created_at=long_ago,
        forward_at=long_ago,
        forwarded_at=None if case.status == S.RECEIVED else long_ago,
        verify_by=long_ago + timedelta(days=40),
        answer_by=long_ago + timedelta(days=40),
        solve_by=long_ago + timedelta(days=40),
        verified_at=long_ago,
        answered_at=long_ago,
        asked_at=long_ago if case.status in (S.CLAIMED_DONE, S.NEEDS_INFO) else None,
        reopened=1 if K.AFTER_REOPENING in case.kinds else 0,
        moves=3,
    )


def _plan(session: Session, case: Case, due: datetime, ticket: Ticket) -> None:
    for kind in case.kinds:
        session.add(FollowUp(ticket_id=ticket.id, kind=kind, round=3, state="waiting", due_at=due))
    if K.CLOSE_SILENT in case.kinds:
        _asked_before(session, ticket)


def _asked_before(session: Session, ticket: Ticket) -> None:
    """The question that nobody answered arrived long ago; not by Twilio, which would have to know of it."""
    long_ago = ticket.created_at
    asking = FollowUp(ticket_id=ticket.id, kind=K.CITIZEN_CONFIRM, round=3, state="done", due_at=long_ago)
    asking.done_at = long_ago
    session.add(asking)
    session.flush()
    tickets.record(session, ticket, "follow_confirm", By("bot", long_ago))
    session.add(
        OutboundMessage(
            key=f"step:{asking.id}",
            channel="simulator",
            recipient="sim",
            conversation_id=ticket.conversation_id,
            ticket_id=ticket.id,
            wording="follow_confirm",
            body={"text": "Sudah beres?"},
            created_at=long_ago,
            due_at=long_ago,
            state="delivered",
            delivered_at=long_ago,
        )
    )
