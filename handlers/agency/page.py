"""A case as its agency sees it: what, where, until when, and what to do now."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from flask import render_template
from sqlalchemy.orm import Session

from bot.agencies import claims, units, work
from bot.agencies.links import ASKED_ANEW
from bot.agencies.units import FROM_UNIT, TO_UNIT, unit_of
from bot.agencies.work import may_write
from bot.city.agency import Agency
from bot.desk.work import INTERNAL
from bot.outgoing.incident_others import others_of
from bot.status import Move, Status, moves_from
from handlers.agency.steps import ACTIONS, AUDIT, MOST_PHOTOS
from handlers.agency.words import FIRST, happens_next, stands
from handlers.edge import edge
from handlers.files import Address, is_for_agencies, shown
from handlers.forms import Typed
from handlers.i18n import translated
from handlers.phrases import Phrases
from storage.models import Attachment, MediaFile, Ticket, TicketEvent
from storage.queries.attachments import photos_of
from storage.queries.incidents import lead_of
from storage.queries.media import files_of_ticket

# In which order the steps stand that are not the first one.
ORDER = (Move.CLAIM, Move.SET_DATE, Move.ASK, TO_UNIT, FROM_UNIT, Move.SEND_BACK, Move.ACCEPT)


@dataclass(frozen=True)
class Addresses:
    """Where the forms of a page are sent to, and where its pictures are; other cases, where they may be opened."""

    act: Callable[[str], str]
    photo: Callable[[int], str]
    file: Address
    case: Callable[[str], str] | None = None


@dataclass(frozen=True)
class Steps:
    """What can be done now: ``first`` comes before all others, and is empty where nothing has to be done."""

    first: str
    others: tuple[str, ...]

    @property
    def all(self) -> frozenset[str]:
        return frozenset({*self.others, *([self.first] if self.first else [])})


def case_page(session: Session, ticket: Ticket, holder: str, to: Addresses, typed: Typed, layout: str) -> str:
    """A case with the forms that its present status allows; nothing tells who the citizen is.

    ``holder``: the agency that looks, or its unit as ``agency/unit``.
    """
    here = edge()
    now, city = here.clock.now(), here.rulebook.city
    say, agency = Phrases(city, now), city.agencies.get(ticket.agency)
    photos, files = photos_of(session, ticket.id), files_of_ticket(session, ticket.id)
    files = [file for file in files if is_for_agencies(file)]
    lead = lead_of(session, ticket)
    return render_template(
        "agency/ticket.html",
        ticket=ticket,
        to=to,
        layout=layout,
        say=say,
        stands=stands(ticket, refused_claim=_refused_claim(ticket)),
        happens_next=happens_next(ticket),
        steps=_steps(ticket, agency, holder) if lead is None else Steps("", ()),
        lead=lead,
        unit=_unit(ticket, agency),
        is_unit=bool(unit_of(holder)),
        units=units.units_for(agency, ticket, holder),
        additions=_additions(ticket),
        told=_told(ticket, holder),
        others=others_of(session, ticket),
        history=[event for event in ticket.events if event.kind not in (*AUDIT, *INTERNAL, ASKED_ANEW)],
        may_write=may_write(ticket),
        photos=photos,
        files=[shown(file, to.file, say) for file in files],
        map=_map(ticket, photos, files),
        geo=geo_address(ticket, city.name),
        agencies=city.agencies,
        photo_required=claims.needs_photo(here.rulebook, ticket),
        photo_refused=city.evidence.missing_photo == "refuse",
        most_photos=MOST_PHOTOS,
        longest_note=work.LONGEST_NOTE,
        typed=typed,
        furthest=now + work.FURTHEST_DATE,
        settings=here.settings,
    )


def geo_address(ticket: Ticket, city: str) -> str:
    """What the phone's own map opens at the place; none for a sealed case, which no map service need know."""
    if ticket.sealed:
        return ""
    if ticket.latitude is not None and ticket.longitude is not None:
        at = f"{ticket.latitude:.6f},{ticket.longitude:.6f}"
        return f"geo:{at}?q={at}({quote(ticket.number)})"
    return f"geo:0,0?q={quote(f'{ticket.place}, {city}')}" if ticket.place else ""


def _steps(ticket: Ticket, agency: Agency | None, holder: str) -> Steps:
    possible = {str(move) for move in moves_from(ticket.status) & ACTIONS.keys()}
    is_unit = bool(unit_of(holder))
    if not may_write(ticket):
        possible.discard(Move.ASK)
    if units.units_for(agency, ticket, holder):
        possible.add(TO_UNIT)
    if units.may_come_back(agency, ticket):
        possible.add(FROM_UNIT)
    if is_unit and not ticket.urgent:
        possible.discard(Move.SEND_BACK)
    elif is_unit:
        possible.discard(FROM_UNIT)  # an emergency does not wait in a mailbox
    first = FIRST.get(ticket.status, "")
    if first not in possible or (not is_unit and _unit(ticket, agency)):
        first = ""
    return Steps(str(first), tuple(str(step) for step in ORDER if step in possible and step != first))


def _unit(ticket: Ticket, agency: Agency | None) -> str:
    """The name of the unit that has the case; empty where the agency has it itself."""
    return agency.unit_name(ticket.unit) if agency and ticket.unit and ticket.unit in agency.units else ""


def _map(ticket: Ticket, photos: Sequence[Attachment], files: Iterable[MediaFile]) -> list[dict[str, Any]]:
    """Where things are: the report first, then what photos say of themselves. Empty without a place."""
    if ticket.latitude is None or ticket.sealed:
        return []
    return [
        _point(ticket.latitude, ticket.longitude, ticket.number, "report"),
        *_taken(photos, translated("Foto hasil"), "proof"),
        *_taken(files, translated("Foto warga"), "citizen"),
    ]


def _taken(photos: Iterable[Attachment | MediaFile], name: str, kind: str) -> Iterator[dict[str, Any]]:
    for photo in photos:
        if photo.latitude is not None:
            yield _point(photo.latitude, photo.longitude, name, kind)


def _point(latitude: float | None, longitude: float | None, name: str, kind: str) -> dict[str, Any]:
    return {"at": [latitude, longitude], "name": name, "kind": kind}


def _told(ticket: Ticket, holder: str) -> list[TicketEvent]:
    """What somebody else of the city wrote to whoever looks, and has not been overtaken."""
    found = [_last(ticket, claims.REOPENING)] if ticket.status == Status.REOPENED else []
    found.append(_last(ticket, (TO_UNIT, FROM_UNIT, Move.FORWARD)))
    return [event for event in found if event and event.note and event.kind in _meant_for(holder)]


def _meant_for(holder: str) -> tuple[str, ...]:
    return (Move.REFUSE_CLAIM, TO_UNIT if unit_of(holder) else FROM_UNIT)


def _last(ticket: Ticket, kinds: Iterable[str]) -> TicketEvent | None:
    return next((event for event in reversed(ticket.events) if event.kind in kinds), None)


def _refused_claim(ticket: Ticket) -> bool:
    """Whether it was a coordinator, not the citizen, who reopened the ticket last."""
    last = _last(ticket, claims.REOPENING)
    return last is not None and last.kind == Move.REFUSE_CLAIM


def _additions(ticket: Ticket) -> list[TicketEvent]:
    """What the citizen wrote later, without what became part of the story, or is not for an agency."""
    mine = [event for event in ticket.events if event.actor == "citizen" and event.kind != "safe_contact"]
    later = [event for event in mine if event.note]
    return [event for event in later if event.note and event.note not in ticket.story]
