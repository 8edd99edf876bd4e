"""Links that have ended: why, and how the agency has a new one, at its own address and nowhere else."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.agencies.units import unit_of
from bot.city.routing import address_of
from bot.errors import LinkExpiredError, NotFoundError, RefusedError
from bot.outgoing import agency_mail
from bot.rulebook import Rulebook
from bot.tickets import tickets
from bot.tickets.tickets import By
from storage.models import AgencyLink, Ticket, TicketEvent
from storage.queries import incidents

ASKED_ANEW = "new_link"
PAUSE, A_DAY, MOST_A_DAY = timedelta(minutes=15), timedelta(days=1), 5


class Ended(StrEnum):
    """Why a link opens nothing.

    ``RENEWABLE``: it is too old, and its agency (or unit) has the case still. ``ELSEWHERE``: it has it no more.
    """

    UNKNOWN = "unknown"
    SEALED = "sealed"
    SENT_BACK = "sent_back"
    TAKEN_BACK = "taken_back"
    ELSEWHERE = "elsewhere"
    CLOSED = "closed"
    RENEWABLE = "renewable"


class TooOftenError(RefusedError):
    """A new link was sent a moment ago, or often enough for one day."""


def why_ended(session: Session, token: str) -> Ended:
    """Why the link that ``token`` belongs to leads nowhere; its case is told to nobody."""
    link = _link(session, token)
    return Ended.UNKNOWN if link is None else _why(session, link)


def send_anew(session: Session, rulebook: Rulebook, token: str, now: datetime) -> Ticket:
    """Write a letter with a new link to the address that the city's configuration has for the link's holder.

    NotFoundError for a link that nobody was ever sent, LinkExpiredError where its holder has the case no more,
    TooOftenError within a quarter of an hour of the last, and after five in a day.
    """
    link = _link(session, token)
    if link is None:
        raise NotFoundError("Tautan ini tidak dikenal. Periksa lagi alamatnya di e-mail.")
    if _why(session, link) is not Ended.RENEWABLE:
        raise LinkExpiredError("Tautan ini sudah tidak berlaku.")
    ticket = _case(session, link)
    session.refresh(ticket, with_for_update=True)
    actor = f"agency:{link.agency}"
    _not_too_often(session, rulebook, ticket, actor, now)
    to = None if unit_of(link.agency) else address_of(rulebook.city, ticket.agency, None)
    key = f"anew:{link.id}:{now.timestamp():.0f}"
    agency_mail.write(session, rulebook, ticket, "mail_new_link", key, now, to=to)
    tickets.record(session, ticket, ASKED_ANEW, By(actor, now))
    return ticket


def was_sent_anew(session: Session, token: str) -> bool:
    """Whether a new link was asked for in place of this one, or of another of its holder to the same case."""
    link = _link(session, token)
    return link is not None and bool(_asked_anew(session, _case(session, link), f"agency:{link.agency}"))


def _link(session: Session, token: str) -> AgencyLink | None:
    return session.scalar(select(AgencyLink).where(AgencyLink.token_hash == agency_mail.hash_of(token)))


def _case(session: Session, link: AgencyLink) -> Ticket:
    """The ticket of a link, or the one that its agency works on in its place."""
    ticket = session.get_one(Ticket, link.ticket_id)
    return incidents.lead_of(session, ticket) or ticket


def _why(session: Session, link: AgencyLink) -> Ended:
    agency, _, unit = link.agency.partition("/")
    own, ticket = session.get_one(Ticket, link.ticket_id), _case(session, link)
    if own.sealed or ticket.sealed:
        return Ended.SEALED
    if ticket.agency != agency or ticket.forwarded_at is None:
        return Ended.SENT_BACK if _sent_it_back(session, link) else Ended.ELSEWHERE
    if ticket.closed_at is not None:
        return Ended.CLOSED
    return Ended.TAKEN_BACK if unit and ticket.unit != unit else Ended.RENEWABLE


def _sent_it_back(session: Session, link: AgencyLink) -> bool:
    its_own = select(TicketEvent.id).where(
        TicketEvent.ticket_id == link.ticket_id,
        TicketEvent.kind == "send_back",
        TicketEvent.actor == f"agency:{link.agency}",
        TicketEvent.at == link.revoked_at,
    )
    return session.scalar(its_own.limit(1)) is not None


def _not_too_often(session: Session, rulebook: Rulebook, ticket: Ticket, actor: str, now: datetime) -> None:
    before = [at for at in _asked_anew(session, ticket, actor) if at > now - A_DAY]
    if len(before) >= MOST_A_DAY:
        raise TooOftenError("Tautan baru sudah lima kali dikirim hari ini. Periksa kotak surat, juga folder spam.")
    if before and before[-1] > now - PAUSE:
        at = before[-1].astimezone(rulebook.city.zone)
        raise TooOftenError(f"Tautan baru sudah dikirim pukul {at:%H.%M}. Periksa kotak surat, juga folder spam.")


def _asked_anew(session: Session, ticket: Ticket, actor: str) -> Sequence[datetime]:
    asked = select(TicketEvent.at).where(
        TicketEvent.ticket_id == ticket.id, TicketEvent.kind == ASKED_ANEW, TicketEvent.actor == actor
    )
    return session.scalars(asked.order_by(TicketEvent.id)).all()
