"""Carries out what has come due: each step once, in the transaction that writes its message."""

import math
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import agency_mail, outbox, tickets
from bot.agency_mail import IDEAS_AND_PRAISE
from bot.followups_plan import TO_CITIZEN, Kind
from bot.outbox import Note
from bot.rulebook import Rulebook
from bot.status import Move, Status
from bot.tickets import By
from storage.database import Database
from storage.models import FollowUp, OutboundMessage, Ticket
from storage.queries.claiming import due_follow_ups

BATCH = 50
YES_NO = (("yes", "choice_yes"), ("no", "choice_no"))
NOT_BEFORE_DELIVERY = timedelta(days=1)
WHILE_HELD = timedelta(hours=1)

Handler = Callable[[Session, Rulebook, FollowUp, datetime], None]


def run_due(database: Database, rulebook: Rulebook, now: datetime) -> int:
    """Carry out what is due at ``now``; how many steps there were."""
    with database.begin() as session:
        steps = due_follow_ups(session, now, BATCH)
        for step in steps:
            _run(session, rulebook, step, now)
    return len(steps)


def _run(session: Session, rulebook: Rulebook, step: FollowUp, now: datetime) -> None:
    awake = rulebook.city.working_calendar.awake(now)
    if step.kind in TO_CITIZEN and awake != now:
        step.due_at = awake
        return
    if step.kind in TO_CITIZEN and step.ticket.conversation.held_by is not None:
        step.due_at = now + WHILE_HELD  # a person is speaking: a yes to us would not be heard
        return
    if step.state != "waiting":
        return  # an earlier step of this batch moved the ticket on
    step.state, step.done_at = "done", now
    HANDLERS[Kind(step.kind)](session, rulebook, step, now)


def _forward(session: Session, rulebook: Rulebook, step: FollowUp, now: datetime) -> None:
    ticket = step.ticket
    agency_mail.forward(session, rulebook, ticket, now)
    ticket.forwarded_at = now
    if ticket.kind in IDEAS_AND_PRAISE:
        tickets.close_at_delivery(session, rulebook, ticket, now)
    else:
        tickets.move(session, rulebook, ticket, Move.FORWARD, By("clock", now))


def _remind(session: Session, rulebook: Rulebook, step: FollowUp, now: datetime) -> None:
    agency_mail.remind(session, rulebook, step.ticket, f"step:{step.id}", now)
    tickets.record(session, step.ticket, "agency_reminded", By("clock", now))


def _overdue(session: Session, rulebook: Rulebook, step: FollowUp, now: datetime) -> None:
    first = step.round % rulebook.city.follow_ups.overdue_rounds == 0
    agency_mail.overdue(session, rulebook, step.ticket, f"step:{step.id}", now, to_head=not first)
    tickets.record(session, step.ticket, "agency_overdue", By("clock", now))


def _tell(wording: str, *, ask: bool = False) -> Handler:
    def handle(session: Session, rulebook: Rulebook, step: FollowUp, now: datetime) -> None:
        values = citizen_values(session, rulebook, step.ticket, now)
        note = Note(f"step:{step.id}", wording, values, YES_NO if ask else (), step.ticket_id)
        tell_unasked(session, rulebook, step.ticket, note, now)

    return handle


def _tell_progress(session: Session, rulebook: Rulebook, step: FollowUp, now: datetime) -> None:
    """That it goes on; but not that it is being worked on, where the agency has not even accepted it."""
    waits = step.ticket.status == Status.WAITING
    _tell("follow_waiting" if waits else "follow_progress")(session, rulebook, step, now)


def _close_silent(session: Session, rulebook: Rulebook, step: FollowUp, now: datetime) -> None:
    """Silence counts from the delivery of the question; a question that never arrived is no silence."""
    ticket = step.ticket
    asked = _question(session, step)
    if asked is None or asked.state == "failed":
        tickets.move(session, rulebook, ticket, Move.CLOSE_UNREACHABLE, By("clock", now))
        return
    close_at = rulebook.city.working_calendar.add(
        asked.delivered_at or now + NOT_BEFORE_DELIVERY, rulebook.city.follow_ups.close_silent
    )
    if asked.delivered_at is None and asked.created_at + timedelta(days=30) < now:
        tickets.move(session, rulebook, ticket, Move.CLOSE_UNREACHABLE, By("clock", now))
    elif close_at > now:
        step.state, step.done_at, step.due_at = "waiting", None, close_at
    else:
        tickets.move(session, rulebook, ticket, Move.CLOSE_SILENT, By("clock", now))
        note = Note(f"step:{step.id}", "follow_closed_silent", {"number": ticket.number}, ticket_id=ticket.id)
        tell_unasked(session, rulebook, ticket, note, now)


def _question(session: Session, step: FollowUp) -> OutboundMessage | None:
    """The "is it fixed?" that this closing goes back to."""
    asking = select(FollowUp.id).where(
        FollowUp.ticket_id == step.ticket_id,
        FollowUp.kind == Kind.CITIZEN_CONFIRM,
        FollowUp.round == step.round,
    )
    key = f"step:{session.scalar(asking)}"
    return session.scalar(select(OutboundMessage).where(OutboundMessage.key == key))


def _go_on_without(session: Session, rulebook: Rulebook, step: FollowUp, now: datetime) -> None:
    tickets.move(session, rulebook, step.ticket, Move.ANSWER, By("clock", now))
    agency_mail.no_answer(session, rulebook, step.ticket, f"step:{step.id}", now)


def tell_unasked(session: Session, rulebook: Rulebook, ticket: Ticket, note: Note, now: datetime) -> None:
    """Write to the citizen of ``ticket`` by ourselves, unless they asked us not to, or it may not be safe."""
    reason = _why_silent(ticket)
    if reason:
        tickets.record(session, ticket, reason, By("bot", now))
        return
    outbox.to_citizen(session, rulebook, ticket.conversation, note, now, now)
    tickets.record(session, ticket, note.wording, By("bot", now))


def ask_what_was_held_back(session: Session, rulebook: Rulebook, citizen_id: int, now: datetime) -> None:
    """Whoever wants to hear from us again is asked now about claims that they were not told of."""
    claimed = select(Ticket).where(Ticket.citizen_id == citizen_id, Ticket.status == Status.CLAIMED_DONE)
    for ticket in session.scalars(claimed):
        since_claim = ticket.events[max(n for n, e in enumerate(ticket.events) if e.kind == Move.CLAIM) :]
        if any(event.kind == "not_sent_opted_out" for event in since_claim):
            values = citizen_values(session, rulebook, ticket, now)
            note = Note(f"held-back:{ticket.id}:{ticket.moves}", "follow_confirm", values, YES_NO, ticket.id)
            tell_unasked(session, rulebook, ticket, note, now)


def _why_silent(ticket: Ticket) -> str | None:
    """Why nothing is sent unasked, as the history tells it; None where it may be."""
    if ticket.citizen.erased_at is not None:
        return "not_sent_erased"
    if ticket.citizen.blocked_at is not None:
        return "not_sent_blocked"
    if ticket.sealed and not ticket.may_write:
        return "not_sent_sealed"
    return "not_sent_opted_out" if ticket.citizen.opted_out_at is not None else None


def citizen_values(session: Session, rulebook: Rulebook, ticket: Ticket, now: datetime) -> dict[str, object]:
    """What sentences about a ticket may mention."""
    policy, calendar = rulebook.city.follow_ups, rulebook.city.working_calendar
    left = max(1, math.ceil(policy.close_silent.amount - policy.ask_again.amount))
    return {
        "number": ticket.number,
        "service": rulebook.city.services[ticket.service].name,
        "agency": rulebook.city.agency_name(ticket.agency),
        "note": _last_note(session, ticket),
        "close_on": calendar.add(now, type(policy.close_silent)(left, policy.close_silent.unit)),
        "expected_on": ticket.expected_on or "",
    }


def _last_note(session: Session, ticket: Ticket) -> str:
    """What the agency said last with a claim or a question."""
    events = [e for e in ticket.events if e.kind in (Move.CLAIM, Move.ASK)]
    return (events[-1].note or "") if events else ""


HANDLERS: dict[Kind, Handler] = {
    Kind.FORWARD: _forward,
    Kind.AGENCY_REMINDER: _remind,
    Kind.AGENCY_OVERDUE: _overdue,
    Kind.CITIZEN_PROGRESS: _tell_progress,
    Kind.CITIZEN_CONFIRM: _tell("follow_confirm", ask=True),
    Kind.CITIZEN_CONFIRM_AGAIN: _tell("follow_confirm_again", ask=True),
    Kind.CLOSE_SILENT: _close_silent,
    Kind.AFTER_REOPENING: _tell("follow_after_reopening"),
    Kind.ASK_FOR_INFO_AGAIN: _tell("follow_question_again"),
    Kind.GO_ON_WITHOUT_INFO: _go_on_without,
}
