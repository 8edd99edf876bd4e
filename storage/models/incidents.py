"""Several citizens' tickets about one thing."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base, BigId


class Incident(Base):
    """One thing that several citizens reported, each with a ticket of their own.

    The agency has one case of it: the ticket ``lead_id``. What it does with that is done to the others; until
    that is through with, ``following`` is the lead's event that they follow. Both are no foreign keys: tickets
    point here, and tables in a circle can neither be made nor dropped in any order. ``members`` counts the
    tickets, the lead among them; ``told``: at how many further ones the agency was last written to.
    ``flood_key`` names what a flood in progress is about, so that there is only one of it; ``flood_at``: when
    there were that many. ``merged_into``: a person found that it is the same as another, which has its tickets.
    """

    __tablename__ = "incidents"
    __table_args__ = (
        Index("ix_incidents_following", "id", sqlite_where=text("following IS NOT NULL"),
              postgresql_where=text("following IS NOT NULL")),
        Index("ix_incidents_last_at", "last_at"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    service: Mapped[str]
    area: Mapped[str | None]
    lead_id: Mapped[int] = mapped_column(BigId)
    created_at: Mapped[datetime]
    last_at: Mapped[datetime]
    members: Mapped[int] = mapped_column(default=1)
    told: Mapped[int] = mapped_column(default=0)
    flood_key: Mapped[str | None] = mapped_column(unique=True)
    flood_at: Mapped[datetime | None]
    following: Mapped[int | None] = mapped_column(BigId)
    merged_into: Mapped[int | None] = mapped_column(ForeignKey("incidents.id"))
