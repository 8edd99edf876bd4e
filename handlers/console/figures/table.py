"""All keys of one dimension beside each other: a table that can be sorted, and taken away."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from flask import render_template, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from bot.accounts.roles import READERS
from bot.errors import NotFoundError
from handlers.charts import bar
from handlers.console.figures import words
from handlers.console.figures.parts import own_page
from handlers.console.figures.sheet import FIGURES, Sheet, Sheets
from handlers.console.figures.sorting import Row, Sorting
from handlers.console.figures.values import Count
from handlers.console.figures.view import Told, View, leads, looked_at
from handlers.console.room import blueprint, phrases
from handlers.csv_export import csv_response
from handlers.edge import edge
from handlers.guards import seen_by
from handlers.i18n import N_, translated
from handlers.phrases import Phrases
from storage.queries.figures import comparing
from storage.queries.figures.comparing import Pair, Spans
from storage.queries.figures.reading import AREA, FLOWS, STOCK, Counts

COLUMNS = (
    "filed", "open", "overdue", "open_month", "on_time", "late", "claimed", "confirmed", "silent", "unreachable",
    "reopened", "misrouted", "answered", "stars",
)  # fmt: skip
# What stands above a column, where the whole name would be too wide for it.
SHORT = {"open_month": N_("Lebih 30 hari"), "claimed": N_("Klaim selesai"), "stars": N_("Bintang")}
# Of kelurahan no times are kept.
WITHOUT_SPANS = {AREA: ("answered",)}
UNKNOWN_DIMENSION = "Pembagian itu tidak ada; pilih instansi, layanan, kelurahan, atau saluran."
SHOWN = 60
OUTSIDE = N_("Tanpa kelurahan yang dikenal")


class Group(NamedTuple):
    """Rows that belong together, with their sum; without a name the only one."""

    name: str
    rows: Sequence[Row]
    sheets: Sheets

    @classmethod
    def of(cls, name: str, rows: Sequence[Row]) -> "Group":
        now = total(row.sheets.now for row in rows)
        before = total(row.sheets.before for row in rows if row.sheets.before)
        return cls(name, rows, Sheets(now, before if rows[0].sheets.before else None))

    @property
    def filed(self) -> int:
        return self.sheets.now.counts.filed


@dataclass(frozen=True)
class Table:
    """One dimension in one period; ``city``: the part of the city of which all rows are wanted."""

    dimension: str
    rows: Sequence[Row]
    sorting: Sorting
    columns: Sequence[str]
    city: str = ""

    @cached_property
    def groups(self) -> list[Group]:
        """By part of the city, where there are such, that with most first; else all of them together."""
        found: dict[str, list[Row]] = {}
        for row in self.ordered:
            found.setdefault(row.group, []).append(row)
        return sorted((Group.of(name, rows) for name, rows in found.items()), key=lambda group: -group.filed)

    @cached_property
    def ordered(self) -> list[Row]:
        return self.sorting.apply(self.rows)

    @cached_property
    def inside(self) -> list[Row]:
        """All rows of the part of the city that was asked for, or of the whole."""
        return [row for row in self.ordered if not self.city or row.group == self.city]

    @property
    def shown(self) -> list[Row]:
        """No more than can be read; all of a part of the city, and all that are taken away."""
        return self.inside if self.city else self.inside[:SHOWN]

    @cached_property
    def most(self) -> int:
        return max((row.sheets.now.counts.filed for row in self.rows if row.key), default=0)

    def heading(self, code: str) -> str:
        return translated(SHORT[code]) if code in SHORT else FIGURES[code].name

    def bar(self, row: Row) -> str:
        return bar(row.sheets.now.counts.filed, self.most)


@blueprint.get("/figures/<dimension>")
@seen_by(*READERS)
def figures_by(dimension: str) -> str:
    """Every agency, service, kelurahan or channel in a period."""
    say = phrases()
    with edge().database.read() as session:
        view = _view(session, say, dimension)
        if view is None:
            return render_template("console/figures/nothing.html", say=say)
        table = table_of(session, say, view, dimension)

    def cells(row: Row) -> list[Told]:
        to = leads(view, dimension, row.key)
        return [to.told(code, row.sheets) for code in table.columns]

    def sums(group: Group) -> list[Told]:
        told = (leads(view).told(code, group.sheets) for code in table.columns)
        return [one._replace(address="") for one in told]

    return render_template(
        "console/figures/table.html",
        say=say,
        view=view,
        table=table,
        figures=FIGURES,
        cells=cells,
        sums=sums,
        own_page=lambda row: own_page(view, dimension, row.key),
        title=words.BY[dimension],
        dimensions=words.BY,
    )


@blueprint.get("/figures/<dimension>.csv")
@seen_by(*READERS)
def figures_csv(dimension: str) -> Response:
    """The same as a table to take away: numbers as they are, and those of the period before."""
    say = phrases()
    with edge().database.read() as session:
        view = _view(session, say, dimension)
        table = table_of(session, say, view, dimension) if view else None
    filename = f"{dimension}-{view.period.name}.csv" if view else f"{dimension}.csv"
    return csv_response(filename, _header(dimension, table), _lines(table))


def table_of(session: Session, say: Phrases, view: View, dimension: str) -> Table:
    """All that was counted of a dimension, sorted as the address says."""
    over, compared = view.window.stretches, view.window.is_comparable
    columns = [code for code in COLUMNS if code not in WITHOUT_SPANS.get(dimension, ())]
    found = comparing.counts(session, over, {dimension: None})[dimension]
    took: dict[str, dict[str, Spans]] = {}
    for (_, key, measure), spans in comparing.spans(session, over, {dimension: None}, ("answered",)).items():
        took.setdefault(key, {})[measure] = spans
    groups = _cities() if dimension == AREA else {}
    outside = translated(OUTSIDE) if groups else ""
    rows = [
        Row(key, words.key_name(say, dimension, key), groups.get(key, outside),
            Sheets.of(pair, took.get(key, {}), compared=compared))
        for key, pair in found.items() if _is_shown(pair)
    ]  # fmt: skip
    city = request.args.get("city", "")
    known = city if city in {row.group for row in rows} else ""
    return Table(dimension, rows, Sorting.of(request.args.get("sort", ""), columns), columns, known)


def total(sheets: Iterable[Sheet]) -> Sheet:
    """The counts of several keys together."""
    known = [sheet.counts for sheet in sheets]
    return Sheet(Counts(**{name: sum(getattr(one, name) for one in known) for name in (*FLOWS, *STOCK)}))


def _view(session: Session, say: Phrases, dimension: str) -> View | None:
    if dimension not in words.DIMENSIONS:
        raise NotFoundError(UNKNOWN_DIMENSION)
    return looked_at(session, say)


def _is_shown(pair: Pair) -> bool:
    """Whether there is anything to tell."""
    return any(one != Counts() for one in (pair.now, pair.before))


def _cities() -> Mapping[str, str]:
    """In which part of the city each kelurahan lies."""
    return {kelurahan: city for city, _, kelurahan in edge().rulebook.areas.rows}


def _header(dimension: str, table: Table | None) -> list[str]:
    columns = [FIGURES[code].name for code in table.columns] if table else []
    before = [translated("%(figure)s, sebelumnya") % {"figure": name} for name in columns]
    return [translated(words.DIMENSIONS[dimension]), translated(N_("Kode")), *columns, *before]


def _lines(table: Table | None) -> Iterator[Sequence[object]]:
    if table is None:
        return
    for row in table.inside:
        before = [_plain(code, row.sheets.before) for code in table.columns]
        yield (row.name, row.key, *(_plain(code, row.sheets.now) for code in table.columns), *before)


def _plain(code: str, sheet: Sheet | None) -> object:
    """A number as a spreadsheet can go on with it: shares of 1, spans in hours."""
    value = FIGURES[code].value(sheet) if sheet else None
    if value is None or value.sort is None:
        return ""
    if isinstance(value, Count):
        return value.number
    return round(value.sort / 3600 if code == "answered" else value.sort, 4)
