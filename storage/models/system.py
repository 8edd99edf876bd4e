"""Signs of life, and what only a simulated city needs."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base
from storage.types import EncryptedBytes


class Heartbeat(Base):
    """When a worker process was last seen alive."""

    __tablename__ = "heartbeats"

    worker: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]


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
