"""The end of a history whose time is over: only then does the database let its rows be deleted.

To be called by retention, in the transaction that deletes the rows. The chain's row stays and says when.
"""

from collections.abc import Iterable
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from bot.history.links import AUDIT, BEFORE, chain_of_ticket
from storage.queries import history_anchors as queries


def end_tickets(session: Session, numbers: Iterable[str], now: datetime) -> None:
    """The histories of these tickets may be deleted now; the tickets must go, or be anonymised, as well."""
    chains = [chain_of_ticket(number) for number in numbers]
    queries.end_chains(session, chains, now)
    queries.end_known(session, [BEFORE + name for name in chains], now)


def end_audit(session: Session, before: datetime, now: datetime) -> datetime:
    """What the audit has from the months of UTC before that of ``before`` may be deleted.

    Returns the first moment of that month: delete the rows whose ``at`` is earlier.
    """
    first = before.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    chains = [f"{AUDIT}{month}:{subject}" for month, subject in queries.audit_chains_before(session, first)]
    queries.end_chains(session, chains, now)
    queries.end_known(session, [BEFORE + name for name in chains], now)
    return first
