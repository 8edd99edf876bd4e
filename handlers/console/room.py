"""The blueprint that the console's pages share, and the view of the lists that the address bar holds."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, request
from flask_login import current_user

from bot.city import City
from bot.status import OPEN, Outcome, Status
from handlers.console.navigation import menu
from handlers.edge import edge
from handlers.guards import guard
from handlers.phrases import Phrases, can_be_late
from storage.queries.console import Wanted

blueprint = Blueprint("console", __name__, url_prefix="/console")
guard(blueprint, "login")

LATE = tuple(status for status in OPEN if can_be_late(status))
ONLY = {"open": "Masih terbuka", "late": "Lewat tenggat", "urgent": "Darurat"}
# How a ticket that is done came to be closed: in lists each kind can be looked at by itself.
CLOSED_AS = (Outcome.CONFIRMED, Outcome.SILENT, Outcome.UNREACHABLE, Outcome.DELIVERED)
BIG_ID = "int(max=9223372036854775807)"


@dataclass(frozen=True)
class Filters:
    """Which tickets the list shows; what the address bar does not know does not restrict."""

    status: str = ""
    agency: str = ""
    only: str = ""

    @classmethod
    def of(cls, args: Mapping[str, str], city: City) -> "Filters":
        known = {"status": {*Status, *CLOSED_AS}, "agency": {*city.agencies}, "only": {*ONLY}}
        return cls(**{name: args[name] for name, values in known.items() if args.get(name) in values})

    @property
    def query(self) -> dict[str, Any]:
        """For the address bar: only what restricts."""
        return {name: value for name, value in asdict(self).items() if value}

    def wanted(self, now: datetime) -> Wanted:
        """As the query takes it. Tickets in coordination have their own place on the page."""
        among = {"": tuple(Status), "open": OPEN, "late": LATE, "urgent": OPEN}[self.only]
        return Wanted(
            statuses=[s for s in among if s != Status.COORDINATION and self._takes(s)],
            outcome=self.status if self.status in CLOSED_AS else None,
            agency=self.agency or None,
            urgent=self.only == "urgent",
            solve_before=now if self.only == "late" else None,
        )

    def _takes(self, status: Status) -> bool:
        return self.status in ("", status) or (self.status in CLOSED_AS and status == Status.DONE)


def filters() -> Filters:
    """The present request's view of the lists."""
    return Filters.of(request.args, edge().rulebook.city)


def phrases() -> Phrases:
    """The words for a page that is made now."""
    return Phrases(edge().rulebook.city, edge().clock.now())


def user_id() -> int:
    """Who is logged in."""
    return int(current_user.id)


@blueprint.app_context_processor
def _frame() -> dict[str, Any]:
    """What the frame of a page needs: its menu, and how many numbers are written to in trial mode, if it is on."""
    return {"trial_numbers": len(edge().settings.trial), "menu": menu}


@blueprint.after_request
def _keep_private(response: Response) -> Response:
    response.headers.setdefault("Cache-Control", "private, no-cache")
    return response
