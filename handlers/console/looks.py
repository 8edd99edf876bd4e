"""Looks at lists that renew themselves: a row of the audit for each ten minutes in which somebody has one open."""

from datetime import timedelta

from sqlalchemy import exists, select

from bot.audit import LOOKED
from handlers.audit import looked
from handlers.console.room import user_id
from handlers.edge import edge
from storage.models import AuditEntry

ONE_LOOK = timedelta(minutes=10)


def looked_at_list(subject: str) -> None:
    """Write down a look at a page of many citizens' words, unless it is one with the last.

    Whether a script fetched it is not asked: any browser can say that it did.
    """
    here = edge()
    mine = exists().where(
        AuditEntry.subject == subject,
        AuditEntry.user_id == user_id(),
        AuditEntry.action == LOOKED,
        AuditEntry.at > here.clock.now() - ONE_LOOK,
    )
    with here.database.read() as session:
        is_noted = session.scalar(select(mine))
    if not is_noted:
        looked(subject)
