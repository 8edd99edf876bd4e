"""The same citizen again about the same thing: what is new goes to the report that they have already."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.errors import RefusedError
from bot.incidents.likeness import Told, contradict, distance_between, place_alike, story_alike
from bot.outgoing import agency_mail
from bot.privacy import mask
from bot.rulebook import Rulebook
from bot.status import OPEN, Outcome, Status
from bot.tickets import tickets
from bot.tickets.tickets import By
from storage.models import InboundMessage, Ticket, TicketEvent
from storage.queries import incidents as queries

log = structlog.get_logger()

MINE = tuple(status for status in OPEN if status != Status.CLAIMED_DONE)
KIND = "duplicate"
# How alike the words must be, 0 to 100: people tell it anew, and are asked whether it is something else.
PLACE_ALIKE, STORY_ALIKE = 80.0, 60.0
PIN_WITHIN = 2  # times the service's distance: the same person seldom stands on the same spot
LOOK_BACK = timedelta(days=60)
MAY_BE_PARTED = timedelta(days=1)


def earlier(session: Session, rulebook: Rulebook, ticket: Ticket, now: datetime) -> Ticket | None:
    """The open report in which this citizen told the same already."""
    mine = queries.of_citizen(session, ticket.citizen_id, ticket.service, now - LOOK_BACK, MINE, ticket.id)
    measure = rulebook.city.incidents.of(ticket.service)
    new = _told(ticket)
    for other in mine:
        same_batch = ticket.linked_to == other.id or other.created_at == ticket.created_at
        old = _told(other)
        fits = not same_batch and other.kind == ticket.kind and not contradict(new, old, measure)
        if fits and _is_same(new, old, measure.distance, by_words=not ticket.on_behalf):
            return other
    return None


def mark(
    session: Session, rulebook: Rulebook, ticket: Ticket, first: Ticket, message_ids: Sequence[int], now: datetime
) -> None:
    """Close ``ticket`` as a repetition; its words are mailed as an addition to the report that there is."""
    ticket.status, ticket.outcome, ticket.closed_at = Status.DUPLICATE, Outcome.DUPLICATE, now
    ticket.duplicate_of = first.id
    ticket.moves += 1
    by = By("citizen", now)
    tickets.record(session, ticket, KIND, by, {"of": first.number, "messages": list(message_ids)})
    tickets.plan_ahead(session, rulebook, ticket, now)
    _add_to(session, rulebook, ticket, first, now)
    log.info("ticket_duplicate", ticket=ticket.number, of=first.number)


def undo(session: Session, rulebook: Rulebook, ticket: Ticket, now: datetime) -> None:
    """The citizen says that it is something else: a report of its own after all.

    RefusedError where it is none that was taken for a repetition.
    """
    if ticket.duplicate_of is None or ticket.status != Status.DUPLICATE:
        raise RefusedError("Laporan ini bukan duplikat.")
    first = ticket.duplicate_of
    ticket.duplicate_of = ticket.outcome = ticket.closed_at = None
    ticket.status, ticket.forward_at = Status.RECEIVED, now + rulebook.forward_delay
    ticket.moves += 1
    tickets.record(session, ticket, "not_duplicate", By("citizen", now))
    destination = tickets.destination_of(rulebook, ticket, ticket.conversation.channel)
    tickets.send_elsewhere(session, rulebook, ticket, destination, now)
    _take_messages(session, ticket, first)


def _is_same(one: Told, other: Told, distance: int, *, by_words: bool) -> bool:
    """``by_words``: the story alone may tell. Not a civil servant's, who reports for many people in like words."""
    apart = distance_between(one, other)
    if apart is not None:
        return apart <= PIN_WITHIN * distance
    story = story_alike(one, other)
    if one.place and other.place:
        return place_alike(one.place, other.place, loose=True) >= PLACE_ALIKE and story >= STORY_ALIKE / 2
    if one.area and other.area and one.area != other.area:
        return False
    return by_words and story >= STORY_ALIKE


def _add_to(session: Session, rulebook: Rulebook, ticket: Ticket, first: Ticket, now: datetime) -> None:
    told = ticket.masked_story
    tickets.record(session, first, "added", By("citizen", now, ticket.story or None), {"from": ticket.number})
    if first.place is None and ticket.place:
        first.place, first.area = ticket.place, first.area or ticket.area
    if first.latitude is None and ticket.latitude is not None:
        first.latitude, first.longitude = ticket.latitude, ticket.longitude
    if first.forwarded_at is not None and told:
        agency_mail.new_information(session, rulebook, first, f"again:{ticket.id}", told, now)


def _take_messages(session: Session, ticket: Ticket, first: int) -> None:
    """What was sent with it, photos too, belongs to it again."""
    session.flush()
    marked = select(TicketEvent).where(TicketEvent.ticket_id == ticket.id, TicketEvent.kind == KIND)
    event = session.scalars(marked.order_by(TicketEvent.id.desc()).limit(1)).one()
    mine = InboundMessage.id.in_(event.data.get("messages", ())), InboundMessage.ticket_id == first
    session.execute(update(InboundMessage).where(*mine).values(ticket_id=ticket.id))


def _told(ticket: Ticket) -> Told:
    place = mask(ticket.place) if ticket.place else None
    return Told(ticket.masked_story, place, ticket.area, ticket.latitude, ticket.longitude)
