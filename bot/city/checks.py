"""What in a city's configuration does not fit together: one sentence a mistake, each with its place."""

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

from bot.city import agency as city_agency
from bot.city import costs, incident_policy, ladder, open311_policy, retention_policy
from bot.messages import CHANNELS

if TYPE_CHECKING:
    from bot.city.city import City, Rule, When

COORDINATORS = "coordinators"
FILED_INTENTS = ("lapor", "saran", "apresiasi", "darurat")  # what becomes a ticket, and so is routed
YEARS_AROUND = 3
SATURDAY = 5


def inconsistencies(city: "City") -> Iterator[str]:
    for code, service in city.services.items():
        if service.agency not in city.agencies:
            yield f"services.{code}.agency: there is no agency '{service.agency}'; add it or name another."
        for language in city.languages if service.question else ():
            if service.question and language not in service.question.text:
                yield f"services.{code}.question.text: it has no text in '{language}'; write it."
    if "lainnya" not in city.services:
        yield "services: 'lainnya' is missing; it takes what fits nowhere else."
    for number, rule in enumerate(city.routing):
        yield from (f"routing.{number}: {problem}" for problem in _rule_problems(city, rule))
    yield from _unreachable(city.routing)
    yield from city_agency.mistakes(city.agencies, city.templates)
    yield from costs.mistakes(city.costs)
    yield from ladder.mistakes(city.ladder, "ladder")
    yield from ladder.mistakes(city.urgent.ladder, "urgent.ladder")
    yield from _days(city)
    yield from _explanations(city)
    yield from incident_policy.mistakes(city.incidents, city.services)
    yield from open311_policy.mistakes(city)
    yield from retention_policy.mistakes(city)
    for channel in city.channels.keys() - CHANNELS.keys():
        yield f"channels.{channel}: there is no such channel; write one of {', '.join(CHANNELS)}."


def _days(city: "City") -> Iterator[str]:
    """Days in the calendar that cannot be meant."""
    calendar, this_year = city.calendar, date.today().year  # noqa: DTZ011 - only whether a year is far off
    for day in sorted(calendar.extra_holidays & calendar.working_anyway):
        yield f"calendar.working_anyway: {day} is an extra holiday as well; leave it in one of the two."
    for name in ("extra_holidays", "working_anyway"):
        for day in sorted(getattr(calendar, name)):
            if abs(day.year - this_year) > YEARS_AROUND:
                yield f"calendar.{name}: {day} is more than {YEARS_AROUND} years off; mend its year."
    for day in sorted(calendar.extra_holidays):
        if day.weekday() >= SATURDAY:
            yield f"calendar.extra_holidays: {day} is a {day:%A}, which is free anyway; mend it or drop it."


def _explanations(city: "City") -> Iterator[str]:
    for code, service in city.services.items():
        if service.deadlines.explain and not city.takes_longer(code):
            yield (
                f"services.{code}.deadlines.explain: its time to solve is no longer than the city's, "
                "so there is nothing to explain; drop it."
            )


def _rule_problems(city: "City", rule: "Rule") -> Iterator[str]:
    agency, _, unit = rule.to.partition("/")
    known = city.agencies.get(agency)
    if known is None and rule.to != COORDINATORS and "@" not in rule.to:
        yield f"to: there is no agency '{agency}'; add it or name another."
    elif known and unit and unit not in known.units:
        yield f"to: {agency} has no unit '{unit}'; add it under its units."
    for service in rule.when.service or []:
        if service not in city.services:
            yield f"when.service: there is no service '{service}'; add it or name another."
    for name, known_names in (("intent", FILED_INTENTS), ("channel", CHANNELS)):
        for value in set(getattr(rule.when, name) or ()) - set(known_names):
            yield f"when.{name}: there is no {name} '{value}'; use {', '.join(known_names)}."


def _unreachable(rules: list["Rule"]) -> Iterator[str]:
    for number, rule in enumerate(rules):
        for earlier_number, earlier in enumerate(rules[:number]):
            if _covers(earlier.when, rule.when):
                yield (
                    f"routing.{number}: this rule is never reached because routing.{earlier_number} "
                    "already takes all it would match; put it before, or drop it."
                )
                break


def _covers(wider: "When", narrower: "When") -> bool:
    def field_covers(name: str) -> bool:
        wide, narrow = getattr(wider, name), getattr(narrower, name)
        return wide is None or (narrow is not None and set(narrow) <= set(wide))

    hours_cover = wider.hours is None or wider.hours == narrower.hours
    return hours_cover and all(map(field_covers, ("intent", "service", "kelurahan", "city", "channel", "names")))
