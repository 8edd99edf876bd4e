"""By which way SQLite finds what lists and due work ask for: never by reading a table that grows for ever.

Its plans without statistics are the same everywhere; PostgreSQL's depend on how much there is, and were measured
(``docs/scaling.md``).
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from types import ModuleType
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event, text

from bot.figures import counting
from scheduler import worker
from storage.database import Database
from storage.queries import claiming
from tests.handlers.city_hall import CityHall
from tests.handlers.sealed_cases import log_in

BIG = {"tickets", "ticket_events", "inbound_messages", "outbound_messages", "conversations", "citizens", "claims",
       "follow_ups", "assignments", "notices", "agency_links", "handovers", "audit_entries"}  # fmt: skip
SCAN = re.compile(r"^SCAN (\w+?)(?:_\d+)?(?: USING (?:COVERING )?INDEX (\w+))?$")
# These count a day from its events, once a day, or ten minutes apart: not what is due.
COUNTS_DAYS = (counting,)

Asked = list[tuple[str, Any]]


@contextmanager
def asked(database: Database) -> Iterator[Asked]:
    """What the database is asked meanwhile, with the values."""
    seen: Asked = []

    def note(_connection: object, _cursor: object, statement: str, parameters: Any, *_more: object) -> None:
        if statement.startswith(("SELECT", "UPDATE", "DELETE", "WITH")):
            seen.append((statement, parameters))

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(database.engine, "before_cursor_execute", note)


def read_whole(database: Database, statements: Asked) -> list[str]:
    """Big tables that are read from end to end; an index with a condition has little, and may be."""
    with database.engine.connect() as connection:
        partial = text("SELECT name FROM sqlite_master WHERE type = 'index' AND sql LIKE '% WHERE %'")
        small = set(connection.scalars(partial)) - {"ix_tickets_agency_closed", "ix_tickets_outcome_id"}
        small |= {"ix_tickets_created_at"}  # in whose order the first ticket of all is looked up
        found = []
        for statement, values in statements:
            for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values):
                scan = SCAN.match(row[3])
                if scan and scan[1] in BIG and scan[2] not in small:
                    found.append(f"{row[3]}: {statement}")
    return found


LISTS = (
    *("emergencies", "sent_back", "overdue", "due_soon", "mine", "overdue?agency=dlh", "due_soon?q=jalan&page=7"),
    *("all?service=sampah", "all?agency=dlh", "all?area=gambir", "all?status=withdrawn", "all?status=unreachable"),
    *("all?status=open", "all?channel=letter", "all?assigned=me", "all?priority=1", "all?angry=1", "all?q=jalan"),
    *("all?q=rt+05+x", "all?q=jalan&service=sampah&page=3", "overdue?angry=1&assigned=none"),
    "all?service=sampah&status=done&agency=dlh&area=gambir",
)


@pytest.mark.parametrize("path", LISTS)
def test_no_list_reads_all_tickets(hall: CityHall, rina: FlaskClient, path: str) -> None:
    hall.forwarded()
    with asked(hall.database) as statements:
        assert rina.get(f"/console/queue/{path}").status_code == 200
    assert read_whole(hall.database, statements) == []


@pytest.mark.parametrize("path", ["", "pulse", "checks", "reports/so-far", "undelivered", "questions", "triage"])
def test_no_page_that_stays_open_reads_a_whole_table(hall: CityHall, rina: FlaskClient, path: str) -> None:
    hall.forwarded()
    with asked(hall.database) as statements:
        assert rina.get(f"/console/{path}").status_code in (200, 403)
    assert read_whole(hall.database, statements) == []


@pytest.mark.parametrize("path", ["", "?tab=closed", "cases/pulse", "cases/paper", "?tab=overdue&q=jalan"])
def test_no_list_of_an_agency_reads_all_tickets(hall: CityHall, path: str) -> None:
    hall.forwarded()
    tini = log_in(hall, "agency_officer", "bina_marga")
    with asked(hall.database) as statements:
        assert tini.get(f"/console/{path}").status_code == 200
    assert read_whole(hall.database, statements) == []


@pytest.mark.parametrize(
    "module",
    [one for one in (*worker.DUE, *worker.NOW_AND_THEN) if one not in COUNTS_DAYS],
    ids=lambda one: one.__name__,
)
def test_what_is_due_is_found_among_what_is_due(hall: CityHall, module: ModuleType) -> None:
    """A second passes a day after a report, and the tick reads no more than it must."""
    hall.forwarded()
    hall.wait(days=1)
    with asked(hall.database) as statements:
        module.run_due(hall.database, hall.rulebook, hall.now)
    assert read_whole(hall.database, statements) == []


def test_conversations_are_claimed_among_those_that_are_due(hall: CityHall) -> None:
    with asked(hall.database) as statements, hall.database.begin() as session:
        claiming.claim_conversations(session, "test", hall.now, 10, timedelta(seconds=30))
    assert statements
    assert read_whole(hall.database, statements) == []


def test_reading_all_would_be_noticed(hall: CityHall) -> None:
    assert read_whole(hall.database, [("SELECT 1 FROM tickets WHERE place = 'x'", ())])
    assert read_whole(hall.database, [("SELECT id FROM tickets ORDER BY agency", ())])
    assert not read_whole(hall.database, [("SELECT id FROM tickets WHERE id = 1", ())])
