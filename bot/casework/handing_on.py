"""A worker whose language model is away leaves conversations to workers that have one, and acts in the end.

It waits a moment before it takes what is due, so that others come first, and hands on what it has in hand when
its model goes. Nobody needs to know whose model is well: what nobody takes in that moment it answers by words
alone, as a city without any model does. Emergencies are taken at once and never handed on.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog
from sqlalchemy.orm import Session

from storage.database import Database
from storage.queries.claiming import Lease, others_alive
from storage.queries.inserting import ring
from storage.queries.releasing import give_back_conversations

log = structlog.get_logger()

# Others look once a second at the latest.
OTHERS_FIRST = timedelta(seconds=5)
# Heartbeats are five seconds apart.
SEEN_WITHIN = timedelta(seconds=15)
# After it was due. Where all models fail, handing on must end: longer than one is waited for, no longer than two.
NOT_LONGER_THAN = timedelta(seconds=20)


def patience(session: Session, owner: str, now: datetime) -> timedelta:
    """How long a conversation must have been free before ``owner``, who has no model now, takes it."""
    return OTHERS_FIRST if others_alive(session, owner, now - SEEN_WITHIN) else timedelta(0)


def hand_on(database: Database, owner: str, leases: Sequence[Lease], now: datetime) -> frozenset[Lease]:
    """Give conversations to other workers, where there are any and there is time; those that were given."""
    if not leases:
        return frozenset()
    with database.begin() as session:
        if not others_alive(session, owner, now - SEEN_WITHIN):
            return frozenset()
        ours = [lease.conversation_id for lease in leases]
        given = give_back_conversations(session, ours, owner, now - NOT_LONGER_THAN, now)
        ring(session)
    log.info("handed_on", worker=owner, conversations=len(given))
    return frozenset(lease for lease in leases if lease.conversation_id in given)
