"""What others' rows say of somebody: letters that quote them, lists, unfit messages, saved searches, questions."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from bot.personal.emptying import IN_HAND, Step, blank
from bot.personal.known import Known, tidy
from storage.models import Citizen, OutboundMessage, Quarantine, SavedView, StandingAnswer, Ticket, TicketEvent

BATCH = 200
# Lists to agencies and coordinators belong to no ticket; older ones are empty already (``sweeping``).
LISTS = and_(OutboundMessage.key >= "list:", OutboundMessage.key < "list;")
SEARCHED = "q"
TOGETHER = ("joined", "split")
GONE = "(pertanyaan dihapus)"


def empty_traces(session: Session, citizen: Citizen, known: Known, now: datetime) -> Iterator[Step]:
    """Empty what names or quotes this person; how many rows, by table."""
    yield "outbound_messages", _letters(session, citizen, known, now)
    yield "quarantine", _unfit(session, known)
    yield "saved_views", _searches(session, known)
    yield "standing_answers", _questions(session, known)


def _letters(session: Session, citizen: Citizen, known: Known, now: datetime) -> int:
    """An agency's letter about another ticket quotes everybody who reported the same."""
    together = _together_with(session, citizen)
    count = _emptied(session, OutboundMessage.ticket_id.in_(together), known, now) if together else 0
    return count + _emptied(session, LISTS, known, now)


def _emptied(session: Session, where: ColumnElement[bool], known: Known, now: datetime) -> int:
    """Those to nobody's conversation that have come to their end, and quote what is known."""
    found = select(OutboundMessage).where(
        where,
        OutboundMessage.conversation_id.is_(None),
        OutboundMessage.cleared_at.is_(None),
        OutboundMessage.state.not_in(IN_HAND),
    )
    rows = session.scalars(found.execution_options(yield_per=BATCH))
    quoting = [row for row in rows if known.is_quoted_in(_words_of(row.body))]
    blank(session, quoting, now)
    session.flush()
    return len(quoting)


def _together_with(session: Session, citizen: Citizen) -> Sequence[int]:
    """Others' tickets that are, or ever were, one incident with one of theirs."""
    mine = select(Ticket.id).where(Ticket.citizen_id == citizen.id)
    of_now = select(Ticket.incident_id).where(Ticket.citizen_id == citizen.id, Ticket.incident_id.is_not(None))
    told = select(TicketEvent.data).where(TicketEvent.ticket_id.in_(mine), TicketEvent.kind.in_(TOGETHER))
    once = [number for data in session.scalars(told) if isinstance(number := data.get("incident"), int)]
    incidents = {*filter(None, session.scalars(of_now)), *once}
    events = TicketEvent.kind.in_(TOGETHER), TicketEvent.data["incident"].as_integer().in_(incidents)
    parted = select(TicketEvent.ticket_id).where(*events)
    now = select(Ticket.id).where(Ticket.incident_id.in_(incidents))
    return sorted({*session.scalars(now), *session.scalars(parted)}) if incidents else []


def _unfit(session: Session, known: Known) -> int:
    """Signed messages that fit no number of ours: known by the address they came from."""
    found = session.scalars(select(Quarantine).execution_options(yield_per=BATCH))
    theirs = [row for row in found if _holds_address(row.raw, known)]
    for row in theirs:
        row.raw = {}
        row.external_id = f"erased:{row.id}"
    return len(theirs)


def _searches(session: Session, known: Known) -> int:
    """A saved view that searches for a name or a number searches for nothing from now on."""
    count = 0
    for view in session.scalars(select(SavedView).where(SavedView.query.contains(f"{SEARCHED}="))):
        asked = parse_qsl(view.query, keep_blank_values=True)
        kept = [(name, value) for name, value in asked if name != SEARCHED or not known.is_searched_by(value)]
        if known.is_named_in(view.name):
            view.name, count = f"({view.id})", count + 1
        if kept != asked:
            view.query, count = urlencode(kept), count + 1
    return count


def _questions(session: Session, known: Known) -> int:
    """A question that was kept word for word: its answer stays."""
    count = 0
    for answer in session.scalars(select(StandingAnswer).where(StandingAnswer.question.is_not(None))):
        asked = answer.question or ""
        if tidy(asked) in known.questions or known.is_named_in(asked):
            answer.question, count = GONE, count + 1
    return count


def _holds_address(raw: Any, known: Known) -> bool:
    """Whether any value of what came names an address of theirs."""
    if isinstance(raw, dict):
        return any(_holds_address(value, known) for value in raw.values())
    if isinstance(raw, list):
        return any(_holds_address(value, known) for value in raw)
    return isinstance(raw, str) and (raw in known.addresses or known.is_named_in(raw))


def _words_of(body: Any) -> str:
    """Of an e-mail, a template or a post, and of the ways that were left: every text in it."""
    if isinstance(body, dict):
        return "\n".join(_words_of(value) for value in body.values())
    if isinstance(body, list):
        return "\n".join(map(_words_of, body))
    return body if isinstance(body, str) else ""
