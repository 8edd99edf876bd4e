"""A list of tickets as a table to take away, without anything that the page does not show."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from werkzeug.wrappers import Response

from bot.accounts.roles import READERS
from handlers.audit import looked
from handlers.console.queues.queues import people_of_the_desk, view_of, wanted_in
from handlers.console.queues.words import clipped
from handlers.console.room import blueprint, desk, phrases
from handlers.csv_export import csv_response
from handlers.edge import edge
from handlers.guards import seen_by
from handlers.i18n import N_, translated
from handlers.phrases import Phrases
from storage.queries import queues
from storage.queries.queue_conditions import Desk, Wanted
from storage.queries.queues import Colleague

HEADER = (
    N_("Nomor"), N_("Layanan"), N_("Ringkasan"), N_("Kelurahan"), N_("Instansi"), N_("Status"), N_("Tenggat"),
    N_("Waktu masuk"), N_("Saluran"), N_("Darurat"), N_("Prioritas"), N_("Dipegang"),
)  # fmt: skip
DAY_AND_HOUR = "%Y-%m-%d %H:%M"


@blueprint.get("/queue/<name>.csv")
@seen_by(*READERS)
def queue_csv(name: str) -> Response:
    """The whole list as a table, without anything that the page does not show."""
    view, here = view_of(name), edge()
    mine, say = desk(), phrases()
    with here.database.read() as session:
        wanted = queues.spelled(session, wanted_in(view, say))
        total = queues.how_many(session, wanted, mine)
        people = people_of_the_desk(session)
    looked(f"queue:{name}", rows=total, filters=sorted(view.filters.query))
    filename = f"{name}-{say.local_date(say.now):%Y-%m-%d}.csv"
    return csv_response(filename, [translated(one) for one in HEADER], _rows(wanted, mine, total, say, people))


def _rows(
    wanted: Wanted, mine: Desk, total: int, say: Phrases, people: Mapping[int, Colleague]
) -> Iterator[Sequence[object]]:
    with edge().database.read() as session:
        for row in queues.rows_of(session, wanted, mine, total):
            yield cells(row, say, people)


def cells(row: queues.Row, say: Phrases, people: Mapping[int, Colleague]) -> Sequence[object]:
    """A ticket's line in a table with the columns of ``HEADER``."""
    known = (row.number, _standing(row, say), _local(row.solve_by, say))
    number, standing, solve_by = known
    if not row.is_shown:
        return (number, translated(N_("Tersegel")), "", "", "", standing, solve_by, "", "", "", "", "")
    yes = translated(N_("ya"))
    holder = people.get(row.assigned_to or 0)
    return (
        number,
        say.service(row.service),
        clipped(row.story or ""),
        row.area,
        say.agency(row.agency),
        standing,
        solve_by,
        _local(row.created_at, say),
        say.channel(row.channel),
        yes if row.urgent else "",
        yes if row.priority else "",
        holder.called if holder else "",
    )


def _standing(row: queues.Row, say: Phrases) -> str:
    return say.outcome(row.outcome) if row.closed_at and row.outcome else say.status(row.status)


def _local(at: datetime, say: Phrases) -> str:
    return at.astimezone(say.city.zone).strftime(DAY_AND_HOUR)
