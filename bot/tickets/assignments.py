"""Which agency holds a ticket, since when, and how its deadlines stand: a row for each time one held it."""

from dataclasses import asdict
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from bot.city.city import COORDINATORS
from bot.city.ladder import AGENCY
from bot.rulebook import Rulebook
from bot.status import OUTCOMES, Move, Status
from bot.tickets import clocks
from bot.tickets.clocks import Times
from storage.models import Assignment, Ticket
from storage.queries import digests
from storage.queries.inserting import insert_all

CURRENT = (
    select(Assignment)
    .where(Assignment.ticket_id == bindparam("ticket"), Assignment.ended_at.is_(None))
    .order_by(Assignment.id.desc())
    .limit(1)
    .execution_options(autoflush=False)  # a new one is inserted where it begins; see also :func:`current`
)


def begin(session: Session, rulebook: Rulebook, ticket: Ticket, now: datetime) -> None:
    """The time of the ticket's agency begins, with the deadlines that were set.

    Coordinators, who look for the right one, have no clock.
    """
    if ticket.agency == COORDINATORS:
        return
    held = {name: getattr(ticket, name) for name in ("agency", "unit", "verify_by", "answer_by", "solve_by")}
    insert_all(session, Assignment, [{"ticket_id": ticket.id, "begun_at": now, **held}])
    morning = rulebook.city.working_calendar.next_working(now, rulebook.city.follow_ups.digest_at)
    digests.bring(session, AGENCY, digests.target_of(ticket.agency, ticket.unit), morning)


def set_deadlines(rulebook: Rulebook, ticket: Ticket, start: datetime) -> None:
    """The three deadlines of a time that begins at ``start``, none of them met."""
    city = rulebook.city
    deadlines = city.deadlines_of(ticket.service, urgent=ticket.urgent)
    _set(ticket, clocks.begun(deadlines, start, city.working_calendar))
    ticket.verified_at = ticket.answered_at = None


def begin_anew(session: Session, rulebook: Rulebook, ticket: Ticket, now: datetime, ended_as: str) -> None:
    """End what is running, and start a new clock with a ladder of its own."""
    end(session, ticket, ended_as, now)
    ticket.clocks += 1
    set_deadlines(rulebook, ticket, now)
    begin(session, rulebook, ticket, now)


def current(session: Session, ticket: Ticket) -> Assignment | None:
    """The running time of the agency that holds the ticket now."""
    held = session.scalar(CURRENT, {"ticket": ticket.id})
    return held if held and held.ended_at is None else None  # it may have ended in this very transaction


def end(session: Session, ticket: Ticket, how: str, now: datetime) -> None:
    """The agency does not have it any more."""
    if held := current(session, ticket):
        held.ended_at, held.ended_as = now, how


def follow(
    session: Session, rulebook: Rulebook, ticket: Ticket, step: Move, actor: str, before: Status, now: datetime
) -> dict[str, object]:
    """What a move does to the clocks; what of it belongs into the history.

    ``before`` is the status that the ticket was in; its columns are as they were then.
    """
    told: dict[str, object] = {}
    if before is Status.NEEDS_INFO and ticket.asked_at is not None:
        told |= _resume(session, rulebook, ticket, now)
    told |= _meet(session, ticket, step, now)
    if step is Move.SEND_BACK:
        end(session, ticket, "moved" if actor == "citizen" else "misrouted", now)
    elif step in (Move.DENY, Move.REFUSE_CLAIM):
        begin_anew(session, rulebook, ticket, now, "reopened")
    elif step is Move.REROUTE or (step is Move.FORWARD and _was_nobodys(session, ticket, before)):
        begin_anew(session, rulebook, ticket, now, "moved")
    elif step in OUTCOMES:
        end(session, ticket, "closed", now)
    return told


def _was_nobodys(session: Session, ticket: Ticket, before: Status) -> bool:
    """Whether coordinators had it, and no agency's time runs."""
    return before is Status.COORDINATION and current(session, ticket) is None


def _resume(session: Session, rulebook: Rulebook, ticket: Ticket, now: datetime) -> dict[str, object]:
    """The citizen was asked; that time is not the agency's."""
    city, paused_at = rulebook.city, ticket.asked_at or now
    deadlines = city.deadlines_of(ticket.service, urgent=ticket.urgent)
    times = clocks.resumed(ticket, deadlines, paused_at, now, city.working_calendar)
    _set(ticket, times)
    if held := current(session, ticket):
        _set(held, times)
    return {"paused_s": int((now - paused_at).total_seconds())}


def _meet(session: Session, ticket: Ticket, step: Move, now: datetime) -> dict[str, bool]:
    """Write down which deadlines are met by this step."""
    found = clocks.met(ticket, step, now)
    held = current(session, ticket) if found or step is Move.CLAIM else None
    both: list[Ticket | Assignment] = [ticket, *([held] if held else [])]
    for clock in both:
        if "verified_in_time" in found:
            clock.verified_at = now
        if "answered_in_time" in found:
            clock.answered_at = now
    if held and step is Move.CLAIM:
        held.claimed_at = now
    return found


def _set(clock: Ticket | Assignment, times: Times) -> None:
    for name, value in asdict(times).items():
        setattr(clock, name, value)
