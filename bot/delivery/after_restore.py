"""What a restored backup still wants to send may have gone out after the backup was made: nobody knows."""

from datetime import datetime

import structlog
from sqlalchemy import select

from bot.delivery import outcomes
from storage.database import Database
from storage.models import OutboundMessage

log = structlog.get_logger()
AT_ONCE = 500


def doubt_what_waits(database: Database, now: datetime) -> int:
    """Have what was due by ``now`` looked up at the provider before it is sent; how many messages that are.

    What may arrive twice (letters under the same Message-ID) is left as it is, and so is what is due later.
    """
    done = 0
    while part := _part(database, now):
        done += part
    if done:
        log.info("restored_in_doubt", messages=done)
    return done


def _part(database: Database, now: datetime) -> int:
    waiting = (
        select(OutboundMessage)
        .where(
            OutboundMessage.state == "waiting",
            OutboundMessage.due_at <= now,
            OutboundMessage.at_least_once.is_(False),
        )
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    with database.begin() as session:
        rows = session.scalars(waiting).all()
        for row in rows:
            outcomes.doubt(row, now)
    return len(rows)
