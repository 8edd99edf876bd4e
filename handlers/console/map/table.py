"""The kelurahan with what is open there, as a table to take away."""

from collections.abc import Iterator, Sequence

from werkzeug.wrappers import Response

from bot.accounts.roles import READERS
from bot.map.areas import Area, by_area
from handlers.audit import looked
from handlers.console.map.sheet import sheet
from handlers.console.room import blueprint, phrases
from handlers.csv_export import csv_response
from handlers.edge import edge
from handlers.guards import seen_by
from handlers.i18n import N_, translated

HEADER = (N_("Kelurahan"), N_("Terbuka"), N_("Lewat tenggat"), N_("Tanpa pin"))


@blueprint.get("/map.csv")
@seen_by(*READERS)
def map_csv() -> Response:
    """All of them under the filters of the address."""
    say = phrases()
    with edge().database.read() as session:
        areas = by_area(sheet(session, say).pins, say.now.timestamp())
    looked("page:map", rows=len(areas))
    return csv_response("peta.csv", [translated(name) for name in HEADER], _rows(areas))


def _rows(areas: Sequence[Area]) -> Iterator[Sequence[object]]:
    for area in areas:
        yield area.name, area.open, area.late, area.unpinned
