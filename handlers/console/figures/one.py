"""One agency, service, kelurahan or channel: its figures, how they moved, and the city beside them."""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from flask import render_template
from sqlalchemy.orm import Session

from bot.accounts.roles import READERS
from bot.errors import NotFoundError
from bot.messages import CHANNELS
from handlers.console.figures import trends, words
from handlers.console.figures.changes import MORE
from handlers.console.figures.parts import Row, Tile, rows, sheets_of, tiles
from handlers.console.figures.sheet import FIGURES, Sheets
from handlers.console.figures.table import UNKNOWN_DIMENSION
from handlers.console.figures.values import Share
from handlers.console.figures.view import View, leads, page_in_view
from handlers.console.room import blueprint
from handlers.edge import edge
from handlers.guards import seen_by
from handlers.i18n import translated
from handlers.phrases import Phrases
from storage.queries.figures import comparing
from storage.queries.figures.comparing import Pair
from storage.queries.figures.reading import AGENCY, AGENCY_SERVICE, ALL, AREA, CHANNEL, SERVICE

UNKNOWN_KEY = "Tidak ada angka tentang itu; pilih dari daftar."
TILES = (
    Tile(("filed",), ("urgent",)),
    Tile(("open",), ("age", "overdue", "open_month")),
    Tile(("on_time",), ("in_time", "late")),
    Tile(("claimed", "confirmed"), ("assent",)),
    Tile(("silent", "unreachable")),
    Tile(("reopened", "misrouted")),
    Tile(("stars",), ("rated",)),
)
TIMES = (Tile(("answered", "solved"), ("answered_most", "solved_most")),)
COSTS = (Tile(("cost",), ("messages_each", "messages")),)
# What says the same of a large and of a small one.
BESIDE = ("on_time", "assent", "misrouted_share", "answered", "solved", "stars", "age")
PARTS = ("filed", "open", "overdue", "on_time", "late", "confirmed", "reopened")
# What an agency is told apart by, and a service.
OTHER = {AGENCY: SERVICE, SERVICE: AGENCY}


class Beside(NamedTuple):
    """One figure here and in the whole city, and in words how far the first is from the second."""

    name: str
    here: str
    city: str
    difference: str = ""
    look: str = ""


@blueprint.get("/figures/<dimension>/<path:key>")
@seen_by(*READERS)
def figures_of(dimension: str, key: str) -> str:
    """All figures of one key of a dimension."""
    if dimension not in words.DIMENSIONS:
        raise NotFoundError(UNKNOWN_DIMENSION)
    code = words.key_of_address(key)
    return page_in_view(lambda session, say, view: _page(session, say, view, dimension, code))


def _page(session: Session, say: Phrases, view: View, dimension: str, key: str) -> str:
    wanted = {ALL: "", dimension: key, **({AGENCY_SERVICE: None} if dimension in OTHER else {})}
    found = comparing.counts(session, view.window.stretches, wanted)
    trend = trends.trend(session, view.window, dimension, key)
    if key not in found[dimension] and not _is_known(say, dimension, key) and trend.is_empty:
        raise NotFoundError(UNKNOWN_KEY)
    here = sheets_of(session, view, dimension, key, found[dimension].get(key, Pair()))
    city = sheets_of(session, view, ALL, "", found[ALL].get("", Pair()))
    return render_template(
        "console/figures/one.html",
        say=say,
        view=view,
        name=words.key_name(say, dimension, key),
        dimension=dimension,
        dimensions=words.BY,
        tiles=tiles(_tiles(dimension), here, leads(view, dimension, key)),
        beside=list(_beside(here, city, _codes(dimension))),
        charts=trends.charts(trend, of_city=False),
        inner=_inner(say, view, dimension, key, found),
        inner_name=words.DIMENSIONS.get(OTHER.get(dimension, ""), ""),
    )


def _tiles(dimension: str) -> Sequence[Tile]:
    times = () if dimension == AREA else TIMES
    return (*TILES, *times, *COSTS)


def _codes(dimension: str) -> list[str]:
    return [code for code in BESIDE if dimension != AREA or code not in ("answered", "solved")]


def _beside(here: Sheets, city: Sheets, codes: Sequence[str]) -> list[Beside]:
    """Its share of all, and what can be compared of a small and a large one."""
    share = Share(here.now.counts.filed, city.now.counts.filed)
    filed = FIGURES["filed"]
    of_all = translated("%(share)s dari seluruh kota") % {"share": share.said}
    first = Beside(filed.name, filed.value(here.now).said, filed.value(city.now).said, of_all)
    return [first, *(_one_beside(code, here, city) for code in codes)]


def _one_beside(code: str, here: Sheets, city: Sheets) -> Beside:
    figure = FIGURES[code]
    mine, all_ = figure.value(here.now), figure.value(city.now)
    change = mine.since(all_, figure.better)
    if change is None or not change.much:
        return Beside(figure.name, mine.said, all_.said)
    above = translated("%(much)s di atas kota, lebih baik"), translated("%(much)s di atas kota, kurang baik")
    below = translated("%(much)s di bawah kota, lebih baik"), translated("%(much)s di bawah kota, kurang baik")
    better, worse = above if change.arrow == MORE else below
    said = better if change.good > 0 else worse
    return Beside(figure.name, mine.said, all_.said, said % {"much": change.much}, change.look)


def _inner(
    say: Phrases, view: View, dimension: str, key: str, found: Mapping[str, Mapping[str, Pair]]
) -> list[Row]:
    """The services of an agency, or the agencies of a service, those with most first."""
    if dimension not in OTHER:
        return []
    pairs = {
        service if dimension == AGENCY else agency: pair
        for both, pair in found[AGENCY_SERVICE].items()
        for agency, _, service in [both.rpartition("/")]
        if key == (agency if dimension == AGENCY else service)
    }
    keys = sorted(pairs, key=lambda one: (-pairs[one].now.filed, one))
    return rows(say, view, OTHER[dimension], keys, pairs, PARTS)


def _is_known(say: Phrases, dimension: str, key: str) -> bool:
    """Whether there is such a thing, though nothing may ever have been counted of it."""
    city = say.city
    if dimension == AREA:
        return key in {name for _, _, name in edge().rulebook.areas.rows}
    known: Mapping[str, Collection[str]] = {AGENCY: city.agencies, SERVICE: city.services, CHANNEL: CHANNELS}
    return key in known[dimension]
