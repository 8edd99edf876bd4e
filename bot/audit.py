"""The audit: who did or saw what. A row is written once, in the transaction of what it tells of."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.history.appending import append_audit

LOOKED = "looked"


def record(
    session: Session, user_id: int | None, action: str, subject: str, now: datetime, data: dict[str, Any]
) -> None:
    """Write down that ``user_id`` did ``action`` to ``subject``; ``data`` never holds what a citizen wrote."""
    append_audit(session, {"at": now, "user_id": user_id, "action": action, "subject": subject, "data": data})
