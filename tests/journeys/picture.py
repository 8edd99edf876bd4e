"""What exists when a transcript has been played: tickets, what waits for a person, what is planned."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.conversation import Dialogue
from storage.models import (
    Alarm,
    Citizen,
    Claim,
    ClaimDraw,
    Conversation,
    FollowUp,
    Handover,
    InboundMessage,
    Incident,
    Recheck,
    Ticket,
)
from tests.journeys.stage import Stage

LONGEST = 160
SHOWN = 3  # of those that follow another


def at_the_end(stage: Stage) -> list[str]:
    """The lines of the picture."""
    with stage.database.read() as session:
        lines = [
            *_tickets(stage, session),
            *_waiting(stage, session),
            *_drawn(session),
            *_people(session),
            *_odd(session),
        ]
    return lines or ["Nothing."]


def when(stage: Stage, moment: datetime) -> str:
    """A time as people say it there."""
    return f"{moment.astimezone(stage.rulebook.city.zone):%a %-d %b %H:%M}"


def _tickets(stage: Stage, session: Session) -> Iterator[str]:
    tickets = session.scalars(select(Ticket).order_by(Ticket.id)).all()
    followers = [ticket for ticket in tickets if _follows(session, ticket)]
    for ticket in tickets:
        if ticket in followers[SHOWN:]:
            continue
        agency = stage.rulebook.city.agency_name(ticket.agency)
        unit = f" ({ticket.unit})" if ticket.unit else ""
        yield f"{ticket.number}: {ticket.kind}, {ticket.service}, {agency}{unit}, {_state(ticket)}"
        yield from (f"  {line}" for line in _about(stage, session, ticket))
    if len(followers) > SHOWN:
        yield f"And {len(followers) - SHOWN} others that follow."


def _state(ticket: Ticket) -> str:
    marks = [ticket.status + (f" ({ticket.outcome})" if ticket.outcome else "")]
    marks += ["urgent"] if ticket.urgent else []
    marks += ["sealed"] if ticket.sealed else []
    marks += ["for somebody else"] if ticket.on_behalf else []
    marks += [f"rated {ticket.rating}"] if ticket.rating else []
    return ", ".join(marks)


def _about(stage: Stage, session: Session, ticket: Ticket) -> Iterator[str]:
    yield f"story: {_short(ticket.story)}"
    pin = f"pin {ticket.latitude}, {ticket.longitude}" if ticket.latitude is not None else ""
    yield f"place: {', '.join(filter(None, (ticket.place, pin))) or '-'}"
    if ticket.linked_to:
        yield f"linked to: {session.get_one(Ticket, ticket.linked_to).number}"
    if ticket.may_write is not None:
        yield f"may be written to: {'yes' if ticket.may_write else 'no'}"
    yield from _together(session, ticket)
    yield from _flagged(session, ticket)
    if attached := session.scalars(select(InboundMessage).where(InboundMessage.ticket_id == ticket.id)).all():
        files = sum(len(message.content.get("media") or ()) for message in attached)
        yield from [f"files: {files}"] if files else []
    yield f"history: {', '.join(_event(e.kind, e.note) for e in ticket.events)}"
    ahead = session.scalars(
        select(FollowUp)
        .where(FollowUp.ticket_id == ticket.id, FollowUp.state == "waiting")
        .order_by(FollowUp.due_at)
    ).all()
    if ahead:
        yield f"ahead: {', '.join(f'{step.kind} {when(stage, step.due_at)}' for step in ahead)}"


def _together(session: Session, ticket: Ticket) -> Iterator[str]:
    """What it is one thing with."""
    if ticket.duplicate_of:
        yield f"the same as: {session.get_one(Ticket, ticket.duplicate_of).number}"
    incident = session.get(Incident, ticket.incident_id) if ticket.incident_id else None
    if incident is None or incident.members < 2:
        return
    if _follows(session, ticket):
        yield f"together: follows {session.get_one(Ticket, incident.lead_id).number}"
    else:
        flood = ", a flood" if incident.flood_at else ""
        yield f"together: leads {incident.members - 1} other{'s' if incident.members > 2 else ''}{flood}"


def _follows(session: Session, ticket: Ticket) -> bool:
    incident = session.get(Incident, ticket.incident_id) if ticket.incident_id else None
    return incident is not None and incident.lead_id != ticket.id


def _flagged(session: Session, ticket: Ticket) -> Iterator[str]:
    for claim in session.scalars(select(Claim).where(Claim.ticket_id == ticket.id, Claim.flagged)):
        kinds = ", ".join(flag["kind"] for flag in claim.flags)
        yield f"claim flagged: {kinds}{f' (checked: {claim.verdict})' if claim.verdict else ''}"


def _drawn(session: Session) -> Iterator[str]:
    for draw in session.scalars(select(ClaimDraw).where(ClaimDraw.claims > 0)):
        yield f"Drawn for a check of {draw.week}: {draw.drawn} of {draw.claims} claims"


def _event(kind: str, note: str | None) -> str:
    return f'{kind} "{_short(note)}"' if note else kind


def _waiting(stage: Stage, session: Session) -> Iterator[str]:
    waiting = select(Handover).where(Handover.answered_at.is_(None)).order_by(Handover.id)
    for handover in session.scalars(waiting):
        yield f"For a person ({handover.reason}) by {when(stage, handover.due_at)}: {_short(handover.text) or '-'}"
    for recheck in session.scalars(select(Recheck).where(Recheck.state.in_(("waiting", "asked")))):
        verb = "To be asked again" if recheck.state == "waiting" else "Asked again"
        yield f"{verb}: {recheck.topic}, {when(stage, recheck.due_at)}"
    for alarm in session.scalars(select(Alarm)):
        yield f"Alarm: {alarm.ticket.number}{', taken' if alarm.taken_at else ''}"


def _people(session: Session) -> Iterator[str]:
    for citizen in session.scalars(select(Citizen).order_by(Citizen.id)):
        marks = {
            "wants no news": citizen.opted_out_at,
            "name hidden": citizen.hide_name,
            "blocked": citizen.blocked_at,
            "erased": citizen.erased_at,
        }
        told = [mark for mark, is_so in marks.items() if is_so]
        mine = select(Conversation).where(Conversation.citizen_id == citizen.id).order_by(Conversation.id)
        for conversation in session.scalars(mine):
            told += [*_open(conversation)]
        if told:
            yield f"{citizen.name or 'Without a name'}: {', '.join(told)}"


def _open(conversation: Conversation) -> Iterator[str]:
    dialogue = Dialogue.from_json(conversation.dialogue)
    if dialogue.pending:
        yield f"open question: {dialogue.pending.asked}"
    if dialogue.draft:
        yield f"unfiled report: {_short(dialogue.draft.story)}"
    if conversation.language != "id":
        yield f"language {conversation.language}"
    if conversation.held_by is not None:
        yield "with a person"


def _odd(session: Session) -> Iterator[str]:
    """Messages that were not dealt with, or went wrong."""
    for message in session.scalars(select(InboundMessage).order_by(InboundMessage.id)):
        if message.state != "done" or message.outcome in ("error", "capped"):
            yield f"NOT DEALT WITH ({message.outcome or message.state}): {_short(message.text)}"


def _short(text: str | None) -> str:
    line = " / ".join((text or "").splitlines())
    return line if len(line) <= LONGEST else f"{line[:LONGEST]}..."
