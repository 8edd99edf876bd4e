"""Answering a message that waits for a person, or making a ticket of it."""

from collections.abc import Callable

from flask import abort, flash, redirect, render_template, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from bot.accounts.roles import READERS, STAFF
from bot.desk import coordination, triage
from bot.errors import RefusedError
from bot.messages import legible
from handlers.audit import changing, looked
from handlers.console import sight
from handlers.console.conversations.talks import talk_of
from handlers.console.conversations.thread import thread_of
from handlers.console.room import BIG_ID, TWICE, blueprint, phrases, user_id
from handlers.console.unsure.questions import page_of as questions_page
from handlers.console.unsure.triage import page_of as triage_page
from handlers.edge import edge
from handlers.forms import Typed, refused, text_of
from handlers.guards import seen_by
from handlers.i18n import N_, translated
from handlers.inside import inside
from storage.models import Conversation, Handover

Step = Callable[[Session], str]


@blueprint.post(f"/handovers/<{BIG_ID}:handover_id>/answer")
@seen_by(*STAFF)
def answer(handover_id: int) -> Response | tuple[str, int]:
    """Send a person's answer to the citizen, once; ``learn``: it was a question, which the model may learn."""
    here, text, topic = edge(), text_of("note"), text_of("topic")

    def send(session: Session) -> str:
        now = here.clock.now()
        coordination.answer(session, here.rulebook, handover_id, text, user_id(), now)
        if text_of("learn"):
            known = topic if topic in here.rulebook.wording.answers else None
            triage.keep_as_question(session, handover_id, known, user_id(), now)
        return translated(N_("Jawaban dikirim."))

    return _decide(handover_id, "answer", text, send)


@blueprint.post(f"/handovers/<{BIG_ID}:handover_id>/ticket")
@seen_by(*STAFF)
def make_ticket(handover_id: int) -> Response | tuple[str, int]:
    """File the message as a report about the chosen service."""
    here, service = edge(), text_of("service")

    def file(session: Session) -> str:
        ticket = coordination.make_ticket(
            session, here.rulebook, handover_id, service, user_id(), here.clock.now()
        )
        if ticket.sealed:
            said = N_("Laporan %(number)s dibuat sebagai laporan tersegel; warga tidak dikabari.")
        else:
            said = N_("Laporan %(number)s dibuat dan warga dikabari.")
        return translated(said) % {"number": ticket.number}

    return _decide(handover_id, "ticket", None, file)


@blueprint.get(f"/handovers/<{BIG_ID}:handover_id>/<action>")
@seen_by(*STAFF)
def back_home(handover_id: int, action: str) -> Response:
    """Where a form was sent to is no page; after a log-in in between, the list is."""
    return redirect(url_for(".home"), 303)


@blueprint.get(f"/conversations/<{BIG_ID}:conversation_id>")
@seen_by(*READERS)
def conversation(conversation_id: int) -> str:
    """What was said in one conversation, for whoever is about to answer."""
    page = conversation_page(conversation_id, Typed())
    looked()
    return page


def conversation_page(conversation_id: int, typed: Typed) -> str:
    """The page, with a form that was refused as it was typed."""
    sight.note_looks_in(conversation_id, "conversation")
    with edge().database.read() as session:
        found = session.get(Conversation, conversation_id) or abort(404)
        say = phrases()
        curtain = sight.curtain_before(session, found.citizen_id)
        lines, talk = thread_of(session, found.id, say, curtain), talk_of(session, found, curtain)
        return render_template("console/conversation.html", talk=talk, lines=lines, say=say, typed=typed)


def _decide(handover_id: int, form: str, text: str | None, step: Step) -> Response | tuple[str, int]:
    try:
        with changing() as session:
            sight.require_readable(session, handover_id)
            notice = step(session)
    except RefusedError as error:
        if not _was_mine(handover_id, text):
            return _refused(handover_id, refused(f"{form}-{handover_id}", str(error))), 409
        notice = translated(TWICE)
    flash(notice)
    return redirect(inside(text_of("next")), 303)


def _refused(handover_id: int, typed: Typed) -> str:
    """The page that the form stood on, with what was typed."""
    if text_of("next").startswith(url_for(".triage")):
        return triage_page(handover_id, typed)
    return questions_page(handover_id, None, typed)


def _was_mine(handover_id: int, text: str | None) -> bool:
    """Whether the same person has done just this before: the form was sent twice."""
    with edge().database.read() as session:
        handover = session.get_one(Handover, handover_id)
        said = legible(text).strip() if text is not None else None
        return handover.answered_by == user_id() and handover.answer == said
