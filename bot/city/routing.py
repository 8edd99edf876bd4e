"""Which agency a ticket goes to: the city's ordered rules, the first that matches, else the service's own."""

import re
from dataclasses import dataclass, field, replace
from datetime import time

from bot.city.agency import Agency
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
    own = Destination(_thanked(city, matter) or city.services[matter.service].agency)
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


def _thanked(city: City, matter: Matter) -> str | None:
    """The agency that praise names, where it names one; nobody is thanked by way of those who look into wrongs."""
    if matter.intent != "apresiasi":
        return None
    look_into_wrongs = {each.agency for each in city.services.values() if each.sealed or each.about_staff}
    ordinary = [code for code in city.agencies if code not in look_into_wrongs]
    named = [code for code in ordinary if _names(city.agencies[code], matter.story)]
    return named[0] if len(named) == 1 else None


def _names(agency: Agency, story: str) -> bool:
    return any(_is_in(name, story) for name in (agency.name, *agency.known_as))


def _is_in(name: str, story: str) -> bool:
    return re.search(rf"\b{re.escape(name.lower())}\b", story.lower()) is not None


def _is_about_themselves(city: City, matter: Matter, to: Destination) -> bool:
    """A complaint about an agency's own people is not for that agency to look into."""
    agency = city.agencies.get(to.agency)
    if agency is None or matter.intent == "apresiasi" or not city.services[matter.service].about_staff:
        return False
    return _names(agency, matter.story)


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
    named = when.names is None or any(_is_in(name, matter.story) for name in when.names)
    fits = all(wanted is None or value in wanted for wanted, value in fields)
    return fits and named and _in_hours(when.hours, matter.at)


def _in_hours(hours: tuple[time, time] | None, at: time) -> bool:
    if hours is None:
        return True
    opens, closes = hours
    return opens <= at < closes if opens < closes else at >= opens or at < closes
