"""Which of several worker processes ticks: the one that holds PostgreSQL's advisory lock."""

import threading

from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError

from storage.database import Database

TICKER_LOCK = 7_305_311  # any number, the same in every process of this system


class Leadership:
    """A claim to be the one ticker, kept by a connection of its own.

    The lock goes when the connection does, so a process that dies or is cut off is followed by another at its next
    tick. On SQLite all processes are on one machine and every tick waits for its turn to write; nothing is needed.
    Threads may share it.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._connection: Connection | None = None
        self._asking = threading.RLock()

    def is_ours(self) -> bool:
        """Whether this process is the ticker now; asks the database each time."""
        if self._database.is_sqlite:
            return True
        with self._asking:
            try:
                return self._still_ours() or self._taken_over()
            except SQLAlchemyError:
                self.release()
                return False

    def release(self) -> None:
        """Let another process tick; a connection that is broken has let go already."""
        with self._asking:
            connection, self._connection = self._connection, None
        if connection is None:
            return
        try:
            connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": TICKER_LOCK})
        except SQLAlchemyError:
            connection.invalidate()
        connection.close()

    def _still_ours(self) -> bool:
        if self._connection is None:
            return False
        self._connection.execute(text("SELECT 1"))
        return True

    def _taken_over(self) -> bool:
        connection = self._database.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        if connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": TICKER_LOCK}):
            self._connection = connection
            return True
        connection.close()
        return False
