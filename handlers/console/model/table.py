"""What the model took for what, as a table to take away: labels and numbers only."""

from werkzeug.wrappers import Response

from bot.accounts.roles import READERS
from bot.figures.model_answers import Label
from handlers.audit import looked
from handlers.console.figures.view import looked_at
from handlers.console.model.judged import intent, name
from handlers.console.model.page import decided
from handlers.console.room import blueprint, phrases
from handlers.csv_export import csv_response
from handlers.edge import edge
from handlers.guards import seen_by
from handlers.i18n import N_, translated
from handlers.phrases import Phrases

HEADER = (N_("Model: maksud"), N_("Model: soal"), N_("Petugas: maksud"), N_("Petugas: soal"), N_("Pesan"))
ALL_OF_THEM = 5_000


@blueprint.get("/figures/model.csv")
@seen_by(*READERS)
def model_csv() -> Response:
    """All mistakes that people found in the period, counted."""
    say = phrases()
    with edge().database.read() as session:
        view = looked_at(session, say)
        found = decided(session, say, view).judged.confusions(ALL_OF_THEM) if view else []
    looked("page:model", rows=len(found))
    rows = ((*_cells(say, one.guessed), *_cells(say, one.decided), one.count) for one in found)
    filename = f"model-{view.period.name}.csv" if view else "model.csv"
    return csv_response(filename, [translated(column) for column in HEADER], rows)


def _cells(say: Phrases, label: Label) -> tuple[str, str]:
    return intent(label.intent), name(say, label)
