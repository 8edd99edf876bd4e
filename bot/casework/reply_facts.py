"""What a reply may say of a ticket: its number, whose it is, until when, where, and where to follow it."""

from bot.case import Case, Facts
from bot.casework.situation import view_of
from bot.city.city import COORDINATORS
from bot.conversation.standing import is_late
from bot.tickets import citizen_page
from bot.tickets.values import takes_longer
from storage.models import Ticket

LONGEST_PLACE, LONGEST_PLACE_BY_SMS = 80, 30  # characters, as a reply repeats it


def facts_of(case: Case, ticket: Ticket) -> Facts:
    """What replies may say of a ticket."""
    city = case.rulebook.city
    return {
        "ticket": ticket,
        "number": ticket.number,
        "service": city.services[ticket.service].name,
        "agency": city.agency_name(ticket.agency),
        "recipient": _recipient(case, ticket),
        "solve_by": ticket.solve_by,
        "target_now": target_now(case, ticket),
        "longer": takes_longer(case.rulebook, ticket.service, case.conversation.language),
        "at_place": _at_place(case, ticket),
        "place_line": _place_line(case, ticket),
        "page": _page_line(case, ticket),
    }


def target_now(case: Case, ticket: Ticket) -> str:
    """The day to expect it by, as a sentence; nothing where that is over, or where somebody is in danger."""
    view = view_of(ticket)
    if ticket.urgent or is_late(view, case.rulebook.city, case.now):
        return ""
    values = {"target": ticket.expected_on or ticket.solve_by}
    return case.rulebook.wording.say("target_now", case.conversation.language, values)


def _recipient(case: Case, ticket: Ticket) -> str:
    """Who hears of praise: coordinators find the unit that earned it where none is named."""
    if ticket.agency != COORDINATORS:
        return case.rulebook.city.agency_name(ticket.agency)
    return case.rulebook.wording.say("those_concerned", case.conversation.language, {})


def _place_line(case: Case, ticket: Ticket) -> str:
    """The place as a line of its own, for several tickets at once."""
    where = _at_place(case, ticket).removeprefix(", ")
    return case.rulebook.wording.say("place_line", case.conversation.language, {"place": where}) if where else ""


def _at_place(case: Case, ticket: Ticket) -> str:
    """The place as a reply repeats it; some people answer "where?" with a whole story, others with a pin."""
    if not ticket.place:
        pinned = ticket.latitude is not None
        return f", {case.rulebook.wording.say('at_pin', case.conversation.language, {})}" if pinned else ""
    line, most = " ".join(ticket.place.split()), LONGEST_PLACE_BY_SMS if case.is_sms else LONGEST_PLACE
    return f", {line}" if len(line) <= most else f", {line[:most].rstrip()}..."


def _page_line(case: Case, ticket: Ticket) -> str:
    """Where the citizen sees how it goes on; of a sealed matter nothing, for others may read the phone."""
    if ticket.sealed:
        return ""
    return f"\n{case.say('page_line', {'link': citizen_page.short_address_of(case.rulebook, ticket)})}"


def advice(case: Case, ticket: Ticket) -> str:
    """What to do until help comes."""
    service, language = case.rulebook.city.services[ticket.service], case.conversation.language
    own = (service.emergency_advice or {}).get(language)
    return own or case.rulebook.wording.say("emergency_advice", language, {})
