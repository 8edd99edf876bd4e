"""Ready sentences: writing, changing and retiring them, with what each looks like filled in."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from flask import flash, redirect, render_template, url_for
from flask_login import current_user
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from bot.accounts.roles import READERS, STAFF
from bot.errors import NotFoundError, RefusedError
from bot.segments import segments
from bot.standing import canned
from bot.wording.plain_text import MOST_SEGMENTS, as_sms
from handlers.audit import changing
from handlers.console.room import BIG_ID, TWICE, blueprint, phrases, user_id
from handlers.edge import edge
from handlers.forms import Typed, refused, text_of
from handlers.guards import seen_by
from handlers.i18n import N_, translated
from storage.models import CannedReply
from storage.queries import canned as queries

MEANINGS = {
    "number": N_("nomor laporan"),
    "service": N_("jenis laporan"),
    "agency": N_("instansi yang menangani"),
    "deadline": N_("hari targetnya"),
    "coordinator": N_("nama Anda"),
    "hours": N_("jam petugas menjawab"),
}
# Nobody has seen a row that was changed then.
NEVER = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Preview:
    """A sentence with an example's values, and how many SMS that is."""

    text: str

    @property
    def segments(self) -> int:
        return segments(as_sms(self.text, []))

    @property
    def fits(self) -> bool:
        return self.segments <= MOST_SEGMENTS


@blueprint.get("/canned")
@seen_by(*READERS)
def canned_replies() -> str:
    """All ready sentences, each with its preview, and a form for one more."""
    return _page(Typed())


@blueprint.post("/canned")
@seen_by(*STAFF)
def add_canned() -> Response | tuple[str, int]:
    """One more sentence."""

    def add(session: Session) -> bool:
        here = edge()
        return canned.add(session, here.rulebook, text_of("title"), _text(), user_id(), here.clock.now())

    return _do("new", add, N_("Kalimat disimpan."))


@blueprint.post("/canned/samples")
@seen_by(*STAFF)
def add_samples() -> Response | tuple[str, int]:
    """The sentences that come with the city."""

    def ship(session: Session) -> bool:
        here = edge()
        return canned.ship(session, here.rulebook, user_id(), here.clock.now()) > 0

    return _do("samples", ship, N_("Kalimat contoh ditambahkan; ubahlah sesuai kota Anda."))


@blueprint.post("/canned/preview")
@seen_by(*STAFF)
def preview_canned() -> str:
    """What is being typed, filled in; nothing is kept."""
    return render_template(
        "console/_canned_preview.html", preview=_preview(_text()), unknown=canned.unknown(_text())
    )


@blueprint.post(f"/canned/<{BIG_ID}:reply_id>")
@seen_by(*STAFF)
def change_canned(reply_id: int) -> Response | tuple[str, int]:
    """Another title or text."""

    def change(session: Session) -> bool:
        here = edge()
        title, text = text_of("title"), _text()
        return canned.change(session, here.rulebook, reply_id, title, text, here.clock.now(), _seen())

    return _do(f"change-{reply_id}", change, N_("Kalimat disimpan."))


@blueprint.post(f"/canned/<{BIG_ID}:reply_id>/retire")
@seen_by(*STAFF)
def retire_canned(reply_id: int) -> Response | tuple[str, int]:
    """It is offered no more."""

    def retire(session: Session) -> bool:
        if session.get(CannedReply, reply_id) is None:
            raise NotFoundError(canned.GONE)
        return canned.retire(session, reply_id, edge().clock.now())

    return _do(f"retire-{reply_id}", retire, N_("Kalimat tidak ditawarkan lagi."))


@blueprint.get("/canned/<path:_form>")
@seen_by(*READERS)
def back_to_canned(_form: str) -> Response:
    """Where a form was sent to is no page; the list is."""
    return redirect(url_for(".canned_replies"), 303)


def _do(form: str, step: Callable[[Session], bool], done: str) -> Response | tuple[str, int]:
    try:
        with changing() as session:
            is_new = step(session)
    except RefusedError as error:
        return _page(refused(form, str(error))), 409
    flash(translated(done) if is_new else translated(TWICE))
    return redirect(url_for(".canned_replies"), 303)


def _page(typed: Typed) -> str:
    with edge().database.read() as session:
        replies = queries.current(session)
    return render_template(
        "console/canned.html",
        say=phrases(),
        replies=[(reply, _preview(reply.text)) for reply in replies],
        variables={f"{{{name}}}": meaning for name, meaning in MEANINGS.items()},
        typed=typed,
        preview=_preview(typed.value("new", "text")),
        unknown=canned.unknown(typed.value("new", "text")),
        may_change=current_user.role in STAFF,
    )


def _preview(text: str) -> Preview:
    here = edge()
    return Preview(canned.filled(text, canned.example(here.rulebook, here.clock.now(), current_user.name or "")))


def _text() -> str:
    return text_of("text")


def _seen() -> datetime:
    """When what the form was filled in for had been changed last."""
    try:
        return datetime.fromisoformat(text_of("seen")).astimezone(UTC)
    except (ValueError, OverflowError):
        return NEVER
