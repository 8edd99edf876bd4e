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

from bot.city import ladder
from bot.city.ladder import AGENCY, HEAD
from bot.city.routing import address_of
from bot.errors import LinkExpiredError, NotFoundError
from bot.outgoing import agency_ways, incident_others
from bot.outgoing.agency_ways import Case
from bot.outgoing.outbox import Letter
from bot.privacy import mask
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
SEALED, SEALED_MOVED, MOVED = "mail_sealed", "mail_sealed_moved", ("mail_moved", "mail_rerouted")
MORE = "mail_more"
# What ends the link of whoever does it; the second is a unit's way back to its agency (bot.agencies.units).
GIVEN_AWAY = (Move.SEND_BACK, "from_unit")
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
    write(session, rulebook, ticket, wording, f"forward:{ticket.id}:{ticket.moves}", now, extra)


def _why_reopened(ticket: Ticket) -> tuple[str, dict[str, str]]:
    """Whether the citizen said that it is not done, or a coordinator who looked, and then what they found."""
    last = [event for event in ticket.events if event.kind in (Move.DENY, Move.REFUSE_CLAIM)][-1:]
    if last and last[0].kind == Move.REFUSE_CLAIM:
        return "mail_refused_claim", {"reason": last[0].note or ""}
    return "mail_reopened", {}


def chase(
    session: Session, rulebook: Rulebook, ticket: Ticket, wording: str, key: str, now: datetime, tell: str = AGENCY
) -> None:
    """One rung of the ladder, to the agency, its head (else itself) or the coordinators.

    What a unit of the agency has is told to both: the agency answers for it.
    """
    agency = rulebook.city.agencies.get(ticket.agency)
    if tell == ladder.COORDINATORS:
        desk = {"link": f"{rulebook.base_url}{TICKET_PAGE}{ticket.number}", "for_desk": True}
        for number, address in enumerate(rulebook.city.people.coordinators):
            write(session, rulebook, ticket, wording, f"{key}:{number}", now, desk, to=address)
        return
    if agency and tell == HEAD:
        write(session, rulebook, ticket, wording, key, now, to=agency.head_email or agency.email)
        return
    write(session, rulebook, ticket, wording, key, now)
    if agency and ticket.unit in agency.units:
        write(session, rulebook, ticket, wording, f"{key}:agency", now, to=agency.email)


def new_information(
    session: Session, rulebook: Rulebook, ticket: Ticket, key: str, text: str, now: datetime
) -> None:
    """The citizen added something, or answered the agency's question."""
    write(session, rulebook, ticket, MORE, key, now, {"more": mask(text)})


def no_answer(session: Session, rulebook: Rulebook, ticket: Ticket, key: str, now: datetime) -> None:
    """The citizen did not answer the agency's question; it goes on with what is known."""
    write(session, rulebook, ticket, "mail_no_answer", key, now)


def withdrawn(session: Session, rulebook: Rulebook, ticket: Ticket, key: str, now: datetime) -> None:
    """The citizen took the report back; nothing needs to be done any more."""
    write(session, rulebook, ticket, "mail_withdrawn", key, now)


def rejected(session: Session, rulebook: Rulebook, ticket: Ticket, key: str, now: datetime) -> None:
    """A coordinator decided that nothing is to be done; the agency need do nothing more."""
    write(session, rulebook, ticket, "mail_rejected", key, now)


def moved_away(session: Session, rulebook: Rulebook, ticket: Ticket, key: str, now: datetime) -> None:
    """The citizen put the report right: it is somebody else's, and this agency need do nothing more."""
    write(session, rulebook, ticket, MOVED[0], key, now)


def taken_away(session: Session, rulebook: Rulebook, ticket: Ticket, key: str, now: datetime) -> None:
    """A coordinator gives it to another agency, and this one need do nothing more."""
    write(session, rulebook, ticket, MOVED[1], key, now)


def taken_back(session: Session, rulebook: Rulebook, ticket: Ticket, now: datetime) -> None:
    """The agency has the case itself again; the unit that had it until now, if one had, need do nothing more."""
    agency = rulebook.city.agencies.get(ticket.agency)
    if agency and ticket.unit in agency.units:
        write(session, rulebook, ticket, "mail_taken_back", f"back:{ticket.id}:{ticket.moves}", now, {"link": ""})


def about_incident(
    session: Session, rulebook: Rulebook, lead: Ticket, wording: str, key: str, now: datetime,
    extra: Mapping[str, str],
) -> None:  # fmt: skip
    """More people report what ``lead`` is about, or other tickets are part of it now."""
    write(session, rulebook, lead, wording, key, now, extra)


def ticket_of_link(session: Session, token: str, now: datetime) -> tuple[Ticket, AgencyLink]:
    """The ticket that a link leads to; NotFoundError or LinkExpiredError where it leads nowhere.

    A sealed case has no links, and those from before it was sealed lead nowhere any more.
    """
    link = session.scalar(select(AgencyLink).where(AgencyLink.token_hash == hash_of(token)))
    if link is None:
        raise NotFoundError("Tautan ini tidak dikenal. Periksa lagi alamatnya di e-mail.")
    if link.revoked_at or link.expires_at <= now:
        raise LinkExpiredError("Tautan ini sudah tidak berlaku. Gunakan tautan di e-mail terbaru.")
    ticket = session.get_one(Ticket, link.ticket_id)
    agency, _, unit = link.agency.partition("/")
    if agency != ticket.agency or (unit and unit != ticket.unit):
        raise LinkExpiredError("Laporan ini tidak lagi di instansi Anda.")
    if ticket.sealed:
        raise LinkExpiredError("Laporan ini tersegel. Masuk dengan akun Anda lewat tautan di e-mail terbaru.")
    return ticket, link


def was_sent_back(session: Session, token: str) -> bool:
    """Whether a link has ended because its own agency sent the ticket back, or its own unit handed it back."""
    by_itself = (
        select(AgencyLink.id)
        .join(TicketEvent, TicketEvent.ticket_id == AgencyLink.ticket_id)
        .where(AgencyLink.token_hash == hash_of(token), AgencyLink.revoked_at == TicketEvent.at)
        .where(TicketEvent.kind.in_(GIVEN_AWAY), TicketEvent.actor == "agency:" + AgencyLink.agency)
    )
    return session.scalar(by_itself.limit(1)) is not None


def revoke_links(session: Session, ticket: Ticket, now: datetime, holder: str | None = None) -> None:
    """Close the links to a ticket that its agency has no more, or those of one ``holder`` (``agency/unit``)."""
    mine = [AgencyLink.ticket_id == ticket.id, AgencyLink.revoked_at.is_(None)]
    if holder:
        mine.append(AgencyLink.agency == holder)
    session.execute(update(AgencyLink).where(*mine).values(revoked_at=now))


def write(
    session: Session,
    rulebook: Rulebook,
    ticket: Ticket,
    wording: str,
    key: str,
    now: datetime,
    extra: Mapping[str, Any] | None = None,
    to: str | None = None,
) -> None:
    """A letter about the case to whoever has it, or to the address ``to``, with a link of its own."""
    case = incidents.lead_of(session, ticket) or ticket
    if case is not ticket and wording != MORE:
        return  # the agency has one case of what many report
    ticket = case
    recipient = to or address_of(rulebook.city, ticket.agency, ticket.unit)
    if recipient is None:
        return  # only coordinators look at it, in the console
    if ticket.sealed:
        wording = SEALED_MOVED if wording in MOVED else SEALED
        values = _sealed_values(rulebook, ticket, wording)
    else:
        values = {**_values(rulebook, ticket), **incident_others.for_letter(session, ticket), **(extra or {})}
        if "link" not in values:
            token = _new_link(session, rulebook, ticket, _holder(ticket, to), now)
            values["link"] = f"{rulebook.base_url}/agency/{token}"
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
    return Case(wording, ticket.number, values["service"], values["place"], values["link"], due)


def _values(rulebook: Rulebook, ticket: Ticket) -> dict[str, Any]:
    local = ticket.created_at.astimezone(rulebook.city.zone)
    position = f"{ticket.latitude:.5f}, {ticket.longitude:.5f}" if ticket.latitude is not None else ""
    return {
        "city": rulebook.city.name,
        "number": ticket.number,
        "service": rulebook.city.services[ticket.service].name,
        "agency": rulebook.city.agency_name(ticket.agency),
        "story": ticket.masked_story,
        "place": mask(ticket.place or ""),  # as it was written before places were masked
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


def _holder(ticket: Ticket, to: str | None) -> str:
    """Whose the link in a letter is: the agency's, or that of its unit (``agency/unit``) which has the case."""
    is_unit = to is None and ticket.unit is not None and "@" not in ticket.unit
    return f"{ticket.agency}/{ticket.unit}" if is_unit else ticket.agency


def _new_link(session: Session, rulebook: Rulebook, ticket: Ticket, holder: str, now: datetime) -> str:
    token = secrets.token_urlsafe(TOKEN_BYTES)
    expires = rulebook.city.working_calendar.add(now, rulebook.city.follow_ups.link_valid)
    row = {
        "ticket_id": ticket.id,
        "agency": holder,
        "token_hash": hash_of(token),
        "created_at": now,
        "expires_at": expires,
    }
    insert_all(session, AgencyLink, [row])
    return token


def hash_of(token: str) -> str:
    """What is stored of the secret in a link."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
