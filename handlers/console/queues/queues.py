"""The queues: one list page for all of them, its address holding the whole view, and the list as a file."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from bot.accounts.roles import READERS, STAFF
from bot.city.city import City
from bot.desk_intake.taken import CAME_BY
from bot.errors import NotFoundError
from bot.messages import CHANNELS
from bot.status import Status
from handlers import spoken
from handlers.console import sight
from handlers.console.alarms import waiting_alarms
from handlers.console.looks import looked_at_list
from handlers.console.pulse import present
from handlers.console.queues.filters import (
    AGES,
    ASSIGNED,
    CLOSED_AS,
    PRIORITIES,
    STATUS_GROUPS,
    ListFilters,
    is_plain,
)
from handlers.console.queues.listing import MOST_LISTED, ON_A_PAGE, Listing
from handlers.console.queues.words import ABOUT, ACTIONS, EMPTY, FIELDS, TITLES, age, chips, clipped, status_name
from handlers.console.room import blueprint, desk, phrases, user_id
from handlers.edge import edge
from handlers.forms import Typed
from handlers.guards import seen_by
from handlers.i18n import N_, translated
from handlers.phrases import Phrases
from storage.models import TicketEvent
from storage.queries import queues
from storage.queries.queue_conditions import NAMES, SENT_BACK, Desk, Wanted
from storage.queries.queues import Colleague
from storage.queries.saved_views import views_of

LONGEST_PAGE = 6
BULK, SAVE_VIEW, RENAME_VIEW = "bulk", "save-view", "rename-view"


@dataclass(frozen=True)
class View:
    """One list as the address bar holds it: which queue, narrowed to what, and which page of it."""

    queue: str
    filters: ListFilters
    page: int

    @property
    def title(self) -> str:
        return translated(TITLES[self.queue])

    @property
    def address(self) -> str:
        """Of this very page, to come back to."""
        return self.at(self.page)

    def at(self, page: int) -> str:
        """The address of another page of the list."""
        return self._address(".queue", page)

    def form(self, endpoint: str) -> str:
        """Where a form of the list goes, which then finds the view in its own address."""
        return self._address(endpoint, self.page)

    @property
    def key(self) -> str:
        """How the view is kept under a name: without the page."""
        _, _, query = self.at(1).partition("?")
        return f"{self.queue}?{query}" if query else self.queue

    def _address(self, endpoint: str, page: int) -> str:
        more: dict[str, Any] = {**self.filters.query, **({"page": page} if page > 1 else {})}
        return url_for(endpoint, name=self.queue, **more)


@dataclass(frozen=True)
class Shown(Listing):
    """The page of a queue, with why its tickets came back."""

    view: View
    reasons: Mapping[int, TicketEvent]

    @property
    def most(self) -> int:
        return MOST_LISTED


@blueprint.get("/queue/<name>")
@seen_by(*READERS)
def queue(name: str) -> str | Response:
    """A queue under the filters of the address bar, most urgent first."""
    view = view_of(name)
    if not is_plain(request.args):
        return redirect(view.address, 303)
    looked_at_list(f"queue:{name}")
    return queue_page(view, Typed())


def queue_page(view: View, typed: Typed) -> str:
    """The list, with a form that was refused as it was typed."""
    present()  # before anything is read
    mine, say = desk(), phrases()
    with edge().database.read() as session:
        shown = _shown(session, view, mine, say)
        return render_template(
            "console/queue.html",
            say=say,
            view=view,
            shown=shown,
            alarms=waiting_alarms(session, say),
            views=views_of(session, user_id()),
            areas=() if is_fragment() else queues.areas(session),
            chips=list(chips(view.queue, view.filters, say, shown.people)),
            colleagues=[one for one in shown.people.values() if one.is_active],
            sees=sight.sees,
            age=lambda ticket: age(mine.now - ticket.created_at),
            clipped=clipped,
            number=spoken.number,
            status_name=status_name,
            typed=typed,
            unsent=_is_unsent(typed, shown),
            chosen=set(request.form.getlist("ticket")) if typed.in_form(BULK) else (),
            **_choices(say.city),
        )


def sent_back_page(typed: Typed) -> str:
    """The list of what agencies sent back, with a form of it that was refused as it was typed."""
    return queue_page(View(SENT_BACK, ListFilters(), 1), typed)


def view_of(name: str) -> View:
    """The list that the present address is about; NotFoundError for a queue that there is not."""
    if name not in NAMES:
        raise NotFoundError(translated(N_("Antrean itu tidak ada; pilih dari menu.")))
    page = request.args.get("page", "")
    is_number = page.isascii() and page.isdecimal() and len(page) <= LONGEST_PAGE
    number = max(1, int(page)) if is_number else 1
    return View(name, ListFilters.of(request.args, edge().rulebook.city), number)


def is_fragment() -> bool:
    """Whether a page asks for a part of itself anew."""
    return "HX-Request" in request.headers


def _shown(session: Session, view: View, mine: Desk, say: Phrases) -> Shown:
    wanted, skipped = queues.spelled(session, wanted_in(view, say)), (view.page - 1) * ON_A_PAGE
    tickets = queues.tickets_of(session, wanted, mine, ON_A_PAGE, skipped) if skipped < MOST_LISTED else ()
    is_whole = view.page == 1 and len(tickets) < ON_A_PAGE
    total = len(tickets) if is_whole else queues.how_many(session, wanted, mine, MOST_LISTED + 1)
    back = [ticket.id for ticket in tickets if ticket.status == Status.COORDINATION and not ticket.sealed]
    reasons = queues.reasons_of_return(session, back) if view.queue == SENT_BACK and back else {}
    return Shown(view, tickets, total, people_of_the_desk(session), reasons)


def _is_unsent(typed: Typed, shown: Shown) -> bool:
    """Whether a form was refused that is not on the page any more: it is shown on top."""
    here = {
        BULK,
        SAVE_VIEW,
        RENAME_VIEW,
        *(f"pass-on-{ticket.number}" for ticket in shown.tickets if not ticket.closed_at),
    }
    return bool(typed.form) and typed.form not in here


def people_of_the_desk(session: Session) -> dict[int, Colleague]:
    """Everybody who works at the console, by id."""
    return {one.id: one for one in queues.colleagues(session, STAFF)}


def wanted_in(view: View, say: Phrases) -> Wanted:
    """What the view asks for, by the present user."""
    return view.filters.wanted(view.queue, say.city, user_id(), say.now)


def _choices(city: City) -> dict[str, Any]:
    """What the filters offer."""
    return {
        "about": ABOUT,
        "actions": ACTIONS,
        "empty": EMPTY,
        "fields": FIELDS,
        "city": city,
        "statuses": [*STATUS_GROUPS, *Status, *CLOSED_AS],
        "channels": [*CHANNELS, *CAME_BY],
        "ages": AGES,
        "assigned": ASSIGNED,
        "priorities": PRIORITIES,
    }
