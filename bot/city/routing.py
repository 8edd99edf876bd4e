"""Which agency a ticket goes to: the city's ordered rules, the first that matches, else the service's own."""

import re
from dataclasses import dataclass, field, replace
from datetime import time

from bot.city.city import COORDINATORS, City, When


@dataclass(frozen=True)
class Matter:
    """What routing may look at. ``at`` is the local time of day."""

    intent: str
    service: str
    channel: str
    at: time
    kelurahan: str | None = None
    city: str | None = None
    story: str = ""
    sealed: bool = False


@dataclass(frozen=True)
class Destination:
    """Where it goes: an agency code (or ``coordinators``), with a sub-unit or a person's e-mail address.

    ``rule`` is the place in the city's list of the rule that said so, None for the service's own agency.
    """

    agency: str
    unit: str | None = None
    rule: int | None = field(default=None, compare=False)


def route(city: City, matter: Matter) -> Destination:
    """The destination of ``matter``; always one, since every service has an agency."""
    own = Destination(city.services[matter.service].agency)
    found = ((place, rule) for place, rule in enumerate(city.routing) if _matches(rule.when, matter))
    to = next((replace(_destination(rule.to, own), rule=place) for place, rule in found), own)
    # Sealed for its words, not its service: whom it belongs to is for the people named for that to say.
    unplaced = matter.sealed and not city.services[matter.service].sealed and matter.intent != "darurat"
    return Destination(COORDINATORS) if unplaced or _is_about_themselves(city, matter, to) else to


def address_of(city: City, agency: str, unit: str | None) -> str | None:
    """The e-mail address that a destination is written to; None where only coordinators look."""
    if unit and "@" in unit:
        return unit
    if agency == COORDINATORS:
        return None
    # A unit that the city has no more has left its cases to its agency.
    return city.agencies[agency].units.get(unit or "", city.agencies[agency].email)


def _is_about_themselves(city: City, matter: Matter, to: Destination) -> bool:
    """A complaint about an agency's own people is not for that agency to look into."""
    agency = city.agencies.get(to.agency)
    if agency is None or matter.intent == "apresiasi" or not city.services[matter.service].about_staff:
        return False
    story = matter.story.lower()
    return any(re.search(rf"\b{re.escape(name.lower())}\b", story) for name in (agency.name, *agency.known_as))


def _destination(to: str, own: Destination) -> Destination:
    if "@" in to:
        return Destination(own.agency, to)
    agency, _, unit = to.partition("/")
    return Destination(agency, unit or None)


def _matches(when: When, matter: Matter) -> bool:
    fields = (
        (when.intent, matter.intent),
        (when.service, matter.service),
        (when.kelurahan, matter.kelurahan),
        (when.city, matter.city),
        (when.channel, matter.channel),
    )
    return _in_hours(when.hours, matter.at) and all(wanted is None or value in wanted for wanted, value in fields)


def _in_hours(hours: tuple[time, time] | None, at: time) -> bool:
    if hours is None:
        return True
    opens, closes = hours
    return opens <= at < closes if opens < closes else at >= opens or at < closes
