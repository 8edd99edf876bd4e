"""Ready sentences for citizens."""

from collections.abc import Sequence

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from storage.models import CannedReply


def current(session: Session) -> Sequence[CannedReply]:
    """Those that may be used, by title."""
    return session.scalars(_current().order_by(func.lower(CannedReply.title), CannedReply.id)).all()


def titled(session: Session, title: str) -> CannedReply | None:
    """The one that may be used under ``title``, however that is capitalised."""
    found = _current().where(func.lower(CannedReply.title) == title.lower())
    return session.scalar(found.order_by(CannedReply.id).limit(1))


def locked(session: Session, reply_id: int) -> CannedReply | None:
    """One that may be used, as it is now, locked until the end of the transaction."""
    found = _current().where(CannedReply.id == reply_id).with_for_update()
    return session.scalar(found.execution_options(populate_existing=True))


def _current() -> Select[CannedReply]:
    return select(CannedReply).where(CannedReply.retired_at.is_(None))
