"""How the figures of a key have moved, as charts: the last periods of the kind that the page is about."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup
from sqlalchemy.orm import Session

from bot.figures.period import DAY, Kind, Period
from handlers import spoken
from handlers.charts import Chart, Series, bars, line, stacked
from handlers.console.figures import words
from handlers.console.figures.amounts import FEW, percent
from handlers.console.figures.sheet import FIGURES
from handlers.console.figures.window import Window, months_and_days
from handlers.i18n import N_, translated
from storage.queries.figures import reading
from storage.queries.figures.reading import FLOWS, STOCK, Counts, Range

# How many periods are shown. A year is shown by its months.
STEPS = {Kind.WEEK: 12, Kind.MONTH: 12, Kind.QUARTER: 8}
Reader = Callable[[Counts], float | None]


@dataclass(frozen=True)
class Trend:
    """Each period with what was counted of it, the oldest first; None where no day of it was."""

    steps: Sequence[tuple[Period, Counts | None]]
    is_running: bool

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all was counted of the key."""
        return all(counts in (None, Counts()) for _, counts in self.steps)

    def chart(self, slug: str, title: str, *series: tuple[str, Reader], is_share: bool = False) -> Chart:
        """A chart of something that each step's counts say."""
        rows = [
            Series(translated(name), [None if counts is None else read(counts) for _, counts in self.steps])
            for name, read in series
        ]
        return Chart(
            slug=slug,
            title=translated(title),
            labels=[words.step_label(period) for period, _ in self.steps],
            names=[words.period_name(period) for period, _ in self.steps],
            series=rows,
            is_running=self.is_running,
            said=percent if is_share else spoken.number,
            top=1 if is_share else None,
        )


def trend(session: Session, window: Window, dimension: str, key: str) -> Trend:
    """The periods up to the one that is shown."""
    kind = Kind.MONTH if window.period.kind is Kind.YEAR else window.period.kind
    periods = [Period.around(kind, window.last)]
    while len(periods) < STEPS[kind]:
        periods.insert(0, periods[0].before)
    first = periods[0].first
    ranges = [Range(DAY, first, window.last)] if kind is Kind.WEEK else months_and_days(first, window.last)
    rows = [row for over in ranges for row in reading.trend(session, over, dimension, key)]
    by_period = {period: [one for one in rows if period.first <= one[0] <= period.last] for period in periods}
    steps = [(period, added(found) if found else _none(period, window)) for period, found in by_period.items()]
    return Trend(steps, is_running=periods[-1].last > window.last)


def added(rows: Iterable[tuple[date, Counts]]) -> Counts:
    """What was counted in all of it; what stood, as it stood at the end."""
    ordered = [counts for _, counts in sorted(rows, key=lambda row: row[0])]
    flows = {name: sum(getattr(one, name) for one in ordered) for name in FLOWS}
    return Counts(**flows, **{name: getattr(ordered[-1], name) for name in STOCK})


def charts(found: Trend, *, of_city: bool) -> list[Markup]:
    """What a page shows of it."""
    return [_inflow(found), _open(found), _on_time(found), _promised(found) if of_city else _closed(found)]


def _inflow(found: Trend) -> Markup:
    series = ((FIGURES["filed"].label, _of("filed")), (N_("Ditutup"), _of("closed")))
    return bars(found.chart("inflow", N_("Masuk dan ditutup"), *series))


def _open(found: Trend) -> Markup:
    series = ((FIGURES["open"].label, _of("open")), (FIGURES["overdue"].label, _of("overdue")))
    return line(found.chart("open", N_("Masih terbuka pada akhir periode"), *series))


def _on_time(found: Trend) -> Markup:
    return line(found.chart("on-time", N_("Tepat waktu"), (FIGURES["on_time"].label, _punctual), is_share=True))


def _promised(found: Trend) -> Markup:
    series = ((code, _of(code)) for code in ("claimed", "confirmed"))
    named = ((FIGURES[code].label, read) for code, read in series)
    return bars(found.chart("promised", N_("Dinyatakan selesai dan dipastikan warga"), *named))


def _closed(found: Trend) -> Markup:
    series = ((FIGURES[code].label, _of(code)) for code in ("confirmed", "silent", "unreachable"))
    return stacked(found.chart("closed", N_("Bagaimana laporan ditutup"), *series, (N_("Lainnya"), _otherwise)))


def _of(name: str) -> Reader:
    def read(counts: Counts) -> float | None:
        value: int = getattr(counts, name)
        return value

    return read


def _punctual(counts: Counts) -> float | None:
    """No share of a few: it would jump about."""
    return counts.on_time if counts.in_time + counts.late >= FEW else None


def _otherwise(counts: Counts) -> float:
    return counts.withdrawn + counts.rejected + counts.delivered + counts.duplicate


def _none(period: Period, window: Window) -> Counts | None:
    """A period that was counted, and in which this key did not occur."""
    return Counts() if period.first >= window.since else None
