"""Lists of what is answered, and of what the model learns from."""

from flask import request
from werkzeug.wrappers import Response

from bot.accounts.roles import READERS
from handlers.audit import looked
from handlers.console.answers.examples import conditions_of, filters_of_address
from handlers.console.answers.rows import STATES, Entry, Wanted, entries
from handlers.console.room import blueprint, phrases
from handlers.console.tables.table import MOST, local_day, local_moment, table
from handlers.console.unsure.words import INTENTS
from handlers.edge import edge
from handlers.guards import seen_by
from handlers.i18n import N_, translated
from storage.queries import canned
from storage.queries import examples as examples_of

ANSWERS = (
    N_("Topik"), N_("Jawaban"), N_("Instansi"), N_("Sumber"), N_("Berlaku sampai"), N_("Keadaan"),
    N_("Diperiksa oleh"), N_("Diperiksa"),
)  # fmt: skip
CANNED = (N_("Judul"), N_("Kalimat"), N_("Diubah"))
EXAMPLES = (
    N_("Pesan"), N_("Tempat"), N_("Maksud"), N_("Layanan atau topik"), N_("Diputuskan oleh"), N_("Diputuskan"),
)  # fmt: skip
# As much of a message as the page shows.
LONGEST = 300


@blueprint.get("/answers.csv")
@seen_by(*READERS)
def answers_csv() -> Response:
    """What counts now, under the filters of the address."""
    here, say = edge(), phrases()
    wanted = Wanted.of(request.args, here.rulebook)
    with here.database.read() as session:
        found = [one for one in entries(session, here.rulebook, say.local_date(say.now)) if wanted.takes(one)]
    looked("answers", rows=len(found))
    rows = (
        (one.title, one.answer.text["id"], say.agency(one.owner), one.answer.source,
         local_day(one.answer.valid_until), translated(STATES[one.state]) if one.state else "", *_checked(one))
        for one in found
    )  # fmt: skip
    return table("answers", ANSWERS, rows)


@blueprint.get("/canned.csv")
@seen_by(*READERS)
def canned_replies_csv() -> Response:
    """All ready sentences, as they are kept."""
    with edge().database.read() as session:
        found = canned.current(session)
    return table("canned", CANNED, ((one.title, one.text, local_moment(one.updated_at)) for one in found))


@blueprint.get("/examples.csv")
@seen_by(*READERS)
def examples_csv() -> Response:
    """The kept examples, under the filters of the address."""
    say, where = phrases(), conditions_of(filters_of_address())
    with edge().database.read() as session:
        found = examples_of.shown(session, where, MOST, 0)
    looked("examples", rows=len(found))
    rows = (
        (one.text[:LONGEST], one.place, translated(INTENTS.get(one.intent, one.intent)),
         say.service(one.service) if one.service else (one.faq or "").replace("_", " "), kept.by,
         local_moment(one.created_at))
        for kept in found if (one := kept.example)
    )  # fmt: skip
    return table("examples", EXAMPLES, rows)


def _checked(entry: Entry) -> tuple[str, str]:
    """By whom and when; neither where the city's own file says so, or nobody has."""
    if entry.row is None or not entry.answer.verified:
        return "", ""
    return entry.verifier, local_day(entry.row.verified_at)
