"""Taking a conversation over from the bot, writing to the citizen, and giving it back."""

from collections.abc import Callable

from flask import flash, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from bot.accounts.roles import STAFF
from bot.desk import holding
from bot.errors import RefusedError
from handlers.audit import changing
from handlers.console import sight
from handlers.console.conversations.talks import require_open
from handlers.console.room import BIG_ID, TWICE, blueprint, user_id
from handlers.console.ticket.view import ticket_page_of
from handlers.console.unsure.messages import conversation_page
from handlers.edge import edge
from handlers.forms import Typed, refused, text_of
from handlers.guards import seen_by
from handlers.i18n import N_, translated
from storage.queries.ticket_page import find_ticket

Step = Callable[[Session], bool]


@blueprint.post(f"/conversations/<{BIG_ID}:conversation_id>/take")
@seen_by(*STAFF)
def take(conversation_id: int) -> Response | tuple[str, int]:
    """The present user speaks from now on, and the bot is silent."""
    here, before = edge(), _number("instead_of")

    def step(session: Session) -> bool:
        now = here.clock.now()
        return holding.take(session, here.rulebook, conversation_id, user_id(), now, before)

    return carry_out(
        conversation_id, "take", step, N_("Percakapan ini Anda pegang; bot diam sampai Anda kembalikan.")
    )


@blueprint.post(f"/conversations/<{BIG_ID}:conversation_id>/reply")
@seen_by(*STAFF)
def reply(conversation_id: int) -> Response | tuple[str, int]:
    """Send the citizen what the present user wrote, once."""
    here, text, once = edge(), text_of("note"), text_of("once")

    def step(session: Session) -> bool:
        return holding.reply(session, here.rulebook, conversation_id, user_id(), text, once, here.clock.now())

    return carry_out(conversation_id, "reply", step, N_("Balasan dikirim."))


@blueprint.post(f"/conversations/<{BIG_ID}:conversation_id>/give-back")
@seen_by(*STAFF)
def give_back(conversation_id: int) -> Response | tuple[str, int]:
    """The bot speaks again."""
    here, seen, rest = edge(), _number("seen") or 0, bool(text_of("rest"))

    def step(session: Session) -> bool:
        now = here.clock.now()
        return holding.give_back(session, conversation_id, user_id(), seen, now, answer_rest=rest)

    return carry_out(conversation_id, "give-back", step, N_("Percakapan dikembalikan ke bot."))


@blueprint.get(f"/conversations/<{BIG_ID}:conversation_id>/<action>")
@seen_by(*STAFF)
def back_to_conversation(conversation_id: int, action: str) -> Response:
    """Where a form was sent to is no page; the conversation is."""
    return redirect(url_for(".conversation", conversation_id=conversation_id), 303)


def carry_out(conversation_id: int, form: str, step: Step, notice: str) -> Response | tuple[str, int]:
    """Do ``step`` in one transaction; a form that is refused is shown again as it was typed, where it stood."""
    try:
        with changing() as session:
            require_open(session, conversation_id)
            is_new = step(session)
    except RefusedError as error:
        return _again(conversation_id, refused(form, str(error))), 409
    flash(translated(notice if is_new else TWICE))
    return redirect(_origin(conversation_id), 303)


def _again(conversation_id: int, typed: Typed) -> str:
    """The page that the form stood on, with what was typed; the conversation's where it names no ticket of it."""
    number = text_of("from")
    with edge().database.read() as session:
        found = find_ticket(session, number) if number else None
    if found is None or found.conversation_id != conversation_id or not sight.sees(found):
        return conversation_page(conversation_id, typed)
    return ticket_page_of(number, typed)


def _origin(conversation_id: int) -> str:
    """Back to the page that the form stood on: the conversation's, or that of one of its tickets."""
    number = text_of("from")
    if number:
        return url_for(".ticket", number=number)
    return url_for(".conversation", conversation_id=conversation_id)


def _number(name: str) -> int | None:
    """A hidden field that holds an id; None for anything else."""
    text = request.form.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None
