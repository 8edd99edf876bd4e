"""Whether anything changed: asked by every open page every two seconds, and answered with next to nothing."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

from flask import Response, g, render_template, request
from flask_login import current_user
from sqlalchemy.orm import Session

from bot.accounts.roles import READERS
from bot.duty.roster import ROLES as ALARMED
from bot.status import OPEN
from handlers import spoken
from handlers.console.answers.answers import ending_count
from handlers.console.room import blueprint, desk
from handlers.edge import edge
from handlers.guards import seen_by
from storage.queries import pulse as queries
from storage.queries import queue_counts
from storage.queries.queue_counts import MOST_COUNTED, Counts

EMERGENCIES, OVERDUE, ANSWERS = "emergencies", "overdue", "answers"
# What amber is for: it waits for somebody of the city, not for an agency.
ATTENTION = (EMERGENCIES, "sent_back", OVERDUE, "undelivered", ANSWERS)
IN_MENU = ("unsure", "questions", EMERGENCIES, "sent_back", OVERDUE, "due_soon", "claims", "undelivered", "mine")


class Beside(NamedTuple):
    """A number beside an entry of the menu."""

    name: str
    waiting: int
    look: str

    @property
    def said(self) -> str:
        """``12``; ``1.000+`` where no further was counted."""
        most = spoken.number(min(self.waiting, MOST_COUNTED))
        return f"{most}+" if self.waiting > MOST_COUNTED else most


@dataclass(frozen=True)
class Present:
    """How things stand for the present user. ``newest``: the latest emergency that nobody has taken; ``ending``:
    answers that are over or soon will be, which changes by the day and is looked at by whole pages only."""

    version: str
    counts: Counts
    untaken: int
    newest: int
    ending: int = 0

    def beside(self, name: str) -> Beside:
        """The number of one entry, and whether it asks for attention."""
        count = self.ending if name == ANSWERS else getattr(self.counts, name)
        is_red = name == EMERGENCIES and self.untaken > 0
        return Beside(name, count, "urgent" if is_red else "warn" if count and name in ATTENTION else "")

    @property
    def numbers(self) -> Iterator[Beside]:
        """The numbers of the whole menu."""
        return (self.beside(name) for name in IN_MENU)


@blueprint.get("/pulse")
@seen_by(*READERS)
def pulse() -> Response:
    """Nothing while all is as it was at ``version``, else the new one, the numbers of the menu, and a call to all
    lists of the page to look again."""
    with edge().database.read() as session:
        now = look(session)
    if request.args.get("version") == now.version:
        return Response(status=204)
    response = Response(render_template("console/pulse.html", now=now))
    told = {"changed": {}, "emergency": {"untaken": now.untaken, "newest": now.newest}}
    response.headers["HX-Trigger"] = json.dumps(told)
    return response


def present() -> Present | None:
    """How things stand, looked at once a request; None for whom the console's lists are not.

    A page that lists anything asks before it reads: what changes while it reads is then noticed as a change.
    """
    if not current_user.is_authenticated or current_user.role not in READERS:
        return None
    return how_it_stands()


def how_it_stands() -> Present:
    """How things stand for a reader, looked at once a request."""
    if "present" not in g:
        with edge().database.read() as session:
            g.present = replace(look(session), ending=ending_count(session))
    found: Present = g.present
    return found


def look(session: Session) -> Present:
    """How things stand now, in two statements."""
    counts, marks = queue_counts.counts(session, desk()), queries.marks(session, OPEN)
    digest = hashlib.blake2s(repr((tuple(counts), tuple(marks))).encode(), digest_size=8)
    is_alarmed = current_user.role in ALARMED
    return Present(
        digest.hexdigest(), counts, marks.untaken if is_alarmed else 0, marks.newest if is_alarmed else 0
    )


@blueprint.app_context_processor
def _for_layout() -> dict[str, object]:
    return {"present": present}
