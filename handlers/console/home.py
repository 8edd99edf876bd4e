"""The console's first page: what waits for a person, and the tickets."""

from collections.abc import Sequence

from flask import render_template
from sqlalchemy.orm import Session

from bot import coordination
from bot.status import OPEN, Status
from handlers.console.room import LATE, ONLY, blueprint, filters, phrases
from handlers.edge import edge
from handlers.forms import Typed
from storage.models import Handover, Ticket
from storage.queries import console as queries

MESSAGES_SHOWN, SENT_BACK_SHOWN, TICKETS_SHOWN = 50, 50, 100


@blueprint.get("/")
def home() -> str:
    """What waits, most urgent first, and the newest tickets under the filters of the address bar."""
    return home_page(Typed())


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
        counts=queries.counts(session, OPEN, LATE, Status.COORDINATION, say.now),
        waiting=waiting,
        sent_back=sent_back,
        tickets=queries.newest(session, view.wanted(say.now), TICKETS_SHOWN),
        shown=TICKETS_SHOWN,
        filters=view,
        only=ONLY,
        city=say.city,
        statuses=[status for status in Status if status != Status.COORDINATION],
        typed=typed,
        unsent=bool(typed.form) and typed.form not in _forms(waiting, sent_back),
    )


def _forms(waiting: list[Handover], sent_back: Sequence[Ticket]) -> set[str]:
    """The names of the forms on the page: a refused one that is not among them is shown on top."""
    messages = {f"{action}-{handover.id}" for handover in waiting for action in ("answer", "ticket")}
    return messages | {f"pass-on-{ticket.number}" for ticket in sent_back}
