"""A list of what waits for a person, with one message open: shared by unsure messages and light questions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from flask import render_template, request
from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from bot import audit
from bot.desk import readings
from bot.desk.readings import Heard
from bot.privacy import mask
from handlers.audit import looked
from handlers.console import sight
from handlers.console.conversations.thread import Line, thread_of
from handlers.console.room import phrases, user_id
from handlers.edge import edge
from handlers.files import Shown
from storage.models import Handover, Ticket
from storage.queries import handovers as queries

SHOWN = 40
# A colleague who opened a message so lately still reads it.
JUST_OPENED = timedelta(minutes=2)
LATEST_LINES = 8
LONGEST_ID = 18


@dataclass(frozen=True)
class Pile:
    """Messages of one kind that wait, the oldest deadline first; those that the present user must not read apart.

    ``open``: the one on the page; ``gone``: the one that was asked for waits no more. ``theirs``: the ids of those
    that a colleague has just opened. ``total`` counts all that wait, shown or not.
    """

    waiting: Sequence[Handover]
    open: Handover | None
    total: int
    covered: int
    theirs: frozenset[int]
    gone: bool = False

    @property
    def before(self) -> int | None:
        return self._beside(-1)

    @property
    def after(self) -> int | None:
        return self._beside(1)

    def _beside(self, step: int) -> int | None:
        ids = [handover.id for handover in self.waiting]
        if self.open is None or self.open.id not in ids or len(ids) < 2:
            return None
        return ids[(ids.index(self.open.id) + step) % len(ids)]


@dataclass(frozen=True)
class Opened:
    """The message on the page: its words and pin, masked, what it is about, what was said around it, its files."""

    text: str
    pin: str
    heard: Heard
    lines: Sequence[Line]
    files: Sequence[Shown]
    ticket: str | None


def pile(session: Session, which: ColumnElement[bool], wanted: int | None) -> Pile:
    """What waits, with the ``wanted`` one open, else the one behind ``?after=`` that no colleague reads."""
    found, total = queries.waiting(session, which, SHOWN)
    covered = sight.covered(session, found)
    readable = [handover for handover in found if handover.id not in covered]
    since = edge().clock.now() - JUST_OPENED
    theirs = queries.opened_by_others(session, [h.id for h in readable], user_id(), audit.LOOKED, since)
    chosen = next((handover for handover in readable if handover.id == wanted), None)
    current = chosen or _next(session, readable, theirs)
    return Pile(readable, current, total, len(covered), theirs, gone=wanted is not None and chosen is None)


def opened(session: Session, handover: Handover) -> Opened:
    """What is shown of the open message."""
    curtain, say = sight.curtain_before(session, handover.conversation.citizen_id), phrases()
    lines = thread_of(session, handover.conversation_id, say, curtain)
    heard = readings.heard(session, handover)
    moments = {message.received_at for message in heard.messages}
    files = [file for line in lines if line.side == "in" and line.at in moments for file in line.files]
    return Opened(
        mask(handover.text), _pin_of(heard), heard, lines[-LATEST_LINES:], files, _ticket_of(session, heard)
    )


def note_look(handover: Handover, what: str) -> None:
    """Whoever is logged in is about to read this; colleagues are given another one meanwhile."""
    looked(f"handover:{handover.id}")
    sight.note_looks_in(handover.conversation_id, what)


def number_in(name: str) -> int | None:
    """An id in the address bar; None for anything else."""
    text = request.args.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= LONGEST_ID else None


def _next(session: Session, readable: Sequence[Handover], theirs: frozenset[int]) -> Handover | None:
    """The first behind the one that was dealt with, then from the beginning; one that nobody else has open."""
    after = number_in("after")
    done = session.get(Handover, after) if after else None
    place = (done.due_at, done.id) if done else None
    behind = [handover for handover in readable if place and (handover.due_at, handover.id) > place]
    order = [*behind, *(handover for handover in readable if handover not in behind)]
    return next((handover for handover in order if handover.id not in theirs), order[0] if order else None)


def _pin_of(heard: Heard) -> str:
    pin = heard.location
    return f"{pin.latitude:.5f}, {pin.longitude:.5f} {mask(pin.address)}".strip() if pin else ""


def _ticket_of(session: Session, heard: Heard) -> str | None:
    """The ticket that the message belongs to already."""
    ids = [message.ticket_id for message in heard.messages if message.ticket_id]
    ticket = session.get(Ticket, ids[-1]) if ids else None
    return ticket.number if ticket and sight.sees(ticket) else None


def list_beside(condition: ColumnElement[bool], page: str) -> str:
    """The list beside an open message, made anew for ``page``."""
    with edge().database.read() as session:
        found = pile(session, condition, number_in("m"))
        return render_template("console/_waiting.html", pile=found, say=phrases(), page=page, mask=mask)
