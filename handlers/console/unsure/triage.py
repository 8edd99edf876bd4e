"""Messages that the system was not sure of: coordinators confirm or correct one after the other by single keys."""

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from bot.accounts.roles import STAFF
from bot.conversation.meaning import QUESTION
from bot.desk import readings, triage
from bot.desk.triage import Filed, Meant
from bot.errors import RefusedError
from bot.privacy import mask
from handlers.audit import changing
from handlers.console import sight
from handlers.console.conversations.answering import AnswerBox, box_for
from handlers.console.room import BIG_ID, blueprint, phrases, user_id
from handlers.console.unsure import words
from handlers.console.unsure.waiting import Opened, Pile, list_beside, note_look, number_in, opened, pile
from handlers.console.unsure.words import ELSEWHERE, SPAM
from handlers.edge import edge
from handlers.forms import Typed, refused, text_of
from handlers.guards import seen_by
from handlers.i18n import N_, translated
from nlu.client import NluUnavailableError, Place
from storage.models import Handover, User
from storage.queries import handovers as queries

TWICE = N_("Ini sudah tercatat sebelumnya; tidak ada yang terkirim dua kali.")
FASTER = N_("Pesan itu baru saja diputuskan %(who)s; keputusan Anda tidak dipakai. Ini pesan berikutnya.")
Step = Callable[[Session, int], str]


@blueprint.get("/triage", endpoint="triage")
@seen_by(*STAFF)
def triage_page() -> str:
    """One message large, what the model made of it, and the list of the others."""
    return page_of(number_in("m"), Typed())


def page_of(wanted: int | None, typed: Typed) -> str:
    """The page with the message that is ``wanted``, with a form that was refused as it was typed."""
    with edge().database.read() as session:
        found = pile(session, queries.is_unsure(), wanted)
        if found.open is None:
            return _render(found, None, None, typed)
        shown = opened(session, found.open)
        box = box_for(found.open, shown.heard)
    note_look(found.open, "triage")
    return _render(found, shown, box, typed)


@blueprint.get("/triage/list")
@seen_by(*STAFF)
def triage_list() -> str:
    """The list beside the message, for a page that is open: nobody looks at a message by this."""
    return list_beside(queries.is_unsure(), "console.triage")


@blueprint.post(f"/triage/<{BIG_ID}:handover_id>/decide")
@seen_by(*STAFF)
def decide(handover_id: int) -> Response | tuple[str, int]:
    """Do what the coordinator decided, once, and go on to the next message."""
    intent, service = text_of("intent"), text_of("service") or text_of("reading")
    place = _place(handover_id, text_of("place")) if intent in triage.KINDS else None
    also = tuple(code for code in _also() if code != service) if intent == triage.REPORT else ()
    meant = Meant(intent, service, place, text_of("story"), also)
    step = OTHER.get(intent) or _filing(meant)
    about: dict[str, Any] = {"service": service} if intent in triage.KINDS else {}
    about |= {"also": also} if also else {}
    try:
        with changing(intent=intent, **about) as session:
            sight.require_readable(session, handover_id)
            notice = step(session, handover_id)
    except RefusedError as error:
        told = _decided_by(handover_id)
        if told is None:
            return page_of(handover_id, refused(f"decide-{handover_id}", str(error))), 409
        notice = told
    flash(notice)
    return redirect(url_for(".triage", after=handover_id), 303)


@blueprint.get(f"/triage/<{BIG_ID}:handover_id>/<action>")
@seen_by(*STAFF)
def back_to_triage(handover_id: int, action: str) -> Response:
    """Where a form was sent to is no page; after a log-in in between, the message is."""
    return redirect(url_for(".triage", m=handover_id), 303)


def _also() -> tuple[str, ...]:
    """The services of further problems, as they were chosen."""
    return tuple(dict.fromkeys(code for code in request.form.getlist("also") if code))


def _filing(meant: Meant) -> Step:
    def file(session: Session, handover_id: int) -> str:
        here = edge()
        filed = triage.file(session, here.rulebook, handover_id, meant, user_id(), here.clock.now())
        further = ", ".join(phrases().service(code) for code in meant.also)
        if not further or filed.ticket.sealed:
            return _told(filed)
        linked = translated(N_("Juga dibuat, terhubung dengannya: %(services)s."))
        return f"{_told(filed)} {linked % {'services': further}}"

    return file


def _told(filed: Filed) -> str:
    number, service = filed.ticket.number, phrases().service(filed.ticket.service)
    if filed.ticket.sealed:
        return translated(N_("Laporan %(number)s dibuat tersegel; warga tidak dikabari.")) % {"number": number}
    if not filed.is_new:
        return translated(N_("Sama dengan laporan %(number)s dari warga itu; warga dikabari.")) % {
            "number": number
        }
    said = translated(N_("Laporan %(number)s dibuat (%(service)s); warga dikabari."))
    return said % {"number": number, "service": service}


def _ask(session: Session, handover_id: int) -> str:
    triage.put_among_questions(session, handover_id, user_id(), edge().clock.now())
    return translated(N_("Dipindah ke pertanyaan ringan."))


def _refer(session: Session, handover_id: int) -> str:
    here = edge()
    triage.refer_elsewhere(session, here.rulebook, handover_id, user_id(), here.clock.now())
    return translated(N_("Warga diberi tahu bahwa ini bukan urusan kota."))


def _let_go(session: Session, handover_id: int) -> str:
    here = edge()
    told = triage.let_go(session, here.rulebook, handover_id, user_id(), here.clock.now())
    return translated(
        N_("Ditutup sebagai spam; pengirim diberi tahu sekali.") if told else N_("Ditutup sebagai spam.")
    )


OTHER: dict[str, Step] = {QUESTION: _ask, ELSEWHERE: _refer, SPAM: _let_go}


def _decided_by(handover_id: int) -> str | None:
    """Who decided it meanwhile, as a notice; None where nobody has."""
    with edge().database.read() as session:
        handover = session.get(Handover, handover_id)
        if handover is None or handover.answered_at is None:
            return None
        if handover.answered_by == user_id():
            return translated(TWICE)
        colleague = session.get(User, handover.answered_by) if handover.answered_by else None
        who = colleague.email if colleague else translated(N_("rekan Anda"))
        return translated(FASTER) % {"who": who}


def _place(handover_id: int, text: str) -> Place | None:
    """What stands in the field of the place, with its area: as the model read it, else asked anew."""
    if not text or len(text) > triage.LONGEST_PLACE:
        return Place(text) if text else None
    with edge().database.read() as session:
        handover = session.get(Handover, handover_id)
        reading = readings.heard(session, handover).reading if handover else None
    if reading and reading.place and reading.place.text == text:
        return reading.place
    return _located(text)


def _located(text: str) -> Place:
    """A place that a person wrote: the model knows the names of areas."""
    here = edge()
    if here.nlu is None or not here.rulebook.understands:
        return Place(text)
    try:
        found = here.nlu.understand([text])[0].place
    except NluUnavailableError:
        return Place(text)
    return Place(text, found.kelurahan, found.kecamatan, found.city) if found else Place(text)


def _render(found: Pile, shown: Opened | None, box: AnswerBox | None, typed: Typed) -> str:
    here, reading = edge(), shown.heard.reading if shown else None
    linkable = triage.also_about(here.rulebook)
    return render_template(
        "console/triage.html",
        pile=found,
        page="console.triage",
        mask=mask,
        shown=shown,
        read=words.read(reading, here.rulebook.city),
        also=_also()
        if typed.form
        else tuple(code for code in reading.also if code in linkable)
        if reading
        else (),
        also_about=linkable,
        most_also=triage.MOST_ALSO,
        decisions=words.decisions(),
        box=box,
        say=phrases(),
        city=here.rulebook.city,
        typed=typed,
        longest=triage.LONGEST_PLACE,
    )
