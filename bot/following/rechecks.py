"""Asking again: someone who was told to take a step is asked later whether it worked out."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.case import Case
from bot.due import PUT_OFF, Due, carry_out
from bot.following.followups import WHILE_HELD
from bot.outgoing import outbox
from bot.outgoing.outbox import Note
from bot.rulebook import Rulebook
from storage.database import Database
from storage.models import InboundMessage, Recheck
from storage.queries.claiming import due_rechecks

BATCH = 50
WORKED_OUT = (("yes", "choice_yes"), ("no", "choice_no"))


def promise(case: Case, topic: str, days: int) -> None:
    """Ask about ``topic`` in so many days, once; an earlier promise about it no longer counts."""
    _end(case.session, case.conversation.id, topic, case.now)
    due = case.rulebook.city.working_calendar.awake(case.now + timedelta(days=days))
    asked = _question_of(case) or case.last_id
    row = Recheck(conversation_id=case.conversation.id, inbound_id=asked, topic=topic, due_at=due, state="waiting")
    case.session.add(row)


def _question_of(case: Case) -> int | None:
    """The message in which it was asked what we answered with a question of our own."""
    asked = select(InboundMessage.id).where(
        InboundMessage.conversation_id == case.conversation.id, InboundMessage.outcome == "asked"
    )
    return case.session.scalar(asked.order_by(InboundMessage.id.desc()).limit(1))


def settle(case: Case, topic: str) -> str:
    """The question about ``topic`` has been answered; what led to it, for the story of a ticket."""
    asked = _end(case.session, case.conversation.id, topic, case.now)
    first = case.session.get(InboundMessage, asked[0].inbound_id) if asked else None
    began = str(first.content.get("text", "")) if first else ""
    return f"{began}\n{question_of(case.rulebook, topic)}".strip()


def question_of(rulebook: Rulebook, topic: str) -> str:
    """What is asked about ``topic``, with its stated time, in the language of agencies."""
    facts = rulebook.wording.topic(topic, rulebook.language)
    return f"{facts['check']} ({facts['days']} hari)" if "check" in facts else ""


def run_due(database: Database, rulebook: Rulebook, now: datetime) -> int:
    """Ask what is due at ``now``; how many questions that were."""

    def ask_all(session: Session, rows: Sequence[Recheck]) -> int:
        for row in rows:
            _ask(session, rulebook, row, now)
        return len(rows)

    due = Due[Recheck](
        "recheck",
        take=lambda session, only: due_rechecks(session, now, BATCH, only),
        id_of=lambda row: row.id,
        do=ask_all,
        put_off=lambda row: setattr(row, "due_at", now + PUT_OFF),
    )
    return carry_out(database, due)


def _ask(session: Session, rulebook: Rulebook, row: Recheck, now: datetime) -> None:
    awake = rulebook.city.working_calendar.awake(now)
    if awake != now:
        row.due_at = awake
        return
    if row.conversation.held_by is not None:
        row.due_at = now + WHILE_HELD
        return
    citizen, language = row.conversation.citizen, row.conversation.language
    silent = citizen.opted_out_at is not None or citizen.blocked_at is not None
    if silent or row.topic not in rulebook.wording.answers:
        row.state, row.done_at = "cancelled", now
        return
    row.state, row.done_at = "asked", now
    values = rulebook.wording.topic(row.topic, language)
    note = Note(f"recheck:{row.id}", "follow_recheck", {"check": values.get("check", "")}, WORKED_OUT)
    outbox.to_citizen(session, rulebook, row.conversation, note, now, now)


def _end(session: Session, conversation_id: int, topic: str, now: datetime) -> list[Recheck]:
    open_ones = select(Recheck).where(
        Recheck.conversation_id == conversation_id,
        Recheck.topic == topic,
        Recheck.state.in_(("waiting", "asked")),
    )
    rows = list(session.scalars(open_ones))
    for row in rows:
        row.state, row.done_at = "done", now
    return rows
