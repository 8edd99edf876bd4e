"""What an agency can do with a case, as forms: the same behind a link and behind a log-in."""

from collections.abc import Callable
from datetime import date
from functools import partial

from flask import request

from bot.agencies import claims, units, work
from bot.agencies.units import FROM_UNIT, TO_UNIT
from bot.agencies.work import Desk, may_write
from bot.errors import NotFoundError, RefusedError
from bot.intake.pictures import Picture
from bot.status import Move
from handlers.agency.words import DONE, PHOTO_AGAIN, SILENTLY_DONE, TWICE, WITHOUT_PHOTO, changed
from handlers.edge import edge
from handlers.forms import text_of
from handlers.i18n import translated
from handlers.phrases import Phrases
from handlers.refusals import in_words
from storage.models import Ticket, TicketEvent

MOST_PHOTOS = 3
# What is written into a history for an audit, and is no part of the story of a case.
AUDIT = ("seen", "acted")
PHOTO, NO_PHOTO = "photo", "without_photo"

Step = Callable[[Desk], None]


def step_of(action: str) -> Step:
    """What the form ``action`` does; NotFoundError for a form that there is not."""
    if action not in ACTIONS:
        raise NotFoundError("Langkah itu tidak ada.")
    return ACTIONS[action]


def prepared(action: str) -> Step:
    """The step with all that takes a while done before: the photos of a claim are read outside any transaction.

    RefusedError for a photo that cannot be used, and for too many.
    """
    if action != Move.CLAIM:
        return step_of(action)
    chosen = [file for file in request.files.getlist(PHOTO) if file.filename]
    if len(chosen) > MOST_PHOTOS:
        raise RefusedError("Paling banyak tiga foto; pilih yang paling jelas. Belum ada yang tersimpan.")
    zone = edge().rulebook.city.zone
    pictures = [work.read_photo(file.read(), zone) for file in chosen]
    return partial(_claim, [picture for picture in pictures if picture])


def carry_out(desk: Desk, action: str, step: Step) -> str:
    """Do it once, and say what was done; RefusedError where the case has changed since the form was shown."""
    if _is_stale(desk.ticket):
        if not _was_done(desk, action):
            raise RefusedError(changed(desk.ticket, Phrases(desk.rulebook.city, desk.now)))
        return TWICE
    step(desk)
    tells = action in (Move.SET_DATE, Move.CLAIM)
    return SILENTLY_DONE if tells and not may_write(desk.ticket) else DONE[action]


def in_full(message: str) -> str:
    """Why a form comes back, and what has to be chosen again: browsers do not keep files."""
    lost = any(file.filename for file in request.files.getlist(PHOTO))
    return " ".join([in_words(message), *([translated(PHOTO_AGAIN)] if lost else [])])


def _is_stale(ticket: Ticket) -> bool:
    """Whether the ticket has moved since the form was shown."""
    return request.form.get("moves", str(ticket.moves)) != str(ticket.moves)


def _was_done(desk: Desk, action: str) -> bool:
    """Whether the last thing that this agency did is what the form asks for."""
    mine = [event for event in desk.ticket.events if event.actor == desk.by().actor and event.kind in ACTIONS]
    if not mine or mine[-1].kind != action:
        return False
    return _said(action, mine[-1]) in (None, _asked_for(action))


def _said(action: str, event: TicketEvent) -> str | None:
    if action == TO_UNIT:
        return str(event.data.get("unit"))
    return event.note if action in (Move.SET_DATE, Move.ASK, Move.CLAIM) else None


def _asked_for(action: str) -> str:
    return text_of({Move.SET_DATE: "date", TO_UNIT: "unit"}.get(action, "note"))


def _accept(desk: Desk) -> None:
    work.accept(desk)


def _send_back(desk: Desk) -> None:
    work.send_back(desk, text_of("note"), text_of("agency"))


def _to_unit(desk: Desk) -> None:
    units.pass_on(desk, text_of("unit"), text_of("note"))


def _from_unit(desk: Desk) -> None:
    units.come_back(desk, text_of("note"))


def _ask(desk: Desk) -> None:
    work.ask(desk, text_of("note"))


def _set_date(desk: Desk) -> None:
    try:
        day = date.fromisoformat(text_of("date"))
    except ValueError:
        raise RefusedError("Pilih tanggalnya.") from None
    work.set_date(desk, day)


def _claim(pictures: list[Picture], desk: Desk) -> None:
    needs_photo = claims.needs_photo(desk.rulebook, desk.ticket)
    refuses = desk.rulebook.city.evidence.missing_photo == "refuse"
    if needs_photo and not pictures and not refuses and not request.form.get(NO_PHOTO) and text_of("note"):
        raise RefusedError(WITHOUT_PHOTO)
    work.claim_done(desk, text_of("note"), pictures[0] if pictures else None, *pictures[1:])


ACTIONS: dict[str, Step] = {
    Move.ACCEPT: _accept,
    Move.SEND_BACK: _send_back,
    Move.ASK: _ask,
    Move.SET_DATE: _set_date,
    Move.CLAIM: partial(_claim, []),
    TO_UNIT: _to_unit,
    FROM_UNIT: _from_unit,
}
