"""Signs of life, and what only a simulated city needs."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base
from storage.types import EncryptedBytes


class Heartbeat(Base):
    """When a worker process was last seen alive.

    ``has_model``: whether its language model answered when it was last asked; None where it has none.
    """

    __tablename__ = "heartbeats"

    worker: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    has_model: Mapped[bool | None]


class LastBackup(Base):
    """The newest backup that ``flask backup`` finished, as of ``made_at``: one row, with the id 1."""

    __tablename__ = "last_backup"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    made_at: Mapped[datetime]


class SimulatedTime(Base):
    """How far the simulator's clock is ahead of the system's: one row, with the id 1, for all processes."""

    __tablename__ = "simulated_time"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    ahead_s: Mapped[int] = mapped_column(default=0)


class SimulatedFile(Base):
    """A photo that a citizen of the simulator sent; the newest few are kept."""

    __tablename__ = "simulated_files"

    id: Mapped[str] = mapped_column(primary_key=True)
    content_type: Mapped[str]
    content: Mapped[bytes] = mapped_column(EncryptedBytes)
    created_at: Mapped[datetime]
