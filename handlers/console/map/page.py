"""The map's page: filters, the kelurahan with what is open there, and the ground that a script draws on."""

import json
from collections.abc import Iterable, Iterator

from flask import render_template, url_for

from bot.accounts.roles import READERS
from bot.map.areas import Area, by_area
from bot.map.pins import Box, extent
from handlers.console.figures.words import NO_KEY
from handlers.console.looks import looked_at_list
from handlers.console.map.filters import MapFilters
from handlers.console.map.sheet import Sheet, sheet
from handlers.console.queues.filters import AGES
from handlers.console.room import blueprint, phrases
from handlers.edge import edge
from handlers.guards import seen_by
from handlers.i18n import N_, translated
from handlers.phrases import Phrases
from handlers.spoken import number
from storage.queries.figures.reading import AREA

FIRST = 12


@blueprint.get("/map")
@seen_by(*READERS)
def map_page() -> str:
    """Where the open tickets are, under the filters of the address bar."""
    looked_at_list("page:map")
    say, settings = phrases(), edge().settings
    with edge().database.read() as session:
        found = sheet(session, say)
    now = say.now.timestamp()
    areas = by_area(found.pins, now)
    return render_template(
        "console/map.html",
        say=say,
        city=say.city,
        ages=AGES,
        found=found,
        areas=[area for area in areas if area.name],
        placeless=next((area for area in areas if not area.name), None),
        list_of=found.filters.list_of,
        placeless_list=url_for(".behind", figure="open", by=AREA, key=NO_KEY),
        first=FIRST,
        total=len(found.pins),
        pinned=sum(pin.is_placed for pin in found.pins),
        late=sum(pin.late_from < now for pin in found.pins),
        number=number,
        points=url_for(".map_points", **found.filters.query),
        bounds=_bounds(found),
        names=_names(by_area(found.all_pins, now) if found.filters.query else areas),
        map_tiles=settings.map_tiles,
        map_attribution=settings.map_attribution,
        chosen=list(_in_words(found.filters, say)),
    )


def _in_words(filters: MapFilters, say: Phrases) -> Iterator[str]:
    """What was chosen, for paper."""
    if filters.agency:
        yield say.agency(filters.agency)
    if filters.service:
        yield say.service(filters.service)
    if filters.age:
        yield translated(AGES[filters.age])
    if filters.overdue:
        yield translated(N_("Lewat tenggat saja"))
    if filters.urgent:
        yield translated(N_("Darurat saja"))


def _bounds(found: Sheet) -> str:
    """What the map shows first: what the filters let through, or else all that there is."""
    box: Box | None = extent(found.pins) or extent(found.all_pins)
    return json.dumps([round(degrees, 5) for degrees in box]) if box else ""


def _names(areas: Iterable[Area]) -> str:
    """The kelurahan for a ground without tiles, at the mean of their pins; the first have the most tickets."""
    return json.dumps([[area.name, *(round(at, 5) for at in area.at)] for area in areas if area.name and area.at])
