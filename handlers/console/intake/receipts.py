"""The paper that somebody takes home from the counter."""

from flask import render_template
from flask_babel import force_locale
from markupsafe import Markup
from sqlalchemy.orm import Session

from bot.accounts.roles import STAFF
from bot.desk_intake.receipt import hours, receipt_of
from bot.errors import NotFoundError
from bot.tickets import tickets
from handlers.audit import looked
from handlers.console import sight
from handlers.console.room import blueprint, phrases, user_id
from handlers.edge import edge
from handlers.guards import seen_by
from handlers.i18n import INDONESIAN, LANGUAGES
from storage.models import Ticket


@blueprint.get("/intake/<number>/receipt")
@seen_by(*STAFF)
def intake_receipt(number: str) -> str:
    """Number, what was understood, who has it, until when, and the way to its page."""
    with edge().database.read() as session:
        ticket = _mine(session, number)
        paper = _paper(ticket)
        page = render_template(
            "console/intake/receipt.html", say=phrases(), ticket=ticket, paper=paper, sees=sight.sees(ticket)
        )
    looked()
    return page


def _mine(session: Session, number: str) -> Ticket:
    """Whoever took a sealed one down has read it, and may hand over its receipt, though not open it again."""
    ticket = tickets.by_number(session, number)
    if not sight.sees(ticket) and ticket.taken_by != user_id():
        raise NotFoundError(f"Tidak ada laporan bernomor {number}.")
    return ticket


def _paper(ticket: Ticket) -> Markup:
    """In its citizen's language, whatever language the officer works in."""
    here, spoken = edge(), ticket.conversation.language
    with force_locale(spoken if spoken in LANGUAGES else INDONESIAN):
        paper = render_template(
            "console/intake/_paper.html",
            say=phrases(),
            city=here.rulebook.city,
            receipt=receipt_of(here.rulebook, ticket),
            ticket=ticket,
            spoken=spoken,
            hours=hours(here.rulebook.city),
        )
    return Markup(paper)  # noqa: S704 - our own template, which escapes what it is given
