"""The page for whoever has a person standing before them: write down, read, confirm, file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from flask import render_template, request, url_for
from sqlalchemy import select
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response

from bot.accounts.roles import STAFF
from bot.conversation.meaning import QUESTION
from bot.desk_intake import proposal
from bot.desk_intake.proposal import Proposal
from bot.desk_intake.taken import CAME_BY, KINDS, LETTER, SOCIAL, TELEPHONE, VISIT, WAYS, Taken
from bot.errors import RefusedError
from bot.incidents.similar import Similar
from bot.messages import SMS, WHATSAPP
from handlers.audit import looked
from handlers.console.intake.form import Form, empty, sent
from handlers.console.intake.saving import MOST_PHOTOS, SUBJECT, has_photos, saved
from handlers.console.room import blueprint, phrases
from handlers.console.unsure import words
from handlers.edge import edge
from handlers.forms import text_of
from handlers.guards import seen_by
from handlers.i18n import N_, translated
from handlers.refusals import in_words
from storage.models import Incident

EMERGENCY_NUMBER = "112"
CAME = {
    VISIT: N_("Datang ke loket"),
    TELEPHONE: N_("Telepon"),
    LETTER: N_("Surat"),
    SOCIAL: N_("Media sosial"),
}
PHOTO_AGAIN = N_("Pilih lagi fotonya: peramban tidak menyimpannya.")
TOO_LARGE = N_(
    "Kiriman terlalu besar; semua foto bersama paling besar 8 MB. Kembali, lalu pilih foto yang lebih kecil."
)


@dataclass(frozen=True)
class Around:
    """What the reading brings along: reports that may be the same, and how many there are of each incident."""

    similar: Sequence[Similar] = ()
    members: Mapping[int, int] = field(default_factory=dict)


@blueprint.get("/intake", endpoint="intake")
@seen_by(*STAFF)
def intake() -> str:
    """An empty form."""
    return _page(empty(request.args.get("by", "")), None, "")


@blueprint.post("/intake", endpoint="take_down")
@seen_by(*STAFF)
def take_down() -> Response | str | tuple[str, int]:
    """Read what was written, or file it; a form that is refused is shown again as it was typed."""
    form = sent()
    if text_of("do") != "file":
        return _read(form, translated(PHOTO_AGAIN) if has_photos() else "")
    try:
        return saved(form)
    except RefusedError as error:
        lost = f" {translated(PHOTO_AGAIN)}" if has_photos() else ""
        return _read(form, in_words(str(error)) + lost, refused=True), 409


@blueprint.errorhandler(RequestEntityTooLarge)
def too_large(error: RequestEntityTooLarge) -> tuple[str, int] | RequestEntityTooLarge:
    """Photos beyond all measure: nothing of the form can be read, but the browser still has it."""
    if request.path != url_for("console.intake"):
        return error
    return render_template("error.html", message=translated(TOO_LARGE), code=413), 413


def _read(form: Form, message: str, *, refused: bool = False) -> str:
    if not form["words"]:
        return _page(form, None, message or translated("Tulis dulu apa yang disampaikan."), refused=refused)
    here = edge()
    understood = proposal.understand(here.nlu, here.rulebook, form["words"])
    found = proposal.propose(here.rulebook, form["words"], understood[0] if understood else None)
    return _page(form.with_reading(found), found, message, refused=refused)


def _page(form: Form, found: Proposal | None, message: str, *, refused: bool = False) -> str:
    here, say = edge(), phrases()
    taken, message = _as_far_as_it_goes(form, message)
    around = _around(taken) if found else Around()
    return render_template(
        "console/intake/form.html",
        say=say,
        city=say.city,
        form=form,
        found=found,
        message=message,
        refused=refused,
        around=around,
        came={code: translated(CAME[code]) for code in CAME_BY},
        kinds={code: translated(words.DECISIONS[code]) for code in KINDS},
        ways=_ways(),
        read=_read_as(found),
        asks=form["kind"] == QUESTION,
        location=taken.location,
        emergency_number=_emergency_number(taken),
        is_sealed=proposal.is_sealed(here.rulebook, taken),
        lacks_place=proposal.lacks_place(here.rulebook, taken),
        question=proposal.question_of(here.rulebook, taken),
        answer=_answer(found) if found and form["kind"] == QUESTION else None,
        map_tiles=here.settings.map_tiles,
        map_attribution=here.settings.map_attribution,
        most_photos=MOST_PHOTOS,
    )


def _as_far_as_it_goes(form: Form, message: str) -> tuple[Taken, str]:
    """A pin that is none is said, and left out of what is looked for meanwhile."""
    city = edge().rulebook.city
    try:
        return form.taken(city), message
    except RefusedError as error:
        plain = Form({**form.fields, "pin": ""}, form.came_by, once=form.once)
        return plain.taken(city), message or in_words(str(error))


def _around(taken: Taken) -> Around:
    here = edge()
    with here.database.read() as session:
        similar = proposal.like(session, here.rulebook, taken, here.clock.now())
        together = {one.ticket.incident_id for one in similar if one.ticket.incident_id}
        rows = session.execute(select(Incident.id, Incident.members).where(Incident.id.in_(together)))
        found = Around(similar, {row.id: row.members for row in rows})
    if similar:
        looked(SUBJECT, tickets=[one.ticket.number for one in similar])
    return found


def _answer(found: Proposal) -> proposal.ReadOut | None:
    here = edge()
    with here.database.read() as session:
        return proposal.answer_of(session, here.rulebook, found, here.clock.now())


def _read_as(found: Proposal | None) -> words.Read | None:
    """In words how sure the model is; None where it did not read."""
    return words.read(found.reading, edge().rulebook.city) if found and found.reading else None


def _ways() -> tuple[str, ...]:
    """By what this installation can write to a number."""
    settings = edge().settings
    if not settings.is_live:
        return WAYS
    can = {WHATSAPP: settings.has_whatsapp, SMS: settings.sms_line}
    return tuple(way for way in WAYS if can[way])


def _emergency_number(taken: Taken) -> str:
    service = edge().rulebook.city.services.get(taken.service)
    return (service.emergency_number if service else None) or EMERGENCY_NUMBER
