"""How long somebody waits for the database, and who is turned away at once while it does not answer.

A request has little time: a provider that is kept waiting goes away, and a thread that waits for a database which
says nothing answers nobody else. Within :func:`at_most` every wait ends in time with an error, a connection that
was given up is closed, and while the database is away one request at a time tries it (:class:`Gate`). Elsewhere,
in the worker and in commands, a wait may last.
"""

import math
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, TypeVar

import psycopg
from psycopg.abc import PQGen
from psycopg.conninfo import conninfo_to_dict
from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

# Of a network that fails without a word: after these, in seconds, a connection counts as broken, whoever waits.
LIMITS: dict[str, Any] = {
    "connect_timeout": 5,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,  # milliseconds
}
# What PostgreSQL does about a connection whose other end, ours, is silent: settings of each session. Unless told,
# it keeps that of a host that was cut off for two hours, with its locks, the ticker's too (``storage.leading``).
GIVEN_UP = {
    "tcp_keepalives_idle": 3,
    "tcp_keepalives_interval": 1,
    "tcp_keepalives_count": 3,
    "tcp_user_timeout": 6_000,  # milliseconds
}
SHORTEST_CONNECT_S = 2  # psycopg takes no less
LOOK_EVERY_S = 0.1
ANOTHER_AFTER_S = 3.0
AWAY = (OperationalError, InterfaceError, PoolTimeoutError)
# But a PostgreSQL is there that answers with one of these (SQLSTATE): a statement that took longer than it may, a
# deadlock, a transaction that has to be tried again, a lock that is not to be had.
REFUSED = frozenset({"57014", "40P01", "40001", "55P03"})
RV = TypeVar("RV")


class DatabaseAwayError(SQLAlchemyError):
    """The database did not answer somebody else just now, and whoever asks it next is doing so already."""


@dataclass(frozen=True)
class Limit:
    """``seconds`` in all, which are over at ``until`` (``time.monotonic``)."""

    seconds: float
    until: float

    @property
    def left(self) -> float:
        return max(0.0, self.until - time.monotonic())


_limit: ContextVar[Limit | None] = ContextVar("patience", default=None)


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """What this thread asks of a database in here has so many seconds in all; then it is an OperationalError."""
    token = _limit.set(Limit(seconds, time.monotonic() + seconds))
    try:
        yield
    finally:
        _limit.reset(token)


def limit() -> Limit | None:
    """What :func:`at_most` allows here; None where a wait may last."""
    return _limit.get()


class Gate:
    """While the database is away, one thread at a time asks it; others who have little time are told at once.

    Whoever gets through opens it for all. One that is long in asking is followed by another.
    """

    def __init__(self) -> None:
        self._is_away = False
        self._lock = threading.Lock()
        self._asker, self._asked_at = 0, -math.inf

    @contextmanager
    def passed(self) -> Iterator[None]:
        """One transaction; DatabaseAwayError where it has no chance to be in time."""
        asks = self._is_away and limit() is not None
        if asks and not self._may_ask():
            raise DatabaseAwayError("The database is away.")
        try:
            yield
            self._is_away = False
        except AWAY as error:
            self._is_away = self._is_away or _is_away(error)
            raise
        finally:
            if asks:
                self._asked_at = -math.inf

    def admit(self) -> None:
        """DatabaseAwayError for whom :meth:`passed` would refuse now; for those who queue before they pass."""
        if self._is_away and limit() is not None and self._is_asked():
            raise DatabaseAwayError("The database is away.")

    def _may_ask(self) -> bool:
        with self._lock:
            if self._is_asked():
                return False
            self._asker, self._asked_at = threading.get_ident(), time.monotonic()
            return True

    def _is_asked(self) -> bool:
        another = self._asker != threading.get_ident()
        return another and time.monotonic() - self._asked_at < ANOTHER_AFTER_S


def _is_away(error: SQLAlchemyError) -> bool:
    """Whether ``error`` says that the database does not answer, and not that it refuses one statement."""
    return getattr(getattr(error, "orig", None), "sqlstate", None) not in REFUSED


class PatientConnection(psycopg.Connection[Any]):
    """Waits for PostgreSQL's answers no longer than :func:`at_most` allows, then breaks off."""

    def wait(self, gen: PQGen[RV], interval: float = LOOK_EVERY_S, timeout: float | None = None) -> RV:
        allowed = limit()
        if allowed is None:
            return super().wait(gen, interval, timeout)
        try:
            return super().wait(gen, interval, allowed.left)
        except psycopg.OperationalError:
            if not allowed.left:
                self.close()  # the answer may still come, and is nobody's any more
            raise


def connect(*arguments: Any, **named: Any) -> PatientConnection:
    """As psycopg's, with our limits; what is given goes first. OperationalError also where no time is left."""
    allowed, limits = limit(), dict(LIMITS)
    if allowed is not None:
        if not allowed.left:
            raise psycopg.OperationalError("No time is left to connect.")
        limits["connect_timeout"] = max(SHORTEST_CONNECT_S, math.floor(allowed.left))
    given = {**conninfo_to_dict(*arguments), **named}
    ours = " ".join(f"-c {name}={value}" for name, value in GIVEN_UP.items())
    options = f"{ours} {given.get('options', '')}".strip()
    return PatientConnection.connect(**{**limits, **given, "options": options})
