"""The picture of the whole city on one page, for somebody who has two minutes."""

from datetime import date

from flask import render_template
from sqlalchemy.orm import Session

from bot.accounts.roles import READERS
from bot.figures.period import DAY
from handlers import spoken
from handlers.console.figures import ranking, trends, words
from handlers.console.figures.headline import headline
from handlers.console.figures.parts import Tile, rows, sheets_of, tiles
from handlers.console.figures.view import View, leads, page_in_view
from handlers.console.room import blueprint
from handlers.guards import seen_by
from handlers.phrases import Phrases
from storage.queries.figures import comparing, reading
from storage.queries.figures.comparing import Pair
from storage.queries.figures.reading import AGENCY, ALL, AREA, SERVICE, Counts, Range

PUNCTUALITY = ("on_time", "late", "overdue")
TILES = (
    Tile(("filed",), ("urgent",)),
    Tile(("open",), ("age", "overdue", "open_month")),
    Tile(("on_time",), ("in_time", "late")),
    Tile(("claimed", "confirmed"), ("assent",)),
    Tile(("silent", "unreachable")),
    Tile(("reopened", "misrouted")),
    Tile(("answered", "solved"), ("answered_most", "solved_most")),
    Tile(("stars",), ("rated",)),
    Tile(("cost",), ("messages_each", "messages")),
)


@blueprint.get("/figures")
@seen_by(*READERS)
def overview() -> str:
    """The picture of a period."""
    return page_in_view(_page)


def _page(session: Session, say: Phrases, view: View) -> str:
    over, to = view.window.stretches, leads(view)
    found = comparing.counts(session, over, {ALL: "", AGENCY: None, SERVICE: None, AREA: None})
    city = found[ALL].get("", Pair())
    sheets = sheets_of(session, view, ALL, "", city)
    ranks = ranking.by_punctuality(found[AGENCY])
    return render_template(
        "console/figures/overview.html",
        say=say,
        view=view,
        headline=headline(say, view.window, city, found[AGENCY]),
        today=_today(session, say.local_date(say.now)),
        tiles=tiles(TILES, sheets, to),
        charts=trends.charts(trends.trend(session, view.window, ALL, ""), of_city=True),
        best=rows(say, view, AGENCY, ranks.best, found[AGENCY], PUNCTUALITY),
        worst=rows(say, view, AGENCY, ranks.worst, found[AGENCY], PUNCTUALITY),
        services=rows(say, view, SERVICE, ranking.most(found[SERVICE]), found[SERVICE], ("filed",)),
        areas=rows(say, view, AREA, ranking.most(found[AREA]), found[AREA], ("filed",)),
        dimensions=words.BY,
        number=spoken.number,
    )


def _today(session: Session, today: date) -> Counts | None:
    """What came of the present day so far."""
    found = reading.trend(session, Range(DAY, today, today), ALL, "")
    return found[0][1] if found else None
