"""Light questions: answered once, with what is known already on offer, and kept for the next one who asks."""

from collections.abc import Callable
from datetime import date

from flask import flash, redirect, render_template, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from bot.accounts.roles import STAFF
from bot.desk import triage
from bot.desk.coordination import LONGEST_ANSWER
from bot.errors import NotFoundError, RefusedError
from bot.messages import legible
from bot.privacy import mask
from bot.standing import standing
from bot.standing.checks import Kept
from handlers.audit import changing
from handlers.console import sight
from handlers.console.conversations.answering import box_for, offers_for, preview
from handlers.console.room import BIG_ID, blueprint, phrases, user_id
from handlers.console.unsure.waiting import list_beside, note_look, number_in, opened, pile
from handlers.edge import edge
from handlers.forms import Typed, refused, text_of
from handlers.guards import seen_by
from handlers.i18n import N_, translated
from storage.models import Handover
from storage.queries import handovers as queries
from storage.queries.people import BLOCK, HOLD

GONE = "Pesan itu tidak ada."
# An answer that is kept is looked at again after so long, unless somebody says otherwise.
MONTHS_VALID = 6
ENGLISH = "en"


@blueprint.get("/questions")
@seen_by(*STAFF)
def questions() -> str:
    """The question that is due first, with a box to answer it; and what was just answered, to be kept."""
    return page_of(number_in("m"), number_in("answered"), Typed())


def page_of(wanted: int | None, answered_id: int | None, typed: Typed) -> str:
    """The page with the question that is ``wanted``, and a form that was refused as it was typed."""
    with edge().database.read() as session:
        found = pile(session, queries.is_light(), wanted)
        shown = opened(session, found.open) if found.open else None
        offers = offers_for(session, found.open, shown.heard) if found.open and shown else []
        box = box_for(found.open, shown.heard, offers) if found.open and shown else None
        answered = _answered(session, answered_id) if answered_id else None
    if found.open is not None:
        note_look(found.open, "questions")
    here = edge()
    return render_template(
        "console/questions.html",
        pile=found,
        page="console.questions",
        shown=shown,
        box=box,
        answered=answered,
        answers=here.rulebook.wording.answers,
        mask=mask,
        valid_until=_some_months_on(phrases().local_date(here.clock.now())),
        say=phrases(),
        city=here.rulebook.city,
        typed=typed,
    )


@blueprint.get("/questions/list")
@seen_by(*STAFF)
def questions_list() -> str:
    """The list beside the question, for a page that is open: nobody looks at a message by this."""
    return list_beside(queries.is_light(), "console.questions")


@blueprint.post(f"/questions/<{BIG_ID}:handover_id>/preview")
@seen_by(*STAFF)
def preview_answer(handover_id: int) -> str:
    """What the citizen would get of what stands in the box; nothing is kept or sent."""
    text = legible(text_of("note"))[:LONGEST_ANSWER]
    with edge().database.read() as session:
        sight.require_readable(session, handover_id)
        conversation = _found(session, handover_id).conversation
        return render_template("console/questions_preview.html", shown=preview(conversation, text), say=phrases())


@blueprint.post(f"/questions/<{BIG_ID}:handover_id>/keep")
@seen_by(*STAFF)
def keep_answer(handover_id: int) -> Response | tuple[str, int]:
    """Keep what was answered as a standing answer, for a topic or for a question like this one."""

    def step(session: Session) -> str:
        here = edge()
        standing.keep(session, here.rulebook, _kept(), user_id(), here.clock.now())
        return translated(N_("Jawaban disimpan."))

    return _keep(handover_id, "keep", step)


@blueprint.post(f"/questions/<{BIG_ID}:handover_id>/example")
@seen_by(*STAFF)
def keep_example(handover_id: int) -> Response | tuple[str, int]:
    """Keep the question for the model, with the topic that it asks about."""

    def step(session: Session) -> str:
        here, topic = edge(), text_of("topic") or None
        if topic and topic not in here.rulebook.wording.answers:
            raise RefusedError("Pilih topik dari daftar.")
        kept = triage.keep_as_question(session, handover_id, topic, user_id(), here.clock.now())
        said = N_("Pertanyaan disimpan sebagai contoh.") if kept else N_("Pesan ini tidak dipakai sebagai contoh.")
        return translated(said)

    return _keep(handover_id, "example", step)


@blueprint.get(f"/questions/<{BIG_ID}:handover_id>/<action>")
@seen_by(*STAFF)
def back_to_questions(handover_id: int, action: str) -> Response:
    """Where a form was sent to is no page; after a log-in in between, the question is."""
    return redirect(url_for(".questions", m=handover_id), 303)


def _keep(handover_id: int, form: str, step: Callable[[Session], str]) -> Response | tuple[str, int]:
    try:
        with changing() as session:
            sight.require_readable(session, handover_id)
            _found(session, handover_id)
            notice = step(session)
    except RefusedError as error:
        return page_of(None, handover_id, refused(f"{form}-{handover_id}", str(error))), 409
    flash(notice)
    return redirect(url_for(".questions", answered=handover_id), 303)


def _kept() -> Kept:
    """The form as it was typed; RefusedError for a date that is none."""
    try:
        until = date.fromisoformat(text_of("valid_until"))
    except ValueError:
        raise RefusedError("Pilih tanggal sampai kapan jawaban ini berlaku.") from None
    for_topic = text_of("about") == "topic"
    return Kept(
        text_id=text_of("text_id"),
        text_en=text_of("text_en") or None,
        owner=text_of("owner"),
        source=text_of("source"),
        valid_until=until,
        topic=(text_of("topic") or None) if for_topic else None,
        question=None if for_topic else text_of("question") or None,
        verified=bool(text_of("verified")),
    )


def _answered(session: Session, handover_id: int) -> Handover | None:
    """What was just answered, where the present user may read it."""
    handover = session.get(Handover, handover_id)
    if handover is None or handover.answered_at is None or not handover.answer or handover.reason in (HOLD, BLOCK):
        return None
    return None if sight.covered(session, [handover]) else handover


def _found(session: Session, handover_id: int) -> Handover:
    handover = session.get(Handover, handover_id)
    if handover is None or handover.reason in (HOLD, BLOCK):
        raise NotFoundError(GONE)
    return handover


def _some_months_on(day: date) -> date:
    month = day.month + MONTHS_VALID
    return date(day.year + (month - 1) // 12, (month - 1) % 12 + 1, min(day.day, 28))
