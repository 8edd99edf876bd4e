"""Who stands out in a week: agencies by what they did in time, services and kelurahan that grew. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from bot.city.city import COORDINATORS, City
from bot.figures.said import Said
from bot.figures.weekly_facts import Facts
from storage.queries.figures.reading import Counts

# With fewer decided deadlines a share says more about chance than about an agency.
FEWEST_CASES = 10
RANKED, GROWN = 5, 5
# What grows by less, or is less, is no trend.
LEAST_GROWTH, LEAST_REPORTS = 3, 5


@dataclass(frozen=True)
class Ranked:
    """An agency's week: of its last deadlines that were decided, how many were met. ``bar``: 0 to 100."""

    name: str
    cases: str
    on_time: str
    before: str
    bar: int
    reopened: str
    overdue: str


@dataclass(frozen=True)
class Ranking:
    """The best and the worst, or all of them under ``few`` where they are too few to be told apart."""

    best: Sequence[Ranked] = ()
    worst: Sequence[Ranked] = ()
    few: Sequence[Ranked] = ()
    left_out: int = 0


@dataclass(frozen=True)
class Grown:
    """What had more reports than the week before."""

    name: str
    now: str
    before: str
    more: str


def ranking(facts: Facts, city: City, said: Said) -> Ranking:
    """Agencies by how much they did in time, of those with enough cases to say so."""
    known = {code: one for code, one in facts.this.agencies.items() if code in city.agencies and _is_agency(code)}
    judged = {code: one for code, one in known.items() if one.in_time + one.late >= FEWEST_CASES}
    ordered = sorted(judged, key=lambda code: (-(judged[code].on_time or 0), -_cases(judged[code]), code))
    told = [_ranked(code, facts, city, said) for code in ordered]
    left_out = sum(bool(_cases(one)) for one in known.values()) - len(judged)
    if len(told) <= RANKED:
        return Ranking(few=told, left_out=left_out)
    half = min(RANKED, len(told) // 2)
    return Ranking(told[:half], told[::-1][:half], left_out=left_out)


def grown_services(facts: Facts, city: City, said: Said) -> list[Grown]:
    """Kinds of matters that were reported more; sealed ones are nobody's trend."""
    open_ones = {code: service.name for code, service in city.services.items() if not service.sealed}
    return _grown(facts.this.services, facts.before.services, open_ones.get, said)


def grown_areas(facts: Facts, said: Said) -> list[Grown]:
    """Kelurahan from which more came."""
    return _grown(facts.this.areas, facts.before.areas, str, said)


def _ranked(code: str, facts: Facts, city: City, said: Said) -> Ranked:
    one, then = facts.this.agencies[code], facts.before.agencies.get(code, Counts())
    return Ranked(
        name=city.agency_name(code),
        cases=said.number(_cases(one)),
        on_time=said.percent(one.on_time),
        before=said.percent(then.on_time),
        bar=round((one.on_time or 0) * 100),
        reopened=said.number(one.reopened),
        overdue=said.number(one.overdue),
    )


def _grown(
    this: Mapping[str, Counts], before: Mapping[str, Counts], name: Callable[[str], str | None], said: Said
) -> list[Grown]:
    more = {key: one.filed - before.get(key, Counts()).filed for key, one in this.items() if name(key)}
    enough = [k for k, n in more.items() if n >= LEAST_GROWTH and this[k].filed >= LEAST_REPORTS]
    return [
        Grown(
            name(key) or "",
            said.number(this[key].filed),
            said.number(before.get(key, Counts()).filed),
            said.signed(more[key]),
        )
        for key in sorted(enough, key=lambda key: (-more[key], key))[:GROWN]
    ]


def _cases(counts: Counts) -> int:
    return counts.in_time + counts.late


def _is_agency(code: str) -> bool:
    return code != COORDINATORS
