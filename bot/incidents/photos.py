"""Photos come after the report, from a queue of their own: what one shows may join its ticket then."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bot.incidents import incidents
from bot.outgoing import unasked
from bot.outgoing.outbox import Note
from bot.rulebook import Rulebook
from storage.models import InboundMessage, MediaFile, Ticket

# The citizen still has the telephone in hand; later it would be one more message for nothing.
TOLD_WITHIN = timedelta(minutes=15)


def arrived(session: Session, rulebook: Rulebook, file: MediaFile, now: datetime) -> None:
    """A photo is there and has its hash: join its ticket if others sent the same photo of the same thing."""
    message = session.get_one(InboundMessage, file.inbound_id)
    if file.perceptual_hash is None or message.ticket_id is None:
        return
    session.flush()
    ticket = session.get_one(Ticket, message.ticket_id)
    incident = incidents.look_again(session, rulebook, ticket, now)
    if incident is None or ticket.urgent or now - ticket.created_at > TOLD_WITHIN:
        return
    values = {"number": ticket.number, "service": rulebook.city.services[ticket.service].name}
    note = Note(f"joined:{ticket.id}", "follow_joined", values, ticket_id=ticket.id)
    unasked.tell(session, rulebook, ticket, note, now)
