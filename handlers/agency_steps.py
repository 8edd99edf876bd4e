"""What an agency can do with a case, as forms: the same behind a link and behind a log-in."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial

from flask import render_template, request
from sqlalchemy.orm import Session

from bot import agency_work, claims
from bot.agency_work import Desk, may_write
from bot.errors import NotFoundError, RefusedError
from bot.incident_others import others_of
from bot.pictures import Picture
from bot.status import Move, is_open, moves_from
from handlers.edge import edge
from handlers.files import Address, is_for_agencies, shown
from handlers.forms import Typed, text_of
from handlers.phrases import Phrases
from storage.models import Ticket, TicketEvent
from storage.queries.attachments import photos_of
from storage.queries.media import files_of_ticket

DONE = {
    Move.ACCEPT: "Terima kasih, laporan ini sudah Anda terima.",
    Move.SEND_BACK: "Laporan sudah kembali ke koordinator.",
    Move.ASK: "Pertanyaan Anda kami kirim kepada warga. Jawabannya akan kami e-mail.",
    Move.SET_DATE: "Tanggal pengerjaan tercatat dan warga kami kabari.",
    Move.CLAIM: "Terima kasih. Kami tanyakan kepada warga apakah sudah beres.",
}
SILENTLY_DONE = "Tercatat. Warga tidak kami kabari: nomornya belum pasti aman."
TWICE = "Ini sudah tercatat sebelumnya; tidak ada yang terkirim dua kali."
CHANGED = (
    "Laporan ini berubah sejak halaman Anda dibuka. Tulisan Anda masih ada; "
    "periksa keadaannya, lalu kirim lagi bila masih perlu."
)
PHOTO_AGAIN = " Foto perlu dipilih lagi."
# What is written into a history for an audit, and is no part of the story of a case.
AUDIT = ("seen", "acted")

Step = Callable[[Desk], None]


@dataclass(frozen=True)
class Addresses:
    """Where the forms of a page are sent to, and where its pictures are."""

    act: Callable[[str], str]
    photo: Callable[[int], str]
    file: Address


def step_of(action: str) -> Step:
    """What the form ``action`` does; NotFoundError for a form that there is not."""
    if action not in ACTIONS:
        raise NotFoundError("Langkah itu tidak ada.")
    return ACTIONS[action]


def prepared(action: str) -> Step:
    """The step with all that takes a while done before: the photo of a claim is read outside any transaction.

    RefusedError for a photo that cannot be used.
    """
    if action != Move.CLAIM:
        return step_of(action)
    upload, zone = request.files.get("photo"), edge().rulebook.city.zone
    picture = agency_work.read_photo(upload.read(), zone) if upload else None
    return partial(_claim, picture)


def carry_out(desk: Desk, action: Move, step: Step) -> str:
    """Do it once, and say what was done; RefusedError where the case has changed since the form was shown."""
    if _is_stale(desk.ticket):
        if not _was_done(desk, action):
            raise RefusedError(_changed(desk.ticket))
        return TWICE
    step(desk)
    tells = action in (Move.SET_DATE, Move.CLAIM)
    return SILENTLY_DONE if tells and not may_write(desk.ticket) else DONE[action]


def case_page(session: Session, ticket: Ticket, to: Addresses, typed: Typed, layout: str = "base.html") -> str:
    """A case with the forms that its present status allows; nothing tells who the citizen is."""
    here = edge()
    now = here.clock.now()
    say = Phrases(here.rulebook.city, now)
    return render_template(
        "agency/ticket.html",
        ticket=ticket,
        act_address=to.act,
        photo_address=to.photo,
        layout=layout,
        say=say,
        possible=_possible(ticket),
        additions=_additions(ticket),
        others=others_of(session, ticket),
        history=[event for event in ticket.events if event.kind not in AUDIT],
        may_write=may_write(ticket),
        photos=photos_of(session, ticket.id),
        files=[shown(file, to.file, say) for file in files_of_ticket(session, ticket.id) if is_for_agencies(file)],
        agencies=here.rulebook.city.agencies,
        photo_required=claims.needs_photo(here.rulebook, ticket),
        photo_refused=here.rulebook.city.evidence.missing_photo == "refuse",
        refused_claim=_refused_claim(ticket),
        typed=typed,
        furthest=now + agency_work.FURTHEST_DATE,
    )


def photo_is_lost() -> str:
    """What to say besides when a form comes back: browsers do not keep chosen files."""
    return PHOTO_AGAIN if "photo" in request.files and request.files["photo"].filename else ""


def _possible(ticket: Ticket) -> set[str]:
    possible = {str(move) for move in moves_from(ticket.status) & ACTIONS.keys()}
    return possible if may_write(ticket) else possible - {Move.ASK}


def _refused_claim(ticket: Ticket) -> bool:
    """Whether it was a coordinator, not the citizen, who reopened the ticket last."""
    return [event.kind for event in ticket.events if event.kind in claims.REOPENING][-1:] == [Move.REFUSE_CLAIM]


def _additions(ticket: Ticket) -> list[TicketEvent]:
    """What the citizen wrote later, without what became part of the story, or is not for an agency."""
    mine = [event for event in ticket.events if event.actor == "citizen" and event.kind != "safe_contact"]
    later = [event for event in mine if event.note]
    return [event for event in later if event.note and event.note not in ticket.story]


def _is_stale(ticket: Ticket) -> bool:
    """Whether the ticket has moved since the form was shown."""
    return request.form.get("moves", str(ticket.moves)) != str(ticket.moves)


def _changed(ticket: Ticket) -> str:
    if is_open(ticket.status):
        return CHANGED
    standing = Phrases(edge().rulebook.city, edge().clock.now()).standing(ticket)
    return f"Laporan ini sudah ditutup ({standing}); tidak ada yang perlu Anda kerjakan lagi."


def _was_done(desk: Desk, action: Move) -> bool:
    """Whether the last thing that this agency did is what the form asks for."""
    mine = [event for event in desk.ticket.events if event.actor == desk.by().actor and event.kind not in AUDIT]
    if not mine or mine[-1].kind != action:
        return False
    said = {Move.SET_DATE: text_of("date"), Move.ASK: text_of("note"), Move.CLAIM: text_of("note")}
    return said.get(action) in (None, mine[-1].note)


def _accept(desk: Desk) -> None:
    agency_work.accept(desk)


def _send_back(desk: Desk) -> None:
    agency_work.send_back(desk, text_of("note"), text_of("agency"))


def _ask(desk: Desk) -> None:
    agency_work.ask(desk, text_of("note"))


def _set_date(desk: Desk) -> None:
    try:
        day = date.fromisoformat(text_of("date"))
    except ValueError:
        raise RefusedError("Pilih tanggalnya.") from None
    agency_work.set_date(desk, day)


def _claim(picture: Picture | None, desk: Desk) -> None:
    agency_work.claim_done(desk, text_of("note"), picture)


ACTIONS: dict[str, Step] = {
    Move.ACCEPT: _accept,
    Move.SEND_BACK: _send_back,
    Move.ASK: _ask,
    Move.SET_DATE: _set_date,
    Move.CLAIM: partial(_claim, None),
}
