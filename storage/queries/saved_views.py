"""The views of lists that people keep under a name."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from storage.models import SavedView


def views_of(session: Session, user_id: int) -> Sequence[SavedView]:
    """What somebody keeps, in the order in which it was kept."""
    return session.scalars(select(SavedView).where(SavedView.user_id == user_id).order_by(SavedView.id)).all()


def view_named(session: Session, user_id: int, name: str) -> SavedView | None:
    """What somebody keeps under that name."""
    return session.scalar(select(SavedView).where(SavedView.user_id == user_id, SavedView.name == name))


def count_of(session: Session, user_id: int) -> int:
    """How many somebody keeps."""
    return session.scalar(select(func.count(SavedView.id)).where(SavedView.user_id == user_id)) or 0


def own_view(session: Session, user_id: int, view_id: int) -> SavedView | None:
    """One of somebody's own views, locked until the end of the transaction."""
    mine = select(SavedView).where(SavedView.user_id == user_id, SavedView.id == view_id)
    return session.scalar(mine.with_for_update())
