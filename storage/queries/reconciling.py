"""How far a provider's list has been compared with what is stored here, and what of it is stored."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from storage.models import InboundMessage, Quarantine, Reconciliation


def known_ids(session: Session, channel: str, external_ids: Collection[str]) -> frozenset[str]:
    """Those of ``external_ids`` that are stored, in the inbox or apart from it."""
    inbox = select(InboundMessage.external_id).where(
        InboundMessage.channel == channel, InboundMessage.external_id.in_(external_ids)
    )
    apart = select(Quarantine.external_id).where(Quarantine.external_id.in_(external_ids))
    return frozenset([*session.scalars(inbox), *session.scalars(apart)])


def reconciliation_of(session: Session, line: str) -> Reconciliation | None:
    """How far that line has been compared; None when it never was."""
    return session.get(Reconciliation, line)


def note_compared(session: Session, line: str, through: datetime, now: datetime, found: int) -> None:
    """Everything on that line that came before ``through`` is stored; never goes back."""
    make = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    first = make(Reconciliation).values(line=line, through=through, done_at=now, found=found)
    session.execute(first.on_conflict_do_nothing())
    row = session.scalars(select(Reconciliation).where(Reconciliation.line == line).with_for_update()).one()
    row.through, row.done_at, row.found = max(row.through, through), now, found
