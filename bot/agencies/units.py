"""A case that its agency passes on to one of its units: the agency answers for it, and its clock goes on."""

from bot.agencies.work import Desk, needed
from bot.city.agency import Agency
from bot.city.ladder import AGENCY
from bot.errors import RefusedError
from bot.outgoing import agency_mail
from bot.status import WITH_AGENCY
from bot.tickets import assignments, tickets
from bot.tickets.tickets import By
from storage.models import Ticket
from storage.queries import digests

TO_UNIT, FROM_UNIT = "to_unit", "from_unit"


def unit_of(holder: str) -> str:
    """The unit of ``agency/unit``; empty for the agency itself."""
    return holder.partition("/")[2]


def units_for(agency: Agency | None, ticket: Ticket, holder: str) -> dict[str, str]:
    """To whom ``holder`` may pass the case on, by their names; a sealed case is passed on to nobody."""
    if agency is None or ticket.sealed or unit_of(holder) or ticket.status not in WITH_AGENCY:
        return {}
    return {unit: agency.unit_name(unit) for unit in agency.units if unit != ticket.unit}


def may_come_back(agency: Agency | None, ticket: Ticket) -> bool:
    """Whether the case is with a unit that its agency can take it from, or that can hand it back."""
    return agency is not None and ticket.unit in agency.units and ticket.status in WITH_AGENCY


def pass_on(desk: Desk, unit: str, note: str = "") -> None:
    """Give the case to ``unit``, which gets a letter with a link of its own; RefusedError where that cannot be.

    For the agency's first deadline that is as good as accepting it.
    """
    agency = desk.rulebook.city.agencies.get(desk.ticket.agency)
    if unit not in units_for(agency, desk.ticket, desk.agency):
        raise RefusedError("Pilih salah satu unit dari daftar.")
    said = needed(note, "") if note.strip() else ""
    _leave(desk)
    desk.ticket.unit = unit
    _moved(desk, TO_UNIT, unit, said or None)
    _letter(desk, "mail_unit", unit=Agency.unit_name(unit), note=said)


def come_back(desk: Desk, note: str = "") -> None:
    """The agency takes the case back from its unit, or the unit hands it back and says why."""
    agency, unit = desk.rulebook.city.agencies.get(desk.ticket.agency), desk.ticket.unit
    if not may_come_back(agency, desk.ticket):
        raise RefusedError("Laporan ini tidak di unit mana pun; muat ulang halaman.")
    by_unit = bool(unit_of(desk.agency))
    said = needed(note, "Tuliskan alasannya.") if by_unit or note.strip() else ""
    _leave(desk)
    desk.ticket.unit = None
    _moved(desk, FROM_UNIT, unit or "", said or None)
    if by_unit:
        _letter(desk, "mail_from_unit", unit=Agency.unit_name(unit or ""), note=said)


def _leave(desk: Desk) -> None:
    """The unit that has had the case until now has no link to it any more, and hears of it."""
    session, ticket = desk.session, desk.ticket
    if ticket.unit is None:
        return
    if not unit_of(desk.agency):
        agency_mail.taken_back(session, desk.rulebook, ticket, desk.now)
    agency_mail.revoke_links(session, ticket, desk.now, f"{ticket.agency}/{ticket.unit}")


def _moved(desk: Desk, kind: str, unit: str, note: str | None) -> None:
    """The history, the unit's row in the agency's time, and the morning list of whoever has it now."""
    ticket = desk.ticket
    ticket.moves += 1  # whoever has the page open sees that it is another case now
    data: dict[str, object] = {"unit": unit}
    if held := assignments.current(desk.session, ticket):
        held.unit = ticket.unit
        if kind == TO_UNIT and ticket.verified_at is None:
            data["verified_in_time"] = desk.now <= ticket.verify_by
            ticket.verified_at = held.verified_at = desk.now
    city = desk.rulebook.city
    morning = city.working_calendar.next_working(desk.now, city.follow_ups.digest_at)
    digests.bring(desk.session, AGENCY, digests.target_of(ticket.agency, ticket.unit), morning)
    tickets.record(desk.session, ticket, kind, By(desk.by().actor, desk.now, note), data)
    tickets.plan_ahead(desk.session, desk.rulebook, ticket, desk.now)


def _letter(desk: Desk, wording: str, **values: str) -> None:
    key = f"unit:{desk.ticket.id}:{desk.ticket.moves}"
    agency_mail.write(desk.session, desk.rulebook, desk.ticket, wording, key, desk.now, values)
