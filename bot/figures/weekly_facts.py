"""What a week's report is made of, read once: roll-ups of the week and of the one before, and what stands now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from bot.city.ladder import LEADERSHIP
from bot.figures.period import DAY, Period, start_of
from bot.figures.spans import ALARM, ANSWERED, CONFIRMED, Histogram
from bot.rulebook import Rulebook
from bot.status import WITH_AGENCY, Status
from bot.tickets.followups_plan import Kind
from storage.queries import digests, history_anchors
from storage.queries.digests import Held
from storage.queries.figures import comparing, reading, weekly
from storage.queries.figures.comparing import BEFORE, NONE, NOW, Pair, Spans, Spent, Stretches
from storage.queries.figures.reading import AGENCY, ALL, AREA, SERVICE, Counts, Range
from storage.queries.figures.weekly import Drawn, Emergency, Overdue, Praised, Sampled
from storage.queries.history_anchors import Digest

A_WEEK = timedelta(days=7)
LATE = (*WITH_AGENCY, Status.COORDINATION, Status.NEEDS_INFO, Status.RECEIVED)
STUCK = (*WITH_AGENCY, Status.COORDINATION, Status.NEEDS_INFO)
OVERDUE_SHOWN, EMERGENCIES_SHOWN = 30, 20
# Older thanks than these nobody calls about any more.
PRAISE_WEEKS, SAMPLE_WEEKS = 4, 4
MEASURES = (ANSWERED, CONFIRMED, ALARM)

ByKey = Mapping[str, Counts]
Medians = Mapping[str, timedelta | None]


@dataclass(frozen=True)
class Week:
    """One week's roll-ups, or so many days of it as were asked for."""

    counts: Counts
    agencies: ByKey
    services: ByKey
    areas: ByKey
    medians: Medians
    costs: Sequence[Spent]


@dataclass(frozen=True)
class Facts:
    """All that the report of ``first`` to ``last`` tells; ``before``: the same weekdays a week earlier."""

    first: date
    last: date
    now: datetime
    this: Week
    before: Week
    by_day: Sequence[tuple[date, int]]
    overdue: Sequence[Overdue]
    overdue_total: int
    emergencies: Sequence[Emergency]
    praise: Sequence[Praised]
    praise_before: int
    draws: Sequence[Drawn]
    samples: Sequence[Sampled]
    stuck: Sequence[Held]
    anchor: Digest | None  # whoever keeps the letter holds it, outside of this system (docs/integrity.md)

    @property
    def is_whole(self) -> bool:
        """Whether the week is over; else this is how it stands so far."""
        return (self.last - self.first).days == A_WEEK.days - 1


def read(session: Session, rulebook: Rulebook, week: Period, last: date, now: datetime) -> Facts:
    """The facts of ``week`` up to its day ``last``, as they are known at ``now``."""
    zone = rulebook.city.zone
    over = Range(DAY, week.first, last)
    start, end = start_of(week.first, zone), start_of(last + timedelta(days=1), zone)
    known = frozenset(name for _, _, name in rulebook.areas.rows)
    total, longest = weekly.overdue(session, LATE, now, OVERDUE_SHOWN)
    urgent = weekly.emergencies(session, start, end, EMERGENCIES_SHOWN)
    drawn = weekly.draws(session, SAMPLE_WEEKS)
    praise, older = weekly.praise_waiting(session, start - (PRAISE_WEEKS - 1) * A_WEEK, start, end)
    this, before = _weeks(session, over, known)
    return Facts(
        first=week.first,
        last=last,
        now=now,
        this=this,
        before=before,
        by_day=[(day, counts.filed) for day, counts in reading.trend(session, over, ALL, "")],
        overdue=[case._replace(area=_one_of(known, case.area)) for case in longest],
        overdue_total=total,
        emergencies=[case._replace(area=_one_of(known, case.area)) for case in urgent],
        praise=praise,
        praise_before=older,
        draws=drawn,
        samples=weekly.samples(session, [draw.week for draw in drawn]),
        stuck=digests.listed(session, weekly.listed_until(session, LEADERSHIP), Kind.LEADERSHIP_LIST, STUCK),
        anchor=history_anchors.newest_digest(session),
    )


def _one_of(known: frozenset[str], area: str | None) -> str | None:
    """A kelurahan of the city; what else somebody may have written there is not for a letter."""
    return area if area in known else None


def _weeks(session: Session, over: Range, known: frozenset[str]) -> tuple[Week, Week]:
    """That week and the one before, each roll-up read once for both."""
    both = Stretches([over], [over._replace(first=over.first - A_WEEK, last=over.last - A_WEEK)])
    counts = comparing.counts(session, both, {ALL: "", AGENCY: None, SERVICE: None, AREA: None})
    took = comparing.spans(session, both, {ALL: ""}, MEASURES)
    spent = comparing.costs(session, both, ALL)
    return _week("now", NOW, counts, took, spent, known), _week("before", BEFORE, counts, took, spent, known)


def _week(
    side: str,
    which: int,
    counts: Mapping[str, Mapping[str, Pair]],
    took: Mapping[tuple[str, str, str], Spans],
    spent: Sequence[Spent],
    known: frozenset[str],
) -> Week:
    def of(dimension: str) -> ByKey:
        """What was counted at all in this week: nothing is told of what was not."""
        found = {key: getattr(pair, side) for key, pair in counts[dimension].items()}
        return {key: one for key, one in found.items() if one is not NONE}

    def median(measure: str) -> timedelta | None:
        return Histogram(getattr(took.get((ALL, "", measure), Spans()), side)).quantile(0.5)

    return Week(
        counts=of(ALL).get("", NONE),
        agencies=of(AGENCY),
        services=of(SERVICE),
        areas={area: one for area, one in of(AREA).items() if area in known},
        medians={measure: median(measure) for measure in MEASURES},
        costs=[one for one in spent if one.which == which],
    )
