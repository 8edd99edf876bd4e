"""What agencies are written, and the links in it by which they act on one ticket."""

import hashlib
import secrets
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, select_autoescape
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot import agency_ways, incident_others, ladder
from bot.agency_ways import Case
from bot.errors import LinkExpiredError, NotFoundError
from bot.ladder import AGENCY, HEAD
from bot.outbox import Letter
from bot.privacy import mask
from bot.routing import address_of
from bot.rulebook import Rulebook
from bot.status import Move
from bot.words import EMERGENCY_LANE, NORMAL_LANE
from storage.models import AgencyLink, Ticket, TicketEvent
from storage.queries import incidents
from storage.queries.inserting import insert_all

IDEAS_AND_PRAISE = ("saran", "apresiasi")
DUE, URGENT_DUE = "%d-%m-%Y", "%d-%m-%Y %H:%M"
TOKEN_BYTES = 16  # 22 characters in URL-safe base64
CASE_PAGE, TICKET_PAGE = "/console/cases/", "/console/tickets/"
# What is written about a sealed case, whatever the occasion; whoever no longer has it is told just that.
SEALED, SEALED_MOVED, MOVED = "mail_sealed", "mail_sealed_moved", "mail_moved"
MORE = "mail_more"
# Of the others who report the same, so much stands in a letter; all of it stands on the page.
OTHERS_TOLD, LONGEST_TOLD = 8, 140


@cache
def layouts(texts: Path) -> Environment:
    """The layouts of e-mails in a folder of texts; what citizens wrote is escaped in HTML."""
    return Environment(loader=FileSystemLoader(texts), autoescape=select_autoescape(["html"]))


def forward(session: Session, rulebook: Rulebook, ticket: Ticket, now: datetime) -> None:
    """The ticket itself, with everything that the citizen said and never who said it."""
    wording = "mail_urgent" if ticket.urgent else f"mail_{ticket.kind}"
    extra: dict[str, str] = {}
    if not ticket.urgent and (flood := incident_others.flood_of(session, ticket, rulebook.city.name)):
        wording, extra = "mail_flood", flood
    if ticket.reopened:
        wording, extra = _why_reopened(ticket)
    _write(session, rulebook, ticket, wording, f"forward:{ticket.id}:{ticket.moves}", now, extra)


def _why_reopened(ticket: Ticket) -> tuple[str, dict[str, str]]:
    """Whether the citizen said that it is not done, or a coordinator who looked, and then what they found."""
    last = [event for event in ticket.events if event.kind in (Move.DENY, Move.REFUSE_CLAIM)][-1:]
    if last and last[0].kind == Move.REFUSE_CLAIM:
        return "mail_refused_claim", {"reason": last[0].note or ""}
    return "mail_reopened", {}


def chase(
    session: Session, rulebook: Rulebook, ticket: Ticket, wording: str, key: str, now: datetime, tell: str = AGENCY
) -> None:
    """One rung of the ladder, to the agency, its head (else itself) or the coordinators."""
    agency = rulebook.city.agencies.get(ticket.agency)
    if tell == ladder.COORDINATORS:
        desk = {"link": f"{rulebook.base_url}{TICKET_PAGE}{ticket.number}", "for_desk": True}
        for number, address in enumerate(rulebook.city.people.coordinators):
            _write(session, rulebook, ticket, wording, f"{key}:{number}", now, desk, to=address)
        return
    _write(session, rulebook, ticket, wording, key, now, to=agency.head_email if agency and tell == HEAD else None)


def new_information(
    session: Session, rulebook: Rulebook, ticket: Ticket, key: str, text: str, now: datetime
) -> None:
    """The citizen added something, or answered the agency's question."""
    _write(session, rulebook, ticket, MORE, key, now, {"more": text})


def no_answer(session: Session, rulebook: Rulebook, ticket: Ticket, key: str, now: datetime) -> None:
    """The citizen did not answer the agency's question; it goes on with what is known."""
    _write(session, rulebook, ticket, "mail_no_answer", key, now)


def withdrawn(session: Session, rulebook: Rulebook, ticket: Ticket, key: str, now: datetime) -> None:
    """The citizen took the report back; nothing needs to be done any more."""
    _write(session, rulebook, ticket, "mail_withdrawn", key, now)


def moved_away(session: Session, rulebook: Rulebook, ticket: Ticket, key: str, now: datetime) -> None:
    """The citizen put the report right: it is somebody else's, and this agency need do nothing more."""
    _write(session, rulebook, ticket, MOVED, key, now)


def about_incident(
    session: Session, rulebook: Rulebook, lead: Ticket, wording: str, key: str, now: datetime,
    extra: Mapping[str, str],
) -> None:  # fmt: skip
    """More people report what ``lead`` is about, or other tickets are part of it now."""
    _write(session, rulebook, lead, wording, key, now, extra)


def ticket_of_link(session: Session, token: str, now: datetime) -> tuple[Ticket, AgencyLink]:
    """The ticket that a link leads to; NotFoundError or LinkExpiredError where it leads nowhere.

    A sealed case has no links, and those from before it was sealed lead nowhere any more.
    """
    link = session.scalar(select(AgencyLink).where(AgencyLink.token_hash == _hash(token)))
    if link is None:
        raise NotFoundError("Tautan ini tidak dikenal. Periksa lagi alamatnya di e-mail.")
    if link.revoked_at or link.expires_at <= now:
        raise LinkExpiredError("Tautan ini sudah tidak berlaku. Gunakan tautan di e-mail terbaru.")
    ticket = session.get_one(Ticket, link.ticket_id)
    if ticket.sealed:
        raise LinkExpiredError("Laporan ini tersegel. Masuk dengan akun Anda lewat tautan di e-mail terbaru.")
    return ticket, link


def was_sent_back(session: Session, token: str) -> bool:
    """Whether a link has ended because its own agency sent the ticket back."""
    by_itself = (
        select(AgencyLink.id)
        .join(TicketEvent, TicketEvent.ticket_id == AgencyLink.ticket_id)
        .where(AgencyLink.token_hash == _hash(token), AgencyLink.revoked_at == TicketEvent.at)
        .where(TicketEvent.kind == Move.SEND_BACK, TicketEvent.actor == "agency:" + AgencyLink.agency)
    )
    return session.scalar(by_itself.limit(1)) is not None


def revoke_links(session: Session, ticket: Ticket, now: datetime) -> None:
    """Close the links of an agency that has sent the ticket back."""
    session.execute(
        update(AgencyLink)
        .where(AgencyLink.ticket_id == ticket.id, AgencyLink.revoked_at.is_(None))
        .values(revoked_at=now)
    )


def _write(
    session: Session,
    rulebook: Rulebook,
    ticket: Ticket,
    wording: str,
    key: str,
    now: datetime,
    extra: Mapping[str, Any] | None = None,
    to: str | None = None,
) -> None:
    case = incidents.lead_of(session, ticket) or ticket
    if case is not ticket and wording != MORE:
        return  # the agency has one case of what many report
    ticket = case
    recipient = to or address_of(rulebook.city, ticket.agency, ticket.unit)
    if recipient is None:
        return  # only coordinators look at it, in the console
    if ticket.sealed:
        wording = SEALED_MOVED if wording == MOVED else SEALED
        values = _sealed_values(rulebook, ticket, wording)
    else:
        values = {**_values(rulebook, ticket), **incident_others.for_letter(session, ticket), **(extra or {})}
        if "link" not in values:
            values["link"] = f"{rulebook.base_url}/agency/{_new_link(session, rulebook, ticket, now)}"
    say = rulebook.wording.say
    subject = say(f"{wording}_subject", rulebook.language, values)
    lead = say(wording, rulebook.language, values)
    parts, layout = {"lead": lead, "subject": subject, **values}, layouts(rulebook.texts)
    letter = Letter(
        key=f"mail:{key}",
        to=recipient,
        subject=subject,
        text=layout.get_template("mail.txt").render(parts),
        html=layout.get_template("mail.html").render(parts),
        ticket_id=ticket.id,
        lane=EMERGENCY_LANE if ticket.urgent else NORMAL_LANE,
    )
    is_mail = ticket.sealed or to is not None or ticket.unit is not None
    told = None if is_mail else _case(ticket, wording, values)
    agency_ways.send(session, rulebook, ticket, letter, told, now)


def _case(ticket: Ticket, wording: str, values: Mapping[str, Any]) -> Case:
    """What is said of it by WhatsApp or webhook; what has no deadline has no ``due``."""
    due = ticket.solve_by.isoformat() if values["due"] else ""
    return Case(wording, ticket.number, values["service"], mask(values["place"]), values["link"], due)


def _values(rulebook: Rulebook, ticket: Ticket) -> dict[str, Any]:
    local = ticket.created_at.astimezone(rulebook.city.zone)
    position = f"{ticket.latitude:.5f}, {ticket.longitude:.5f}" if ticket.latitude is not None else ""
    return {
        "city": rulebook.city.name,
        "number": ticket.number,
        "service": rulebook.city.services[ticket.service].name,
        "agency": rulebook.city.agency_name(ticket.agency),
        "story": ticket.masked_story,
        "place": ticket.place or "",
        "position": position,
        "filed": f"{local:%d-%m-%Y %H:%M}",
        "solve_by": ticket.solve_by,
        # Praise and ideas have no deadline.
        "due": ""
        if ticket.kind in IDEAS_AND_PRAISE
        else f"{ticket.solve_by.astimezone(rulebook.city.zone):{URGENT_DUE if ticket.urgent else DUE}}",
        "on_behalf": ticket.on_behalf,
    }


def _sealed_values(rulebook: Rulebook, ticket: Ticket, wording: str) -> dict[str, Any]:
    """No more than the number, and a page behind a log-in: others may read an agency's mail."""
    link = f"{rulebook.base_url}{CASE_PAGE}{ticket.number}" if wording == SEALED else ""
    return {"city": rulebook.city.name, "number": ticket.number, "sealed": True, "link": link}


def _new_link(session: Session, rulebook: Rulebook, ticket: Ticket, now: datetime) -> str:
    token = secrets.token_urlsafe(TOKEN_BYTES)
    expires = rulebook.city.working_calendar.add(now, rulebook.city.follow_ups.link_valid)
    row = {
        "ticket_id": ticket.id,
        "agency": ticket.agency,
        "token_hash": _hash(token),
        "created_at": now,
        "expires_at": expires,
    }
    insert_all(session, AgencyLink, [row])
    return token


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
