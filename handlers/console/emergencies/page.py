"""How fast emergencies of a period were dealt with, the slowest on top."""

from flask import render_template, request, url_for
from markupsafe import Markup
from sqlalchemy.orm import Session

from bot.accounts.roles import READERS
from handlers.charts import bars
from handlers.console import sight
from handlers.console.emergencies.period import Found, found_in
from handlers.console.emergencies.rows import paces, rows_of
from handlers.console.figures import trends, words
from handlers.console.looks import looked_at_list
from handlers.console.room import blueprint, phrases
from handlers.edge import edge
from handlers.guards import seen_by
from handlers.i18n import N_
from handlers.phrases import Phrases
from handlers.spoken import number
from storage.queries import emergencies as queries
from storage.queries.figures.reading import ALL

ON_A_PAGE, LONGEST_PAGE = 25, 4


@blueprint.get("/figures/emergencies")
@seen_by(*READERS)
def emergency_times() -> str:
    """The emergencies of the period in the address bar and their times."""
    looked_at_list("page:emergency_times")
    say = phrases()
    with edge().database.read() as session:
        found = found_in(session, say)
        return _page(session, say, found)


def _page(session: Session, say: Phrases, found: Found) -> str:
    pages = max(1, -(-len(found.times.all) // ON_A_PAGE))
    page = min(_page_number(), pages)
    some = found.times.all[(page - 1) * ON_A_PAGE : page * ON_A_PAGE]
    takers = queries.names(session, [one.row.taken_by for one in some if one.row.taken_by])
    return render_template(
        "console/emergencies/page.html",
        say=say,
        view=found.view,
        found=found,
        paces=paces(found.times, found.before),
        rows=list(rows_of(say, some, takers, sealed=sight.sees_sealed())),
        chart=_chart(session, found),
        page_number=page,
        pages=pages,
        number=number,
        dimensions=words.BY,
        csv=url_for(".emergency_times_csv", period=found.view.period.name),
    )


def _chart(session: Session, found: Found) -> Markup:
    """How many emergencies came in, in this period and those before."""
    trend = trends.trend(session, found.view.window, ALL, "")
    chart = trend.chart("emergencies", N_("Darurat yang masuk"), (N_("Darurat"), lambda counts: counts.urgent))
    return bars(chart)


def _page_number() -> int:
    page = request.args.get("page", "")
    return max(1, int(page)) if page.isascii() and page.isdecimal() and len(page) <= LONGEST_PAGE else 1
