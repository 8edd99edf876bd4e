"""The list of weeks that were reported."""

from werkzeug.wrappers import Response

from bot.accounts.roles import READERS
from bot.figures.period import Period
from handlers.console.room import blueprint
from handlers.console.tables.table import MOST, local_moment, table
from handlers.edge import edge
from handlers.guards import seen_by
from handlers.i18n import N_
from storage.queries.figures import weekly

REPORTS = (N_("Minggu"), N_("Dari tanggal"), N_("Sampai tanggal"), N_("Disusun"))


@blueprint.get("/reports.csv")
@seen_by(*READERS)
def reports_csv() -> Response:
    """All weeks that have a report, the latest first."""
    with edge().database.read() as session:
        found = weekly.reports(session, MOST)
    weeks = ((Period.named(name), name, at) for name, at in found)
    rows = ((name, week.first, week.last, local_moment(at)) for week, name, at in weeks if week)
    return table("reports", REPORTS, rows)
