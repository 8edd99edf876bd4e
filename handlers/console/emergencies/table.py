"""The emergencies of a period as a table to take away, with the minutes of each step."""

from collections.abc import Iterator, Sequence

from werkzeug.wrappers import Response

from bot.accounts.roles import READERS
from bot.figures.emergency_times import STEPS, Emergency
from handlers.audit import looked
from handlers.console import sight
from handlers.console.emergencies.period import found_in
from handlers.console.emergencies.rows import NAMES, TOLD_OF_SEALED
from handlers.console.room import blueprint, phrases
from handlers.csv_export import csv_response
from handlers.edge import edge
from handlers.guards import seen_by
from handlers.i18n import N_, translated
from handlers.phrases import Phrases

ABOUT = (N_("Nomor"), N_("Layanan"), N_("Instansi"), N_("Kelurahan"), N_("Status"), N_("Pesan masuk"))


@blueprint.get("/figures/emergencies.csv")
@seen_by(*READERS)
def emergency_times_csv() -> Response:
    """The same list as on the page, whole."""
    say = phrases()
    with edge().database.read() as session:
        found = found_in(session, say)
    looked("page:emergency_times", rows=len(found.times.all))
    minutes = [translated(N_("%(step)s (menit)")) % {"step": translated(name)} for name in NAMES.values()]
    header = [*(translated(name) for name in ABOUT), *minutes]
    return csv_response(f"darurat-{found.view.period.name}.csv", header, _cells(say, found.times.all))


def _cells(say: Phrases, some: Sequence[Emergency]) -> Iterator[Sequence[object]]:
    sealed = sight.sees_sealed()
    for one in some:
        is_shown = sealed or not one.row.sealed
        row, told = one.row, STEPS if is_shown else TOLD_OF_SEALED
        about = (say.service(row.service), say.agency(row.agency), row.area or "", say.status(row.status))
        began = f"{one.began_at.astimezone(say.city.zone):%Y-%m-%d %H:%M}"
        yield (
            row.number,
            *(about if is_shown else [""] * len(about)),
            began,
            *(_minutes(one, s, told) for s in STEPS),
        )


def _minutes(one: Emergency, step: str, told: Sequence[str]) -> object:
    took = one.took(step) if step in told else None
    return "" if took is None else round(took.total_seconds() / 60, 1)
