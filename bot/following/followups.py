"""Carries out what has come due: each step once, in the transaction that writes its message."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, defer

from bot.city import ladder
from bot.city.ladder import AGENCY, HEAD
from bot.due import PUT_OFF, Due, carry_out
from bot.outgoing import agency_mail, unasked
from bot.outgoing.agency_mail import IDEAS_AND_PRAISE
from bot.outgoing.outbox import Note
from bot.outgoing.unasked import WHILE_HELD as WHILE_HELD
from bot.outgoing.unasked import YES_NO as YES_NO
from bot.outgoing.unasked import tell
from bot.rulebook import Rulebook
from bot.status import Move, Status
from bot.tickets import followups_plan, tickets
from bot.tickets.followups_plan import AFTER, GATHERING, TO_CITIZEN, Kind, Late, bearable
from bot.tickets.tickets import By
from bot.tickets.values import citizen_values as citizen_values
from storage.database import Database
from storage.models import FollowUp, OutboundMessage, Ticket
from storage.queries import digests
from storage.queries.claiming import due_follow_ups, follow_up
from storage.queries.following import load_people
from storage.queries.incidents import lead_of
from storage.queries.sending import last_way

BATCH = 50
NOT_BEFORE_DELIVERY = timedelta(days=1)
# Whom a step of the ladder tells, what it says where the ladder did not choose, and what the history then has.
CHASES: dict[Kind, tuple[str, str, str]] = {
    Kind.AGENCY_REMINDER: (AGENCY, "mail_reminder", "agency_reminded"),
    Kind.AGENCY_OVERDUE: (AGENCY, "mail_overdue", "agency_overdue"),
    Kind.HEAD_OVERDUE: (HEAD, "mail_overdue_head", "head_told"),
    Kind.COORDINATORS_OVERDUE: (ladder.COORDINATORS, "mail_stuck", "coordinators_told"),
    Kind.COORDINATION_REMINDER: (ladder.COORDINATORS, "mail_coordination", "coordinators_told"),
}
# What is said instead of it while the agency has not even accepted the report.
NOT_ACCEPTED = {"follow_progress": "follow_waiting"}
# And while no agency has it, before the target and after it, whatever the ladder says of agencies.
AT_COORDINATORS = ("follow_coordination", "follow_coordination_late")

LATEST_OF_KEYS = (
    select(OutboundMessage)
    .where(OutboundMessage.key.in_(bindparam("keys", expanding=True)))
    .order_by(OutboundMessage.id.desc())
    .limit(1)
    .options(defer(OutboundMessage.body), defer(OutboundMessage.recipient))
    .execution_options(autoflush=False)  # messages are inserted at once
)

tell_unasked = tell
Handler = Callable[[Session, Rulebook, FollowUp, datetime], None]
Lists = set[tuple[str, str]]


def run_due(database: Database, rulebook: Rulebook, now: datetime) -> int:
    """Carry out what is due at ``now``, and tell citizens what waited for it; how much there was."""
    done = carry_out(database, _due(rulebook, now))
    if done == BATCH:
        return BATCH  # what is told together is told when all of it is there
    return done + unasked.run_due(database, rulebook, now)


def _due(rulebook: Rulebook, now: datetime) -> Due[FollowUp]:
    return Due(
        "follow_up",
        take=lambda session, only: due_follow_ups(session, now, BATCH, only),
        id_of=lambda step: step.id,
        do=lambda session, steps: _run_all(session, rulebook, steps, now),
        put_off=lambda step: setattr(step, "due_at", now + PUT_OFF),
    )


def _run_all(session: Session, rulebook: Rulebook, steps: Sequence[FollowUp], now: datetime) -> int:
    lists = Lists()
    load_people(session, [step.ticket for step in steps if step.kind in TO_CITIZEN])
    for step in steps:
        _run(session, rulebook, step, now, lists)
    for kind, target in sorted(lists):  # in one order, so that nobody waits for us who has what we need
        digests.bring(session, kind, target, now + GATHERING)
    return len(steps)


def _run(session: Session, rulebook: Rulebook, step: FollowUp, now: datetime, lists: Lists) -> None:
    if step.state != "waiting" or step.due_at > now:
        return  # an earlier step of this batch moved the ticket on, or put this one off
    kind = Kind(step.kind)
    if (due := _not_before(session, rulebook, step, kind, now)) > now:
        step.due_at = due
        return
    late = _late(rulebook, step, kind, now)
    step.state, step.done_at = "done", now
    if late is Late.SEND:
        HANDLERS[kind](session, rulebook, step, now)
        return
    tell, _, event = CHASES[kind]
    if late is Late.MERGE:
        lists.add((tell, _list_of(step.ticket, tell)))
    tickets.record(session, step.ticket, event if late is Late.MERGE else "reminder_dropped", By("clock", now),
                   {"late": late.value})  # fmt: skip


def _not_before(session: Session, rulebook: Rulebook, step: FollowUp, kind: Kind, now: datetime) -> datetime:
    """``now``, or when a citizen may be written to: awake, heard, and long enough after what came before."""
    if kind not in TO_CITIZEN and kind not in AFTER:
        return now
    if kind in TO_CITIZEN and (awake := rulebook.city.working_calendar.awake(now)) > now:
        return awake
    if kind in TO_CITIZEN and step.ticket.conversation.held_by is not None:
        return now + WHILE_HELD  # a person is speaking: a yes to us would not be heard
    return max(now, _after_the_first(session, rulebook, step, kind)) if kind in AFTER else now


def _after_the_first(session: Session, rulebook: Rulebook, step: FollowUp, kind: Kind) -> datetime:
    """When the second of two steps may come, where the first was late itself."""
    before, span = AFTER[kind]
    first = follow_up(session, step.ticket_id, before, step.round)
    if first is None or first.done_at is None or first.done_at - first.due_at <= bearable(rulebook.city):
        return step.due_at
    return rulebook.city.working_calendar.add(first.done_at, getattr(rulebook.city.follow_ups, span))


def _late(rulebook: Rulebook, step: FollowUp, kind: Kind, now: datetime) -> Late:
    """An emergency is never put into a list."""
    ticket = step.ticket
    deadlines = (ticket.verify_by, ticket.answer_by, ticket.solve_by)
    late = followups_plan.judged(kind, step.due_at, now, bearable(rulebook.city), deadlines)
    return Late.SEND if late is Late.MERGE and ticket.urgent else late


def _list_of(ticket: Ticket, tell: str) -> str:
    if tell == ladder.COORDINATORS:
        return ""
    return digests.target_of(ticket.agency, ticket.unit if tell == AGENCY else None)


def _forward(session: Session, rulebook: Rulebook, step: FollowUp, now: datetime) -> None:
    ticket = step.ticket
    agency_mail.forward(session, rulebook, ticket, now)
    ticket.forwarded_at = now
    if ticket.kind in IDEAS_AND_PRAISE:
        tickets.close_at_delivery(session, rulebook, ticket, now)
    else:
        tickets.move(session, rulebook, ticket, Move.FORWARD, By("clock", now))


def _chase(session: Session, rulebook: Rulebook, step: FollowUp, now: datetime) -> None:
    if lead_of(session, step.ticket) is not None:
        return  # the agency has one case of it, and hears of that one
    tell, wording, event = CHASES[Kind(step.kind)]
    agency_mail.chase(session, rulebook, step.ticket, step.say or wording, f"step:{step.id}", now, tell)
    tickets.record(session, step.ticket, event, By("clock", now))


def _list(session: Session, rulebook: Rulebook, step: FollowUp, now: datetime) -> None:
    """The ticket is on this week's list, and will be on the next: until it is closed it has a next step."""
    digests.bring(session, ladder.LEADERSHIP, "", now)
    tickets.record(session, step.ticket, "on_weekly_list", By("clock", now))
    listed: int | None = step.round
    while listed is not None:
        again = followups_plan.next_list(rulebook.city, now, listed)
        listed = again.round if not tickets.put(session, step.ticket_id, again) else None


def _tell(wording: str) -> Handler:
    def handle(session: Session, rulebook: Rulebook, step: FollowUp, now: datetime) -> None:
        values = citizen_values(session, rulebook, step.ticket, now)
        choices = unasked.ASKED_WITH.get(wording, ())
        note = Note(f"step:{step.id}", wording, values, choices, step.ticket_id)
        tell(session, rulebook, step.ticket, note, now)

    return handle


def _tell_news(session: Session, rulebook: Rulebook, step: FollowUp, now: datetime) -> None:
    """What the ladder says to the citizen, on the hour, so that one message tells of all their reports."""
    wording = step.say or "follow_progress"
    if step.ticket.status == Status.WAITING:
        wording = NOT_ACCEPTED.get(wording, wording)
    if step.ticket.status == Status.COORDINATION:
        wording = AT_COORDINATORS[now >= step.ticket.solve_by]
    unasked.wait(session, rulebook, step.ticket, Note(f"step:{step.id}", wording), now, _next_hour(now))


def _next_hour(now: datetime) -> datetime:
    past = timedelta(minutes=now.minute, seconds=now.second, microseconds=now.microsecond)
    return now + (timedelta(hours=1) - past if past else past)


def _ask_again(session: Session, rulebook: Rulebook, step: FollowUp, now: datetime) -> None:
    """With the day of the closing: it is settled before it is told, so that the day told is the day kept."""
    closing = follow_up(session, step.ticket_id, Kind.CLOSE_SILENT, step.round)
    if closing is not None and closing.state == "waiting":
        as_late = rulebook.city.working_calendar.awake(closing.due_at + max(now - step.due_at, timedelta()))
        asked = _question(session, step)
        closing.due_at = as_late if asked is None else max(as_late, _silent_from(rulebook, asked, now))
    _tell("follow_confirm_again")(session, rulebook, step, now)


def _silent_from(rulebook: Rulebook, asked: OutboundMessage, now: datetime) -> datetime:
    """When no answer to ``asked`` is silence; while its delivery is not known, as if it came tomorrow."""
    calendar = rulebook.city.working_calendar
    heard = asked.delivered_at or now + NOT_BEFORE_DELIVERY
    return calendar.awake(calendar.add(heard, rulebook.city.follow_ups.close_silent))


def _close_silent(session: Session, rulebook: Rulebook, step: FollowUp, now: datetime) -> None:
    """Silence counts from the delivery of the question; a question that never arrived is no silence."""
    ticket = step.ticket
    asked = _question(session, step)
    if asked is None:
        tickets.move(session, rulebook, ticket, Move.CLOSE_UNREACHABLE, By("clock", now))
        return
    close_at = _silent_from(rulebook, asked, now)
    if asked.delivered_at is None and asked.created_at + timedelta(days=30) < now:
        tickets.move(session, rulebook, ticket, Move.CLOSE_UNREACHABLE, By("clock", now))
    elif close_at > now:
        step.state, step.done_at, step.due_at = "waiting", None, close_at
    else:
        tickets.move(session, rulebook, ticket, Move.CLOSE_SILENT, By("clock", now))
        note = Note(f"step:{step.id}", "follow_closed_silent", {"number": ticket.number}, ticket_id=ticket.id)
        tell(session, rulebook, ticket, note, now)


def _question(session: Session, step: FollowUp) -> OutboundMessage | None:
    """The "is it fixed?" of this claim, asked in time or once news was wanted; None where it never arrives."""
    asking = follow_up(session, step.ticket_id, Kind.CITIZEN_CONFIRM, step.round)
    keys = (f"step:{asking.id if asking else 0}", f"held-back:{step.ticket_id}:{step.round}")
    asked = session.scalar(LATEST_OF_KEYS, {"keys": keys})
    asked = last_way(session, asked) if asked else None
    return asked if asked and asked.state not in ("failed", "cancelled") else None


def _go_on_without(session: Session, rulebook: Rulebook, step: FollowUp, now: datetime) -> None:
    tickets.move(session, rulebook, step.ticket, Move.ANSWER, By("clock", now))
    agency_mail.no_answer(session, rulebook, step.ticket, f"step:{step.id}", now)


def ask_what_was_held_back(session: Session, rulebook: Rulebook, citizen_id: int, now: datetime) -> None:
    """Whoever wants to hear from us again is asked now about claims that they were not told of."""
    claimed = select(Ticket).where(Ticket.citizen_id == citizen_id, Ticket.status == Status.CLAIMED_DONE)
    for ticket in session.scalars(claimed):
        since_claim = ticket.events[max(n for n, e in enumerate(ticket.events) if e.kind == Move.CLAIM) :]
        if any(event.kind == "not_sent_opted_out" for event in since_claim):
            values = citizen_values(session, rulebook, ticket, now)
            note = Note(f"held-back:{ticket.id}:{ticket.moves}", "follow_confirm", values, YES_NO, ticket.id)
            tell(session, rulebook, ticket, note, now)


HANDLERS: dict[Kind, Handler] = {
    Kind.FORWARD: _forward,
    **dict.fromkeys(CHASES, _chase),
    Kind.LEADERSHIP_LIST: _list,
    Kind.CITIZEN_PROGRESS: _tell_news,
    Kind.CITIZEN_CONFIRM: _tell("follow_confirm"),
    Kind.CITIZEN_CONFIRM_AGAIN: _ask_again,
    Kind.CLOSE_SILENT: _close_silent,
    Kind.AFTER_REOPENING: _tell("follow_after_reopening"),
    Kind.ASK_FOR_INFO_AGAIN: _tell("follow_question_again"),
    Kind.GO_ON_WITHOUT_INFO: _go_on_without,
}
