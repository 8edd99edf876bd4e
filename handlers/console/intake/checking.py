"""A post that is checked with the unit: passed on by the ticket's own form, or closed here as not so."""

from flask import redirect, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from bot.accounts.roles import STAFF
from bot.desk_intake import checking
from bot.status import Status
from handlers.console.room import blueprint, user_id
from handlers.console.ticket.forms import carry_out
from handlers.edge import edge
from handlers.forms import text_of
from handlers.guards import seen_by
from handlers.i18n import N_
from storage.models import Ticket

FORM = "not-so"


@blueprint.get("/intake/<number>/not-so")
@seen_by(*STAFF)
def back_to_check(number: str) -> Response:
    """Where a form was sent to is no page; the ticket is."""
    return redirect(url_for(".ticket", number=number), 303)


@blueprint.post("/intake/<number>/not-so", endpoint="not_so")
@seen_by(*STAFF)
def not_so(number: str) -> Response | tuple[str, int]:
    """The unit looked: what the post says is not so."""
    here, reason = edge(), text_of("note")

    def step(session: Session, ticket: Ticket) -> bool:
        checking.not_so(session, here.rulebook, ticket, reason, user_id(), here.clock.now())
        return True

    def is_so(ticket: Ticket) -> bool:
        return ticket.status == Status.REJECTED

    return carry_out(number, FORM, step, is_so, N_("Laporan ditutup: tidak seperti yang ditulis."))
