"""What an agency's own system reports on a case: steps as on its page. It can only *claim* that it is done."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.agencies import work
from bot.agencies.work import LONGEST_NOTE, Desk
from bot.city.city import City
from bot.errors import NotFoundError
from bot.open311.documents import Document
from bot.open311.ids import REQUEST, UPDATE, Ids
from bot.open311.reading import Fields
from bot.open311.visible import public_of
from bot.rulebook import Rulebook
from bot.status import Status
from bot.tickets.numbers import find_numbers
from storage.models import Ticket
from storage.queries import open311 as queries
from storage.queries.incidents import lead_of

ACKNOWLEDGED, IN_PROGRESS, DONE = "acknowledged", "in_progress", "done"
# Words of other systems for the three steps.
WORDS = {
    ACKNOWLEDGED: ACKNOWLEDGED,
    IN_PROGRESS: IN_PROGRESS,
    "investigating": IN_PROGRESS,
    DONE: DONE,
    "fixed": DONE,
    "closed": DONE,
}
# Where a step has been taken already; what is sent again changes nothing.
ALREADY = {
    ACKNOWLEDGED: (Status.IN_PROGRESS, Status.SCHEDULED, Status.NEEDS_INFO),
    IN_PROGRESS: (Status.IN_PROGRESS, Status.SCHEDULED),
    DONE: (Status.CLAIMED_DONE, Status.DONE),
}


@dataclass(frozen=True)
class Update:
    """``step``: one of the three; ``ticket``: by its public id or its number; ``note``: what was done."""

    ticket: str
    step: str
    note: str


def read(fields: Fields) -> Update:
    """What POST servicerequestupdates brings; UnfitError with a sentence for each field that is wrong."""
    ticket = fields.text("service_request_id", 100)
    if not ticket:
        fields.wrong("service_request_id", "is needed")
    step = WORDS.get(fields.text("status", 40).lower())
    if step is None:
        fields.wrong("status", f"is one of {', '.join(WORDS)}")
    note = fields.text("description", LONGEST_NOTE, lines=True)
    if step == DONE and not note and not fields.sentences:
        fields.wrong("description", "is needed: what was done; the citizen reads it")
    fields.check()
    return Update(ticket, step or "", note)


def apply(session: Session, rulebook: Rulebook, ids: Ids, update: Update, agency: str, now: datetime) -> Document:
    """Take the step; NotFoundError where ``agency`` has no such case, RefusedError where it cannot be taken."""
    ticket = _case(session, rulebook.city, ids, update.ticket, agency)
    lead = lead_of(session, ticket) or ticket
    if lead.agency != agency or lead.sealed:
        raise _missing()
    session.refresh(lead, with_for_update=True)
    if lead.status not in ALREADY[update.step]:
        STEPS[update.step](Desk(session, rulebook, lead, agency, now), update.note)
        session.flush()
    name = ids.name(UPDATE, queries.last_step(session, public_of(rulebook.city), ticket.id))
    return {"update_id": name, "service_request_id": ids.name(REQUEST, ticket.id)}


def _accept(desk: Desk, note: str) -> None:
    work.accept(desk)


def _claim(desk: Desk, note: str) -> None:
    work.claim_done(desk, note, None)


STEPS: dict[str, Callable[[Desk, str], None]] = {ACKNOWLEDGED: _accept, IN_PROGRESS: _accept, DONE: _claim}


def _case(session: Session, city: City, ids: Ids, name: str, agency: str) -> Ticket:
    """A case of the agency. Of all others it is not even told that they exist."""
    row_id, numbers = ids.row_id(REQUEST, name), find_numbers(name, city.ticket_prefix)
    if row_id is None and len(numbers) != 1:
        raise _missing()
    which = Ticket.id == row_id if row_id is not None else Ticket.number == numbers[0]
    mine = select(Ticket).where(which, Ticket.agency == agency, Ticket.forwarded_at.is_not(None))
    ticket = session.scalar(mine.where(Ticket.sealed.is_(False)))
    if ticket is None:
        raise _missing()
    return ticket


def _missing() -> NotFoundError:
    return NotFoundError("Your agency has no such request.")
