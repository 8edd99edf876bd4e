"""How far the work has come that drops what is older than the city wants to keep."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base, BigId


class RetentionMark(Base):
    """One kind of that work (``bot.personal.retention``): done up to the row ``through``, or to the time ``at``.

    Rows that are only ever added are gone through once, by their ids, so that no night reads them all again.
    ``figures`` and its ``at``: tickets that were closed until then may have been deleted, so that what happened
    until that day cannot be counted again.
    """

    __tablename__ = "retention_marks"

    name: Mapped[str] = mapped_column(primary_key=True)
    through: Mapped[int] = mapped_column(BigId, default=0)
    at: Mapped[datetime | None]
