"""What other systems filed: found again by token, by message and by what was sent."""

from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from storage.models import InboundMessage, RequestToken, Ticket


class Filed(NamedTuple):
    """A token and what it stands for; ``ticket_id`` and ``number`` are None until there is a ticket."""

    token: str
    digest: str
    ticket_id: int | None
    number: str | None


_FILED = (
    select(RequestToken.token, RequestToken.digest, Ticket.id, Ticket.number)
    .join(InboundMessage, InboundMessage.id == RequestToken.inbound_id)
    # A person may have made the ticket, from a message that the worker could not file.
    .outerjoin(Ticket, Ticket.id == func.coalesce(RequestToken.ticket_id, InboundMessage.ticket_id))
)


def by_token(session: Session, token: str) -> Filed | None:
    row = session.execute(_FILED.where(RequestToken.token == token)).first()
    return Filed(*row) if row else None


def by_message(session: Session, channel: str, external_ids: tuple[str, ...]) -> Filed | None:
    """The newest of what was filed as one of these messages."""
    mine = _FILED.where(InboundMessage.channel == channel, InboundMessage.external_id.in_(external_ids))
    row = session.execute(mine.order_by(RequestToken.id.desc()).limit(1)).first()
    return Filed(*row) if row else None


def token_of(session: Session, inbound_id: int) -> RequestToken | None:
    """The token of a message."""
    return session.scalar(select(RequestToken).where(RequestToken.inbound_id == inbound_id))
