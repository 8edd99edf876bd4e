"""Engine, sessions and transactions, alike on SQLite and PostgreSQL."""

import hashlib
import math
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Dialect, Engine, FromClause, create_engine, event, make_url
from sqlalchemy.dialects.sqlite.base import SQLiteCompiler
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.pool import ConnectionPoolEntry

from storage import patience, turns
from storage.together import Together

BUSY_TIMEOUT_MS = 10_000
WAIT = "busy_timeout_ms"  # what a connection has been told last
CUT_TIMEOUT_MS = 1_000  # nobody waits long for a log to be cut
STATEMENTS_KEPT = 512  # the driver keeps 128 unless told; a busy worker says more than that
# A connection that is opened anew has to read the schema and every statement; one that was used last has them all.
POOL = {"pool_size": 16, "max_overflow": 48, "pool_use_lifo": True}


class _WithIndexes(SQLiteCompiler):
    """Lets a statement say which index it goes by: ``with_hint(Model, "INDEXED BY name", "sqlite")``.

    SQLite has no statistics of a database that nobody has analysed, and then guesses.
    """

    def get_from_hint_text(self, table: FromClause, text: str | None) -> str | None:
        return text


@dataclass(frozen=True)
class Database:
    """One engine and how to open a transaction on it."""

    engine: Engine
    _sessions: sessionmaker[Session]
    _gate: patience.Gate = field(default_factory=patience.Gate, repr=False, compare=False)

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def begin(self) -> Iterator[Session]:
        """One use case, one transaction: committed at the end, rolled back by any exception."""
        with self._gate.passed(), self._sessions.begin() as session:
            yield session

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A transaction that only looks: on SQLite it waits for no writer and holds up none."""
        # A SQLite file that somebody else writes into is read all the same, which says nothing about writing.
        gate = nullcontext() if self.is_sqlite else self._gate.passed()
        with gate, self._sessions() as session:
            session.connection(execution_options={"begin": "BEGIN"})
            yield session

    @contextmanager
    def several(self) -> Iterator[Callable[[], AbstractContextManager[Session]]]:
        """Several use cases in one transaction: what this gives opens a session for each of them.

        None knows of the others but by what they have written; any exception rolls all of them back.
        """
        with self.begin() as outer:
            one = sessionmaker(outer.connection(), expire_on_commit=False, join_transaction_mode="rollback_only")
            yield one.begin

    @cached_property
    def together(self) -> Together:
        """For small writes of many threads: those that come at the same time share a transaction."""
        return Together(self.begin, self._gate.admit)

    def write_together(self, work: Callable[[Session], object]) -> None:
        """As ``together``, for work that changes rows: only where one may write at a time, so that no two
        transactions wait for each other's rows."""
        if self.is_sqlite:
            self.together.write(work)
            return
        with self.begin() as session:
            work(session)

    def cut_log(self) -> bool:
        """On SQLite: bring the write-ahead log into the file and empty it, for it holds what stood there before.

        False where somebody was in the way. Nothing on PostgreSQL, whose log is its own matter.
        """
        if not self.is_sqlite:
            return True
        with self.engine.connect() as connection:
            cursor = connection.connection.cursor()
            cursor.execute(f"PRAGMA busy_timeout={CUT_TIMEOUT_MS}")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            told = cursor.fetchone()
            is_busy = told is None or bool(told[0])
            cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
            cursor.close()
        return not is_busy

    def vacuum(self) -> None:
        """Give back the room of what was deleted. SQLite writes its file anew and locks it meanwhile."""
        outside = {"isolation_level": "AUTOCOMMIT"} if not self.is_sqlite else {}
        with self.engine.connect().execution_options(**outside) as connection:
            cursor = connection.connection.cursor()
            cursor.execute("VACUUM" if self.is_sqlite else "VACUUM (ANALYZE)")
            cursor.close()

    def dispose(self) -> None:
        self.engine.dispose()


def open_database(url: str, *, pool_size: int = 10) -> Database:
    """Open the database at ``url``; nothing is connected before the first transaction."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        engine = _sqlite_engine(url, parsed.database)
    else:
        psycopg_url = parsed.set(drivername="postgresql+psycopg")
        engine = create_engine(
            psycopg_url, pool_size=pool_size, max_overflow=pool_size, pool_pre_ping=True, hide_parameters=True
        )
        event.listen(engine, "do_connect", _connect_patiently)
    return Database(engine, sessionmaker(engine, expire_on_commit=False))


def _sqlite_engine(url: str, path: str | None) -> Engine:
    is_file = bool(path) and path != ":memory:"
    if is_file:
        Path(str(path)).parent.mkdir(parents=True, exist_ok=True)
    arguments = {"timeout": BUSY_TIMEOUT_MS / 1000, "cached_statements": STATEMENTS_KEPT}
    engine = create_engine(url, connect_args=arguments, hide_parameters=True, **(POOL if is_file else {}))
    engine.dialect.statement_compiler = _WithIndexes
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare_sqlite(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
    connection.create_function("sha256_hex", 1, _sha256_hex, deterministic=True)  # PostgreSQL has its own
    # The driver must not open transactions by itself: we say BEGIN IMMEDIATE, so that a transaction which
    # reads first and writes later waits for its turn at the start instead of failing half-way.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
    cursor.close()


def _sha256_hex(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _connect_patiently(
    _dialect: Dialect, _record: ConnectionPoolEntry, arguments: tuple[Any, ...], named: dict[str, Any]
) -> patience.PatientConnection:
    return patience.connect(*arguments, **named)


def _begin(connection: Connection) -> None:
    allowed = patience.limit()
    wait_ms = BUSY_TIMEOUT_MS if allowed is None else min(BUSY_TIMEOUT_MS, math.ceil(allowed.left * 10) * 100)
    if connection.info.get(WAIT, BUSY_TIMEOUT_MS) != wait_ms:
        connection.exec_driver_sql(f"PRAGMA busy_timeout={wait_ms}")
        connection.info[WAIT] = wait_ms
    how = connection.get_execution_options().get("begin", turns.TO_WRITE)
    if how == turns.TO_WRITE:
        turns.begin(connection, wait_ms)
    else:
        connection.exec_driver_sql(how)
