"""What the year came to, in numbers."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from statistics import median
from typing import Any

from benchmarks.year.calendar import JAKARTA
from benchmarks.year.ledger import Matter
from benchmarks.year.seen import Seen

HOUR = 3600
FEWEST = 5  # an agency with fewer tickets has no median worth showing


@dataclass(frozen=True)
class Spread:
    """Hours: half of the cases took at most ``median``, nine in ten at most ``p90``."""

    count: int
    median: float
    p90: float


@dataclass(frozen=True)
class Run:
    """What was asked for, and how long it took. ``workers``: into so many parts the city was divided."""

    profile: str
    scale: float
    seed: int
    workers: int
    database: str
    run_s: float
    weekly_limit: int | None
    left_out: tuple[str, ...]


@dataclass(frozen=True)
class Figures(Run):
    """Everything that the report shows; counts, shares and hours."""

    tickets: int
    citizens: int
    by_day: dict[str, int]
    by_month: dict[int, int]
    by_hour: dict[int, int]
    by_service: dict[str, int]
    by_agency: dict[str, int]
    outcomes: dict[str, int]
    first_answer: dict[str, Spread]
    closing: dict[str, Spread]
    punctual: dict[str, dict[str, int]]
    wordings: dict[str, int]
    mails: dict[str, int]
    messages_a_ticket: dict[int, int]
    unasked_by_hour: dict[int, int]
    per_week: dict[int, int]
    reopenings: dict[int, int]
    steps: dict[str, int]
    handovers: dict[str, int]
    largest_incident: int
    incidents: int
    late_deliveries: int
    refused: int
    checked: dict[str, int]

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    def without_time(self) -> dict[str, Any]:
        """What is the same whenever a run is repeated with its seed."""
        return {name: value for name, value in self.as_json().items() if name not in ("run_s", "database")}


def figures_of(seen: Seen, run: Run) -> Figures:
    """Count it all."""
    matters, tally = seen.matters, seen.tally
    reports = [matter for matter in matters if matter.kind in ("lapor", "darurat")]
    return Figures(
        **asdict(run),
        tickets=len(matters),
        citizens=seen.citizens,
        by_day=_counted(_day(matter) for matter in matters),
        by_month=dict(sorted(tally.by_month.items())),
        by_hour=dict(sorted(tally.by_hour.items())),
        by_service=_counted(matter.service for matter in matters),
        by_agency=_counted(matter.agency for matter in matters),
        outcomes=_counted(_outcome(matter) for matter in matters),
        first_answer=_spreads(reports, lambda m: m.answered_at),
        closing=_spreads(reports, lambda m: m.first_closed_at),
        punctual=_punctual(reports, seen.until),
        wordings=dict(tally.wordings.most_common()),
        mails=dict(tally.mails.most_common()),
        messages_a_ticket=dict(sorted(Counter(matter.messages for matter in matters).items())),
        unasked_by_hour=dict(sorted(tally.unasked_by_hour.items())),
        per_week=dict(sorted(seen.per_week.items())),
        reopenings=dict(sorted(Counter(matter.reopened for matter in matters).items())),
        steps=dict(seen.steps.most_common()),
        handovers=dict(tally.handovers.most_common()),
        incidents=sum(size > 1 for size in seen.incidents),
        largest_incident=max(seen.incidents, default=0),
        late_deliveries=tally.late,
        refused=seen.refused,
        checked={rule: seen.checked[rule] for rule in sorted(seen.checked)},
    )


def _outcome(matter: Matter) -> str:
    return "open" if matter.is_open else (matter.outcome or matter.status)


def _counted(values: Iterable[str]) -> dict[str, int]:
    return dict(Counter(values).most_common())


def _day(matter: Matter) -> str:
    return matter.created_at.astimezone(JAKARTA).date().isoformat()


def _spreads(matters: Iterable[Matter], end: Callable[[Matter], datetime | None]) -> dict[str, Spread]:
    """By agency, of those that came to that end."""
    hours: dict[str, list[float]] = {}
    for matter in matters:
        if (at := end(matter)) is not None:
            hours.setdefault(matter.agency, []).append((at - matter.created_at).total_seconds() / HOUR)
    return {agency: spread(found) for agency, found in sorted(hours.items()) if len(found) >= FEWEST}


def spread(hours: Sequence[float]) -> Spread:
    """Median and ninth decile (the nearest rank)."""
    ranked = sorted(hours)
    return Spread(len(ranked), median(ranked), ranked[min(len(ranked) - 1, int(0.9 * len(ranked)))])


def _punctual(matters: Iterable[Matter], now: datetime) -> dict[str, dict[str, int]]:
    found: dict[str, Counter[str]] = {}
    for matter in matters:
        if matter.misrouted:
            found.setdefault(matter.first_agency, Counter())["misrouted"] += 1
        if (late := _is_late(matter, now)) is not None:
            found.setdefault(matter.agency, Counter())["late" if late else "on time"] += 1
    return {agency: dict(counts) for agency, counts in sorted(found.items(), key=lambda item: -item[1].total())}


def _is_late(matter: Matter, now: datetime) -> bool | None:
    """Whether the agency's first claim came after the deadline; None while there is time for it."""
    if matter.late is not None:
        return matter.late
    if not matter.is_open:
        return None
    return True if matter.solve_by < now else None
