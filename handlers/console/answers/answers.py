"""Standing answers: what counts for each topic, and changing, verifying and taking back what people keep."""

from collections.abc import Callable
from datetime import UTC, date, datetime

from flask import flash, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from bot.accounts.roles import READERS, STAFF
from bot.city.city import COORDINATORS
from bot.errors import NotFoundError, RefusedError
from bot.standing import kept as kept_answers
from bot.standing import standing
from bot.standing.standing import Kept
from handlers.audit import changing, looked
from handlers.console.answers.history import changes_of
from handlers.console.answers.rows import LANGUAGES, STATES, Entry, Preview, Wanted, entries, entry_of, preview
from handlers.console.room import TWICE, blueprint, phrases, user_id
from handlers.edge import edge
from handlers.forms import Typed, refused, text_of
from handlers.guards import seen_by
from handlers.i18n import N_, translated
from storage.queries import standing as queries

CHANGES_SHOWN = 50
NO_SUCH = "Jawaban itu tidak ada."
NO_DATE = "Isi tanggal terakhir jawaban ini berlaku."
# Nobody has seen a row that was changed then.
NEVER = datetime(1, 1, 1, tzinfo=UTC)


def ending_count(session: Session) -> int:
    """For the menu: how many answers are over or end within 30 days; one statement."""
    here = edge()
    return kept_answers.ending(here.rulebook, queries.ends(session), here.clock.now())


@blueprint.get("/answers")
@seen_by(*READERS)
def answers() -> str:
    """All topics and the questions that people keep answers to, with what counts now."""
    here, say = edge(), phrases()
    wanted = Wanted.of(request.args, here.rulebook)
    with here.database.read() as session:
        found = entries(session, here.rulebook, say.local_date(say.now))
    shown = [entry for entry in found if wanted.takes(entry)]
    if any(not entry.topic for entry in shown):  # a citizen asked it
        looked("answers")
    return render_template(
        "console/answers.html",
        say=say,
        wanted=wanted,
        entries=sorted(shown, key=lambda entry: (not entry.topic, say.agency(entry.owner))),
        counts={state: sum(wanted.takes(entry, state=state) for entry in found) for state in ("", *STATES)},
        states=STATES,
        owners=sorted({entry.owner for entry in found}, key=say.agency),
        gives_unverified=here.rulebook.gives_unverified,
    )


@blueprint.get("/answers/<key>")
@seen_by(*READERS)
def answer_page(key: str) -> str:
    """One answer: what is given, what it rests on, how it looks on a telephone, and what was done about it."""
    page = _page(key, Typed())
    if key.isdecimal():  # the question is a citizen's own
        looked(f"answer:{key}")
    return page


@blueprint.post("/answers/<key>")
@seen_by(*STAFF)
def save_answer(key: str) -> Response | tuple[str, int]:
    """Keep what was typed; a topic has it instead of the city's file from the next message on."""

    def save(session: Session, entry: Entry) -> bool:
        kept = _typed(entry)
        now, rulebook = edge().clock.now(), edge().rulebook
        if entry.row is None and text_of("seen"):
            raise RefusedError(standing.MEANWHILE)
        if entry.row is None:
            standing.keep(session, rulebook, kept, user_id(), now)
            return True
        return standing.change(session, rulebook, entry.row.id, kept, user_id(), now, _seen())

    return _do(key, "answer", save, N_("Jawaban disimpan; warga berikutnya yang bertanya mendapat yang baru."))


@blueprint.post("/answers/<key>/verify")
@seen_by(*STAFF)
def verify_answer(key: str) -> Response | tuple[str, int]:
    """The present user has checked it; of the city's file a copy is kept as checked."""

    def verify(session: Session, entry: Entry) -> bool:
        now, rulebook = edge().clock.now(), edge().rulebook
        if entry.row is None:
            return standing.verify_filed(session, rulebook, key, user_id(), now)
        return standing.verify(session, rulebook, entry.row.id, user_id(), now, _seen())

    return _do(key, "verify", verify, N_("Dicatat: Anda sudah memeriksa jawaban ini."))


@blueprint.post("/answers/<key>/retire")
@seen_by(*STAFF)
def retire_answer(key: str) -> Response | tuple[str, int]:
    """Take back what people keep; a topic has the answer of the city's file again."""

    def retire(session: Session, entry: Entry) -> bool:
        return entry.row is not None and standing.retire(session, entry.row.id, user_id(), edge().clock.now())

    return _do(key, "retire", retire, N_("Jawaban itu tidak dipakai lagi."))


@blueprint.post("/answers/<key>/preview")
@seen_by(*STAFF)
def preview_standing(key: str) -> str:
    """How the texts that somebody is typing would be read; nothing is kept."""
    topic = key if key in edge().rulebook.wording.answers else None
    previews = _previews(topic, {"id": text_of("text_id"), "en": text_of("text_en")})
    return render_template("console/_answer_preview.html", previews=previews, languages=LANGUAGES)


@blueprint.get("/answers/<key>/<_form>")
@seen_by(*READERS)
def back_to_answer(key: str, _form: str) -> Response:
    """Where a form was sent to is no page; the answer is."""
    return redirect(url_for(".answer_page", key=key), 303)


def _do(key: str, form: str, step: Callable[[Session, Entry], bool], done: str) -> Response | tuple[str, int]:
    """Carry out a form about one answer, once, and come back to its page, or to the list where it is gone."""
    try:
        with changing(f"{'answer' if key.isdecimal() else 'topic'}:{key}") as session:
            entry = _entry(session, key)
            if entry is None and not (form == "retire" and queries.is_retired(session, key)):
                raise NotFoundError(NO_SUCH)
            is_new = step(session, entry) if entry else False
    except RefusedError as error:
        return _page(key, refused(form, str(error))), 409
    flash(translated(done) if is_new else translated(TWICE))
    if form == "retire" and key.isdecimal():
        return redirect(url_for(".answers"), 303)
    return redirect(url_for(".answer_page", key=key), 303)


def _entry(session: Session, key: str) -> Entry | None:
    say = phrases()
    return entry_of(session, edge().rulebook, key, say.local_date(say.now))


def _page(key: str, typed: Typed) -> str:
    here = edge()
    with here.database.read() as session:
        entry = _entry(session, key)
        if entry is None:
            raise NotFoundError(NO_SUCH)
        subject = standing.subject_of(entry.row) if entry.row else f"topic:{key}"
        changes = queries.history(session, subject, standing.HISTORY, CHANGES_SHOWN)
    texts = {name: typed.value("answer", f"text_{name}") or entry.answer.text.get(name, "") for name in LANGUAGES}
    return render_template(
        "console/answer.html",
        say=phrases(),
        entry=entry,
        states=STATES,
        changes=changes_of(changes),
        previews=_previews(entry.topic, texts),
        owners={COORDINATORS: here.rulebook.city.agency_name(COORDINATORS), **_agencies()},
        is_given=entry.answer.may_be_given(entry.today, unverified=here.rulebook.gives_unverified),
        may_change=current_user.role in STAFF,
        typed=typed,
    )


def _agencies() -> dict[str, str]:
    return {code: agency.name for code, agency in edge().rulebook.city.agencies.items()}


def _previews(topic: str | None, texts: dict[str, str]) -> list[Preview]:
    return [preview(edge().rulebook, topic, language, text) for language, text in texts.items()]


def _typed(entry: Entry) -> Kept:
    """The form; RefusedError where the date is none."""
    try:
        until = date.fromisoformat(text_of("valid_until"))
    except ValueError:
        raise RefusedError(NO_DATE) from None
    return Kept(
        topic=entry.topic,
        question=entry.row.question if entry.row and not entry.topic else None,
        text_id=text_of("text_id"),
        text_en=text_of("text_en") or None,
        owner=text_of("owner"),
        source=text_of("source"),
        valid_until=until,
        verified=bool(text_of("verified")),
    )


def _seen() -> datetime:
    """When what the form was filled in for had been changed last."""
    try:
        return datetime.fromisoformat(text_of("seen")).astimezone(UTC)
    except (ValueError, OverflowError):
        return NEVER
