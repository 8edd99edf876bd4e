"""What the address bar says of the figures' pages: which period, and where from there one can go."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple
from urllib.parse import urlencode

from flask import render_template, request, url_for
from sqlalchemy.orm import Session

from bot.figures.period import Kind, Period
from handlers.console.figures import words
from handlers.console.figures.changes import Change
from handlers.console.figures.sheet import FIGURES, Sheets
from handlers.console.figures.window import A_DAY, Window, is_known, usual
from handlers.console.room import phrases
from handlers.edge import edge
from handlers.i18n import translated
from handlers.phrases import Phrases
from storage.queries.figures import comparing
from storage.queries.figures.reading import ALL

# What else of an address stays when only its period changes.
KEPT = ("sort", "city")
CHOICES = 60


@dataclass(frozen=True)
class View:
    """The window on the figures that a page shows. ``notice``: why it is not the one that was asked for."""

    window: Window
    counted_at: datetime
    notice: str = ""

    @property
    def period(self) -> Period:
        return self.window.period

    @property
    def days(self) -> str:
        """The days that are shown."""
        return words.days(self.window.first, self.window.last)

    @property
    def title(self) -> str:
        """How the period is called, with its name where that says more."""
        called, name = words.called(self.window), words.period_name(self.period)
        return name if called.endswith(name) else f"{called}, {name}"

    @property
    def compared(self) -> str:
        """What it is compared with; empty where there is nothing to compare with."""
        return words.compared_with(self.window) if self.window.is_comparable else ""

    def at(self, period: Period) -> str:
        """The same page about another period."""
        return _address({**dict(self.kept), "period": period.name})

    def with_(self, **values: str) -> str:
        """The same page with something else changed."""
        said = {**dict(self.kept), "period": self.period.name, **values}
        return _address({name: value for name, value in said.items() if value})

    def page(self, endpoint: str, **values: str) -> str:
        """Another page about the same period."""
        address: dict[str, Any] = {**values, "period": self.period.name}
        return url_for(endpoint, **address)

    @property
    def kinds(self) -> Iterator[tuple[str, str, bool]]:
        """Each length of a period: its name, the page, and whether it is shown."""
        for kind, name in words.KINDS.items():
            period = Period.around(kind, max(self.window.last, self.window.since))
            yield translated(name), self.at(period), kind is self.period.kind

    @property
    def before(self) -> Period | None:
        """The period before, if anything of it was counted."""
        return self._if_known(self.period.before)

    @property
    def after(self) -> Period | None:
        return self._if_known(self.period.after)

    @property
    def choices(self) -> list[tuple[str, str]]:
        """The latest periods of this kind to choose from: name in the address, name in words."""
        found = list[tuple[str, str]]()
        period = Period.around(self.period.kind, self.window.today)
        while period.last >= self.window.since and len(found) < CHOICES:
            found.append((period.name, words.period_name(period)))
            period = period.before
        mine = (self.period.name, words.period_name(self.period))
        return found if mine in found else [*found, mine]

    @property
    def kept(self) -> list[tuple[str, str]]:
        """For hidden fields of the form that chooses a period."""
        return [(name, request.args[name]) for name in KEPT if request.args.get(name)]

    def _if_known(self, period: Period) -> Period | None:
        return period if is_known(period, self.window.today, self.window.since) else None


class Told(NamedTuple):
    """One figure as a page shows it, with the address of the list behind it."""

    name: str
    said: str
    change: Change | None
    address: str
    hint: str
    cases: int


@dataclass(frozen=True)
class Leads:
    """The addresses of the lists behind the figures of one key."""

    base: str
    period: str
    dimension: str = ALL
    key: str = ""

    def to(self, figure: str) -> str:
        """The list behind a figure. Made by hand: a table has thousands of them."""
        of = {} if self.dimension == ALL else {"by": self.dimension, "key": words.key_in_address(self.key)}
        return f"{self.base}?{urlencode({'figure': figure, 'period': self.period, **of})}"

    def of(self, dimension: str, key: str) -> "Leads":
        """Of another key in the same period."""
        return Leads(self.base, self.period, dimension, key)

    def told(self, code: str, sheets: Sheets) -> Told:
        """A figure with its change and its list."""
        figure = FIGURES[code]
        value = figure.value(sheets.now)
        address = self.to(figure.code) if figure.code and value.cases else ""
        return Told(figure.name, value.said, figure.change(sheets), address, figure.hint, value.cases)


def leads(view: View, dimension: str = ALL, key: str = "") -> Leads:
    return Leads(url_for("console.behind"), view.period.name, dimension, key)


def looked_at(session: Session, say: Phrases) -> View | None:
    """The view of the present address; None where no day was counted yet."""
    counted = comparing.counted(session)
    if counted is None:
        return None
    # What stands still is shown as it was when it was counted last.
    today = min(say.local_date(say.now), counted.last + A_DAY)
    since = min(counted.first, today)
    period, notice = _asked(request.args.get("period", ""), today, since)
    return View(Window(period, today, since), counted.at, notice)


def page_in_view(page: Callable[[Session, Phrases, View], str]) -> str:
    """A page over the view of the present address; a kind sentence where no day was counted yet."""
    say = phrases()
    with edge().database.read() as session:
        view = looked_at(session, say)
        return page(session, say, view) if view else render_template("console/figures/nothing.html", say=say)


def _asked(name: str, today: date, since: date) -> tuple[Period, str]:
    shown = usual(Kind.WEEK, today, since)
    if not name:
        return shown, ""
    period = Period.named(name)
    if period is None:
        return shown, translated("Periode itu tidak dikenal; inilah pekan yang terakhir.")
    latest = usual(period.kind, today, since)
    if period.first > today:
        return latest, translated("Periode itu belum tiba; inilah yang terakhir.")
    if period.last < since:
        return latest, translated("Sebelum %(day)s belum ada yang dihitung; inilah yang terakhir.") % {
            "day": words.days(since, since)
        }
    return period, ""


def _address(query: dict[str, Any]) -> str:
    return url_for(request.endpoint or "console.overview", **(request.view_args or {}), **query)
