"""What the ledger, the sweeping and the requests about personal data look for."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select, text, update
from sqlalchemy.orm import Session

from storage.models import Citizen, Conversation, Erasure, OutboundMessage, RightsRequest, Ticket, User

# PostgreSQL counts on from what it gave out itself.
NEXT_NUMBER = "SELECT setval(pg_get_serial_sequence('erasures', 'id'), (SELECT max(id) FROM erasures))"
FINAL = ("delivered", "read", "failed", "cancelled")


def unwritten(session: Session, limit: int) -> list[tuple[Erasure, datetime | None]]:
    """Erasures that the ledger's file does not have yet, the oldest first, with when their citizen first came."""
    since = select(Erasure, Citizen.created_at).outerjoin(Citizen, Citizen.id == Erasure.citizen_id)
    rows = session.execute(since.where(Erasure.written_at.is_(None)).order_by(Erasure.id).limit(limit))
    return [(row[0], row[1]) for row in rows]


def is_known(session: Session, citizen_id: int, proof: str) -> bool:
    """Whether the database has this erasure."""
    mine = select(Erasure.id).where(Erasure.citizen_id == citizen_id, Erasure.proof == proof)
    return session.scalar(mine.limit(1)) is not None


def newest_written(session: Session) -> Erasure | None:
    """The erasure that came into the ledger's file last."""
    written = select(Erasure).where(Erasure.written_at.is_not(None))
    return session.scalar(written.order_by(Erasure.written_at.desc(), Erasure.id.desc()).limit(1))


def number(session: Session, row: Erasure, told: int) -> None:
    """Give a replayed erasure the number that its citizen was told, where no other has it by now."""
    if row.id == told or session.get(Erasure, told) is not None:
        return
    row.id = told
    session.flush()
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text(NEXT_NUMBER))


def waiting(session: Session) -> int:
    """How many erasures no file has yet."""
    return session.scalar(select(func.count(Erasure.id)).where(Erasure.written_at.is_(None))) or 0


def was_any(session: Session, since: datetime) -> bool:
    """Whether anybody was forgotten since then."""
    lately = select(Erasure.id).where(or_(Erasure.at >= since, Erasure.written_at >= since))
    return session.scalar(lately.limit(1)) is not None


def left_over(session: Session, since: datetime, before: datetime, limit: int) -> Sequence[OutboundMessage]:
    """Messages to or about people who were forgotten after ``since`` that were on their way then, and ended now.

    ``before``: what was accepted earlier is heard of no more.
    """
    lately = or_(Erasure.at >= since, Erasure.written_at >= since)
    erased = select(Citizen.id).join(Erasure, Erasure.citizen_id == Citizen.id)
    forgotten = erased.where(lately, Citizen.erased_at.is_not(None))
    talks = select(Conversation.id).where(Conversation.citizen_id.in_(forgotten))
    about = select(Ticket.id).where(Ticket.citizen_id.in_(forgotten))
    ended = or_(
        OutboundMessage.state.in_(FINAL),
        and_(OutboundMessage.state == "accepted", OutboundMessage.sent_at < before),
    )
    theirs = or_(OutboundMessage.conversation_id.in_(talks), OutboundMessage.ticket_id.in_(about))
    found = select(OutboundMessage).where(theirs, OutboundMessage.cleared_at.is_(None), ended)
    return session.scalars(found.order_by(OutboundMessage.id).limit(limit).with_for_update(skip_locked=True)).all()


def old_lists(session: Session, before: datetime, limit: int) -> Sequence[OutboundMessage]:
    """Lists to agencies and coordinators that have gone out, from before that time."""
    lists = OutboundMessage.key >= "list:", OutboundMessage.key < "list;"
    ended = OutboundMessage.state.in_((*FINAL, "accepted"))
    found = select(OutboundMessage).where(
        *lists, OutboundMessage.cleared_at.is_(None), OutboundMessage.created_at < before, ended
    )
    return session.scalars(found.limit(limit).with_for_update(skip_locked=True)).all()


def open_requests(session: Session, limit: int) -> Sequence[RightsRequest]:
    """What waits for a person, the earliest due first; copies that wait to be fetched are not."""
    return session.scalars(_open(select(RightsRequest)).order_by(RightsRequest.due_at).limit(limit)).all()


def how_many_open(session: Session, now: datetime) -> tuple[int, int]:
    """How many requests wait for a person, and how many of these are past the legal time."""
    late = func.count().filter(RightsRequest.due_at < now)
    row = session.execute(_open(select(func.count(RightsRequest.id), late))).one()
    return int(row[0]), int(row[1])


def done_requests(session: Session, since: datetime, limit: int) -> Sequence[RightsRequest]:
    """What was done since then, the latest first."""
    done = select(RightsRequest).where(RightsRequest.done_at >= since)
    return session.scalars(done.order_by(RightsRequest.done_at.desc()).limit(limit)).all()


def to_remind(session: Session, until: datetime, limit: int) -> Sequence[RightsRequest]:
    """Open requests that are due by then and that nobody was told of, locked."""
    found = _open(select(RightsRequest)).where(RightsRequest.due_at <= until, RightsRequest.reminded_at.is_(None))
    return session.scalars(found.limit(limit).with_for_update(skip_locked=True)).all()


def not_fetched(session: Session, asked_before: datetime, limit: int) -> Sequence[RightsRequest]:
    """Copies that were offered by a link which has ended."""
    found = select(RightsRequest).where(
        RightsRequest.done_at.is_(None), _is_link(), RightsRequest.asked_at < asked_before
    )
    return session.scalars(found.limit(limit).with_for_update(skip_locked=True)).all()


def names_of(session: Session, ids: Sequence[int]) -> dict[int, str]:
    """Whose accounts these are."""
    rows = session.execute(select(User.id, User.email).where(User.id.in_(ids))) if ids else ()
    return {row[0]: row[1] for row in rows}


def stop_news(session: Session, citizen_ids: Sequence[int], now: datetime) -> None:
    """Nothing is sent unasked to these people."""
    silent = update(Citizen).where(Citizen.id.in_(citizen_ids), Citizen.opted_out_at.is_(None))
    session.execute(silent.values(opted_out_at=now).execution_options(synchronize_session=False))


def _open(found: Any) -> Any:
    return found.where(RightsRequest.done_at.is_(None), ~_is_link())


def _is_link() -> ColumnElement[bool]:
    """A copy that the citizen fetches by a link."""
    return and_(RightsRequest.kind == "access", RightsRequest.via == "link")
