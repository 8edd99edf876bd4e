"""What the model did in a period: how much it decided alone, and what it got wrong."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

from flask import render_template, url_for
from markupsafe import Markup
from sqlalchemy.orm import Session

from bot.accounts.roles import READERS
from bot.figures.model_answers import Judged
from handlers.charts import line, stacked
from handlers.console.figures import trends, words
from handlers.console.figures.amounts import FEW, percent
from handlers.console.figures.trends import Trend
from handlers.console.figures.view import View, page_in_view
from handlers.console.model import judged as judgement
from handlers.console.model.counted import FIGURES, WRONG, by_service, read, tiles
from handlers.console.model.sample import EACH, sample
from handlers.console.room import blueprint
from handlers.guards import seen_by
from handlers.i18n import N_
from handlers.phrases import Phrases
from handlers.spoken import number
from storage.queries import model_answers as queries
from storage.queries.figures import comparing
from storage.queries.figures.comparing import Pair
from storage.queries.figures.reading import ALL, SERVICE, Counts

# So many decisions of people are looked at; of more than that the newest.
MOST = 5_000
FIRST = 12
SCALES = (0.1, 0.25, 0.5, 1, math.inf)


@dataclass(frozen=True)
class Found:
    """What people decided in the period of the view; ``is_cut``: there was more."""

    judged: Judged

    @property
    def is_cut(self) -> bool:
        return len(self.judged.all) == MOST


@blueprint.get("/figures/model")
@seen_by(*READERS)
def model_page() -> str:
    """The model's work in the period of the address bar."""
    return page_in_view(_page)


def decided(session: Session, say: Phrases, view: View) -> Found:
    """What people decided within the period."""
    start, end = view.window.bounds(say.city.zone)
    return Found(Judged(queries.decisions(session, start, end, MOST)))


def _page(session: Session, say: Phrases, view: View) -> str:
    counts = comparing.counts(session, view.window.stretches, {ALL: "", SERVICE: None})
    trend = trends.trend(session, view.window, ALL, "")
    found, seen = decided(session, say, view), sample(session, say, trend)
    return render_template(
        "console/model/page.html",
        say=say,
        view=view,
        dimensions=words.BY,
        tiles=tiles(view, counts[ALL].get("", Pair())),
        charts=[_work(trend), _wrong(trend), seen.chart()],
        services=by_service(say, view, counts[SERVICE]),
        first=FIRST,
        columns=[figure.name for figure in FIGURES.values()],
        found=found,
        mistakes=judgement.mistakes(say, found.judged),
        bands=list(judgement.bands(found.judged)),
        intents=list(judgement.intents(found.judged)),
        models=seen.models,
        sampled=seen.size,
        each=EACH,
        number=number,
        percent=percent,
        csv=url_for(".model_csv", period=view.period.name),
    )


def _work(trend: Trend) -> Markup:
    """Who understood the messages."""
    series = ((FIGURES[code].label, _of(code)) for code in FIGURES if code != WRONG)
    return stacked(trend.chart("model-work", N_("Siapa yang memahami pesan"), *series))


def _wrong(trend: Trend) -> Markup:
    series = ((FIGURES[WRONG].label, _share_wrong),)
    title = N_("Salah dipahami, dari yang dipahami model")
    chart = trend.chart("model-wrong", title, *series, is_share=True)
    # Few are wrong: on a scale up to the whole nothing would be seen.
    return line(replace(chart, top=next(top for top in SCALES if chart.highest <= top)))


def _of(code: str) -> Callable[[Counts], float | None]:
    return lambda counts: getattr(counts, code)


def _share_wrong(counts: Counts) -> float | None:
    """No share of a few: it would jump about."""
    return counts.wrong / read(counts) if read(counts) >= FEW else None
