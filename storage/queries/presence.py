"""Who has a ticket's page open; a row is of interest for some seconds."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session, joinedload

from storage.models import Presence
from storage.queries.inserting import insert_missing

LASTS = timedelta(seconds=30)


def stay(session: Session, ticket_id: int, user_id: int, now: datetime, writes: bool = False) -> None:
    """That user has it open now, and types a reply where ``writes``; rows that are over, on any ticket, go."""
    session.execute(delete(Presence).where(Presence.seen_at < now - LASTS))
    mine = update(Presence).where(Presence.ticket_id == ticket_id, Presence.user_id == user_id)
    insert_missing(session, Presence, {"ticket_id": ticket_id, "user_id": user_id, "seen_at": now})
    session.execute(mine.values(seen_at=now, **({"writing_at": now} if writes else {})))


def others(session: Session, ticket_id: int, user_id: int, now: datetime) -> Sequence[Presence]:
    """Who else has it open, the earliest first."""
    here = select(Presence).where(Presence.ticket_id == ticket_id, Presence.user_id != user_id)
    still = here.where(Presence.seen_at >= now - LASTS).options(joinedload(Presence.user))
    return session.scalars(still.order_by(Presence.user_id)).all()
