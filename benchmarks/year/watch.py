"""Reads what is new in the database, without the use cases that wrote it.

A connection of its own and plain SQL: it is asked after every step, and should cost next to nothing beside what it
watches.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection

from benchmarks.year.calendar import JAKARTA
from storage.database import Database


class TicketRow(NamedTuple):
    """A ticket as it stands."""

    id: int
    number: str
    citizen_id: int
    conversation_id: int
    service: str
    agency: str
    kind: str
    status: str
    outcome: str | None
    created_at: datetime
    verify_by: datetime
    answer_by: datetime
    solve_by: datetime
    closed_at: datetime | None
    reopened: int
    urgent: bool
    sealed: bool


class EventRow(NamedTuple):
    """A line of a ticket's history."""

    id: int
    ticket_id: int
    at: datetime
    kind: str
    actor: str
    status: str


class MessageRow(NamedTuple):
    """A message of ours."""

    id: int
    key: str
    channel: str
    conversation_id: int | None
    ticket_id: int | None
    wording: str
    created_at: datetime
    lane: int


class HandoverRow(NamedTuple):
    """Something for a person."""

    id: int
    conversation_id: int
    reason: str
    due_at: datetime


class News(NamedTuple):
    """What was written since the last look, oldest first; ``tickets``: new ones and those with new events."""

    tickets: Sequence[TicketRow]
    events: Sequence[EventRow]
    messages: Sequence[MessageRow]
    handovers: Sequence[HandoverRow]


TABLES: dict[str, type[Any]] = {
    "tickets": TicketRow,
    "ticket_events": EventRow,
    "outbound_messages": MessageRow,
    "handovers": HandoverRow,
}
READ = {table: f"SELECT {', '.join(row._fields)} FROM {table} WHERE id" for table, row in TABLES.items()}
TIMES = {
    table: [place for place, name in enumerate(row._fields) if name.endswith(("_at", "_by")) or name == "at"]
    for table, row in TABLES.items()
}
NEXT_DUE = """
SELECT (SELECT min(wake_at) FROM conversations WHERE wake_at IS NOT NULL),
       (SELECT min(due_at) FROM follow_ups WHERE state = 'waiting'),
       (SELECT min(due_at) FROM notices WHERE state = 'waiting'),
       (SELECT min(due_at) FROM digests WHERE due_at IS NOT NULL),
       (SELECT min(due_at) FROM outbound_messages WHERE state = 'waiting'),
       (SELECT min(due_at) FROM rechecks WHERE state = 'waiting'),
       (SELECT min(next_at) FROM alarms WHERE next_at IS NOT NULL)
"""
KINDS = ("conversation", "follow_up", "notice", "digest", "message", "recheck", "alarm")
NEXT_ON_LINES = "SELECT channel, min(due_at) FROM outbound_messages WHERE state = 'waiting' GROUP BY channel"
NEXT_HOURLY = """
SELECT (SELECT min(due_at) FROM handovers WHERE answered_at IS NULL AND reason = 'hold'),
       (SELECT min(due_at) FROM handovers WHERE answered_at IS NULL AND reason <> 'hold' AND reminded_at IS NULL),
       (SELECT max(drawn_at) FROM claim_draws),
       (SELECT min(id) FROM incidents WHERE following IS NOT NULL),
       (SELECT count(*) FROM outbound_messages WHERE state = 'failed' AND settled_at IS NULL)
"""
DRAWN_AT = time(5)  # on Mondays, local time


class Watch:
    """Remembers how far it has read."""

    def __init__(self, database: Database) -> None:
        engine = database.engine.execution_options(isolation_level="AUTOCOMMIT", begin="SELECT 1")
        self._connection: Connection = engine.connect()
        self._cursor = self._connection.connection.cursor()  # the driver's own
        self._dead = 0
        self._last = dict.fromkeys(("ticket_events", "outbound_messages", "handovers"), 0)

    def close(self) -> None:
        self._connection.close()

    def news(self) -> News:
        """All that is new."""
        events, messages, handovers = (self._new(table) for table in self._last)
        changed = sorted({event.ticket_id for event in events})
        listed = ", ".join(map(str, changed))
        tickets = self._read("tickets", f"IN ({listed}) ORDER BY id") if changed else []
        return News(tickets, events, messages, handovers)

    def next_due(self) -> dict[str, datetime]:
        """When each kind of work is due next; kinds with nothing to do are left out."""
        row = self._all(NEXT_DUE)[0]
        return {kind: _time(at) for kind, at in zip(KINDS, row, strict=True) if at is not None}

    def lines_due(self, now: datetime) -> frozenset[str]:
        """The channels on which a message is due at ``now``."""
        rows = self._all(NEXT_ON_LINES)
        return frozenset(channel for channel, at in rows if _time(at) <= now)

    def due_hourly(self, now: datetime) -> frozenset[str]:
        """Of the kinds of work that are looked at once an hour, those with something to do at ``now``."""
        hold, question, drawn, behind, dead = self._all(NEXT_HOURLY)[0]
        due = {
            "hold": hold is not None and _time(hold) <= now,
            "question": question is not None and _time(question) <= now,
            "draw": drawn is None or _draw_after(_time(drawn)) <= now,
            "behind": behind is not None,
            "dead": dead != self._dead,
        }
        self._dead = dead
        return frozenset(kind for kind, is_due in due.items() if is_due)

    def _new(self, table: str) -> list[Any]:
        rows = self._read(table, f"> {self._last[table]} ORDER BY id")
        if rows:
            self._last[table] = rows[-1].id
        return rows

    def _read(self, table: str, which: str) -> list[Any]:
        rows, times = self._all(f"{READ[table]} {which}"), TIMES[table]
        return [TABLES[table]._make(_with_times(row, times)) for row in rows]

    def _all(self, statement: str) -> Sequence[Any]:
        self._cursor.execute(statement)
        return self._cursor.fetchall()


def _with_times(row: Sequence[Any], times: Sequence[int]) -> list[Any]:
    values = list(row)
    for place in times:
        if values[place] is not None:
            values[place] = _time(values[place])
    return values


def _draw_after(drawn: datetime) -> datetime:
    """The first Monday morning after a week's sample was drawn."""
    local = drawn.astimezone(JAKARTA)
    monday = datetime.combine(local.date() - timedelta(days=local.weekday()), DRAWN_AT, JAKARTA)
    return monday if monday > local else monday + timedelta(days=7)


def _time(value: Any) -> datetime:
    """SQLite keeps texts in UTC, PostgreSQL times with a zone."""
    if isinstance(value, str):
        return datetime.fromisoformat(value).replace(tzinfo=UTC)
    return value.astimezone(UTC) if isinstance(value, datetime) else datetime.fromisoformat(str(value))
