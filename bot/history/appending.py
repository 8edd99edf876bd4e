"""Every row of a ticket's history and of the audit is written here, sealed with the one before.

In the transaction of what it tells of: a row without its link never gets to the disk.
"""

from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import Session

from bot.history.links import (
    AUDIT_SHAPE,
    EVENT_SHAPE,
    Shape,
    chain_of_audit,
    chain_of_ticket,
    genesis,
    seal,
)
from storage.models import AuditEntry, TicketEvent
from storage.queries import history as queries
from storage.queries.history import Histories, Waiting

WAITING = "history waiting"


def append_event(session: Session, number: str, row: dict[str, Any]) -> None:
    """Append to the history of ticket ``number``; ``row``: the columns of TicketEvent, without those of the chain.

    ``row["data"]`` stays for good: it holds nothing that a citizen wrote.
    """
    _append(session, TicketEvent, EVENT_SHAPE, chain_of_ticket(number), row)


def append_audit(session: Session, row: dict[str, Any]) -> None:
    """Append to what the audit has about ``row["subject"]``; ``row``: the columns of AuditEntry."""
    _append(session, AuditEntry, AUDIT_SHAPE, chain_of_audit(row["subject"], row["at"]), row)


def _append(session: Session, model: Histories, shape: Shape, chain: str, row: dict[str, Any]) -> None:
    sealed = seal(chain, shape, row)
    row = {**row, "salt": sealed.salt, "digest": sealed.digest}
    begin = genesis(chain)
    if session.get_bind().dialect.name == "sqlite":
        queries.insert_linked(session, model, chain, begin, sealed.fingerprint, row)
        return
    row_id = queries.insert_unlinked(session, model, row)
    session.info.setdefault(WAITING, []).append(Waiting(chain, begin, row_id, sealed.fingerprint, model))


@event.listens_for(Session, "before_commit")
def _link_what_waits(session: Session) -> None:
    """Behind everything else that the transaction writes, so that the chains are locked last and shortest."""
    waiting = session.info.get(WAITING)
    if not waiting or session.in_nested_transaction():
        return
    session.flush()
    queries.link(session, waiting)
    waiting.clear()
