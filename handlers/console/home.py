"""The console's first page: what waits for a person, and the tickets."""

from collections.abc import Sequence
from dataclasses import replace

from flask import render_template
from sqlalchemy.orm import Session

from bot import coordination
from bot.roles import AGENCY_OFFICER, READERS
from bot.status import OPEN, Status
from handlers.console import sight
from handlers.console.alarms import waiting_alarms
from handlers.console.cases import agency_home
from handlers.console.incidents import floods_in_progress
from handlers.console.room import CLOSED_AS, LATE, ONLY, blueprint, filters, phrases, user_id
from handlers.edge import edge
from handlers.forms import Typed
from handlers.guards import seen_by
from storage.models import Handover, Ticket
from storage.queries import console as queries
from storage.queries.evidence import count_waiting
from storage.queries.people import held
from storage.queries.sealing import sealed_in

MESSAGES_SHOWN, SENT_BACK_SHOWN, TICKETS_SHOWN = 50, 50, 100
SEALED_SHOWN = 200
HELD_SHOWN = 50


@blueprint.get("/")
@seen_by(*READERS, AGENCY_OFFICER)
def home() -> str:
    """What waits, most urgent first, and the newest tickets under the filters of the address bar.

    An agency's officers have a page of their own.
    """
    return agency_home() if sight.is_of_agency() else home_page(Typed())


def home_page(typed: Typed) -> str:
    """The page, with a form that was refused as it was typed."""
    with edge().database.read() as session:
        return _render(session, typed)


def _render(session: Session, typed: Typed) -> str:
    say, view = phrases(), filters()
    waiting = coordination.open_handovers(session, MESSAGES_SHOWN)
    sent_back = queries.in_status(session, Status.COORDINATION, SENT_BACK_SHOWN)
    return render_template(
        "console/home.html",
        say=say,
        alarms=waiting_alarms(session, say),
        floods=floods_in_progress(session, say),
        counts=queries.counts(session, OPEN, LATE, Status.COORDINATION, say.now, sealed=sight.sees_sealed()),
        waiting=waiting,
        covered=sight.covered(session, waiting),
        sealed=sealed_in(session, OPEN, SEALED_SHOWN) if sight.sees_sealed() else (),
        sees=sight.sees,
        sent_back=sent_back,
        held=held(session, HELD_SHOWN),
        own_id=user_id(),
        tickets=queries.newest(session, replace(view.wanted(say.now), sealed=sight.sees_sealed()), TICKETS_SHOWN),
        shown=TICKETS_SHOWN,
        filters=view,
        only=ONLY,
        city=say.city,
        closed_as=CLOSED_AS,
        claims_waiting=count_waiting(session, sealed=sight.sees_sealed()),
        statuses=[status for status in Status if status != Status.COORDINATION],
        typed=typed,
        unsent=bool(typed.form) and typed.form not in _forms(waiting, sent_back),
    )


def _forms(waiting: list[Handover], sent_back: Sequence[Ticket]) -> set[str]:
    """The names of the forms on the page: a refused one that is not among them is shown on top."""
    messages = {f"{action}-{handover.id}" for handover in waiting for action in ("answer", "ticket")}
    return messages | {f"pass-on-{ticket.number}" for ticket in sent_back}
