"""How a form on a ticket's page is carried out: sent twice it works once, and late it overwrites nothing."""

from collections.abc import Callable

from flask import flash, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from bot.errors import NotFoundError, RefusedError
from handlers.audit import changing
from handlers.console import sight
from handlers.console.room import TWICE, phrases
from handlers.console.ticket.view import People, ticket_page_of
from handlers.forms import refused
from handlers.i18n import N_, translated
from storage.models import Ticket, TicketEvent
from storage.queries import ticket_page

# Does something and says whether that is new; and whether it is so already.
Step = Callable[[Session, Ticket], bool]
Known = Callable[[Ticket], bool]
# What happens meanwhile without anything being decided.
NO_DECISION = ("seen", "acted", "noted", "told_in_reply", "why_rerouted", "reminder_dropped")
REMINDERS = ("agency_reminded", "agency_overdue", "head_told", "coordinators_told", "on_weekly_list")
MOST_TOLD = 3
MEANWHILE = N_(
    "Sementara itu laporan ini berubah (%(what)s). Tulisan Anda masih ada; periksa, lalu kirim lagi bila perlu."
)


def carry_out(
    number: str, form: str, step: Step, is_so: Known | None, notice: str, there: str = ""
) -> Response | tuple[str, int]:
    """Do ``step`` in one transaction; a form that is refused is shown again as it was typed.

    ``is_so``: whether it is as the form wants it, so that nothing is overwritten; without it the changes of others
    are no hindrance.
    """
    try:
        with changing() as session:
            found = sight.open_to_me(session, number)
            session.refresh(found, with_for_update=True)
            is_new = _is_new(session, found, step, is_so)
    except (RefusedError, NotFoundError) as error:
        if isinstance(error, NotFoundError) and form != "join":
            raise
        return ticket_page_of(number, refused(form, str(error))), 409
    flash(translated(notice if is_new else TWICE))
    return redirect(url_for(".ticket", number=number) + there, 303)


def _is_new(session: Session, ticket: Ticket, step: Step, is_so: Known | None) -> bool:
    if is_so is not None and is_so(ticket):
        return False
    if is_so is not None and (meanwhile := _since(ticket)):
        raise RefusedError(_told(session, meanwhile))
    return step(session, ticket)


def _since(ticket: Ticket) -> list[TicketEvent]:
    """What was decided about the ticket after the page was made that the form stood on."""
    seen = request.form.get("seen", "")
    if not (seen.isascii() and seen.isdecimal() and len(seen) < 19):
        return []
    return [event for event in ticket.events if event.id > int(seen) and _decides(event)]


def _decides(event: TicketEvent) -> bool:
    is_news = event.kind.startswith(("follow_", "not_sent_"))
    return not is_news and event.kind not in (*NO_DECISION, *REMINDERS)


def _told(session: Session, events: list[TicketEvent]) -> str:
    """Who did what in the meantime, in one sentence."""
    say = phrases()
    actors = [int(event.actor.removeprefix("user:")) for event in events if event.actor.startswith("user:")]
    people = People(ticket_page.colleagues(session, (), actors))
    done = [f"{people.who(event.actor, say)}: {say.event(event)}" for event in events[-MOST_TOLD:]]
    what = "; ".join(done)
    return translated(MEANWHILE) % {"what": what}
