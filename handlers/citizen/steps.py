"""What a citizen says by a form: done, not done, stars, a photo, a place, an answer; as if by message."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from secrets import token_hex

from flask import flash, redirect, request, url_for
from flask_babel import force_locale
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from bot.case import Case
from bot.casework import closing
from bot.casework.effects import perform
from bot.citizen_web import limits, pins, received
from bot.citizen_web.lookup import LockedError
from bot.citizen_web.possible import Step, check
from bot.citizen_web.received import Sent
from bot.conversation import turn as acts
from bot.errors import NotFoundError, RefusedError
from bot.intake.media import LARGEST, Examined
from bot.messages import legible
from bot.status import Status
from bot.tickets import citizen_page
from handlers.citizen.room import blueprint, language_of
from handlers.citizen.show import page
from handlers.edge import edge
from handlers.forms import refused, text_of
from handlers.i18n import N_, translated
from handlers.phrases import Phrases
from handlers.refusals import in_words
from storage.models import Ticket

LONGEST_NOTE = 1_000
PHOTO = "photo"
NOTHING = "Pilih foto atau tulis tempatnya dulu."
NO_ANSWER = "Tulis jawaban Anda, atau pilih foto."
PHOTO_AGAIN = N_("Fotonya perlu dipilih lagi.")
LOCKED = N_("Kiriman dari halaman ini terlalu sering. Coba lagi sesudah %(moment)s.")
TWICE = N_("Sudah kami terima tadi.")
DONE = {
    Step.CONFIRM: N_("Terima kasih, laporan ini kami tutup."),
    Step.DENY: N_("Maaf, ternyata belum beres. Laporan ini kami buka kembali dan kami pantau."),
    Step.RATE: N_("Terima kasih atas nilainya."),
    Step.ADD: N_("Terima kasih, sudah kami tambahkan ke laporan ini."),
    Step.ANSWER: N_("Terima kasih, jawaban Anda kami teruskan ke petugas."),
}


@dataclass(frozen=True)
class Form:
    """A form as it was sent, with everything that takes a while done."""

    step: Step
    sent: Sent
    stars: int = 0


@blueprint.post("/<number>/<secret>/<action>")
def act(number: str, secret: str, action: str) -> Response:
    """The citizen's word; a form that was sent twice has one effect."""
    if action not in {*Step}:
        raise NotFoundError("Langkah itu tidak ada.")
    _check(number, secret)
    try:
        language, done = _done(number, secret, Step(action))
    except RefusedError as error:
        return _back(number, secret, action, error)
    with force_locale(language):
        flash(translated(done))
    return redirect(url_for("citizen.show", number=number, secret=secret), 303)


def _check(number: str, secret: str) -> str:
    """The language of the page behind a link; NotFoundError, LinkExpiredError where there is none."""
    here = edge()
    with here.database.read() as session:
        ticket = citizen_page.ticket_of(session, here.rulebook, number, secret, here.clock.now())
        return language_of(ticket)


def _done(number: str, secret: str, step: Step) -> tuple[str, str]:
    """Do what the form says; the language of its page, and what was done."""
    here = edge()
    now, chosen = here.clock.now(), request.files.get(PHOTO)
    limits.allow(here.database, number, now, photo=bool(chosen and chosen.filename))
    form = _form(step)
    if form.sent.photo:
        received.need(here.files)
    with here.database.begin() as session:
        ticket = citizen_page.ticket_of(session, here.rulebook, number, secret, now)
        session.refresh(ticket, with_for_update=True)
        language = language_of(ticket)
        case = _case(session, ticket, form)
        if case is None:
            return language, TWICE
        check(ticket, step, now)
        TAKEN[step](case, ticket, form)
        message_id = case.last_id
    if form.sent.photo:
        received.keep_photo(here.database, here.files, here.rulebook, message_id, form.sent.photo, now)
    return language, DONE[step]


def _case(session: Session, ticket: Ticket, form: Form) -> Case | None:
    """What the step is done in; None where this very form was taken before."""
    here, sent = edge(), form.sent
    if sent.text or sent.location or sent.photo:
        return received.take(session, here.rulebook, ticket, sent, here.clock.now())
    return Case(session, here.rulebook, ticket.conversation, [], here.clock.now())


def _form(step: Step) -> Form:
    """RefusedError for what cannot be taken."""
    text = legible(text_of("note")).strip()
    if len(text) > LONGEST_NOTE:
        raise RefusedError(f"Paling panjang {LONGEST_NOTE} huruf; ringkaslah. Belum ada yang tersimpan.")
    if step == Step.RATE:
        return Form(step, Sent(_key(), text), _stars())
    if step == Step.CONFIRM:
        return Form(step, Sent(_key()))
    place = _place() if step == Step.ADD else pins.Typed()
    photo = _photo()
    if step == Step.ADD and not (photo or place.location or place.words):
        raise RefusedError(NOTHING)
    if step == Step.ANSWER and not (photo or text):
        raise RefusedError(NO_ANSWER)
    return Form(step, Sent(_key(), place.words or text, place.location, photo))


def _stars() -> int:
    typed = text_of("stars")
    if not re.fullmatch("[1-5]", typed):
        raise RefusedError("Pilih nilai 1 sampai 5.")
    return int(typed)


def _key() -> str:
    key = text_of("key")
    return key if received.is_key(key) else token_hex(8)


def _place() -> pins.Typed:
    typed = text_of("place")
    return pins.read_place(typed, edge().rulebook.city.calendar.country) if typed else pins.Typed()


def _photo() -> Examined | None:
    chosen = request.files.get(PHOTO)
    return received.read_photo(chosen.read(LARGEST + 1), edge().rulebook) if chosen else None


def _confirm(case: Case, ticket: Ticket, form: Form) -> None:
    perform(acts.Confirm(ticket.number), case)


def _deny(case: Case, ticket: Ticket, form: Form) -> None:
    perform(acts.Deny(ticket.number, form.sent.text, seals=_seals(ticket, form.sent.text)), case)


def _rate(case: Case, ticket: Ticket, form: Form) -> None:
    closing.rate(case.session, ticket, form.stars, case.now, form.sent.text)


def _add(case: Case, ticket: Ticket, form: Form) -> None:
    words, is_asked = form.sent.text, ticket.status == Status.NEEDS_INFO
    place = words or None
    more = acts.AddToTicket(ticket.number, words, place, form.sent.location, answers=is_asked)
    perform(more, case)


def _answer(case: Case, ticket: Ticket, form: Form) -> None:
    text = form.sent.text
    perform(acts.AddToTicket(ticket.number, text, answers=True, seals=_seals(ticket, text)), case)


def _seals(ticket: Ticket, text: str) -> bool:
    """Whether the words are for few eyes only, as in a message."""
    return not ticket.sealed and edge().rulebook.words.is_sealed(text)


TAKEN: dict[Step, Callable[[Case, Ticket, Form], None]] = {
    Step.CONFIRM: _confirm,
    Step.DENY: _deny,
    Step.RATE: _rate,
    Step.ADD: _add,
    Step.ANSWER: _answer,
}


def _back(number: str, secret: str, action: str, error: RefusedError) -> Response:
    """The page with why the form was not taken; browsers do not keep files."""
    language = _check(number, secret)
    with force_locale(language):
        message = _reason(error)
        if (chosen := request.files.get(PHOTO)) and chosen.filename:
            message = f"{message} {translated(PHOTO_AGAIN)}"
    return page(number, secret, refused(action, message), 429 if isinstance(error, LockedError) else 409)


def _reason(error: RefusedError) -> str:
    if not isinstance(error, LockedError):
        return in_words(str(error))
    say = Phrases(edge().rulebook.city, edge().clock.now())
    return translated(LOCKED) % {"moment": say.moment(error.until)}
