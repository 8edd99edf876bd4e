"""The audit's page: who reads it, what it shows, what is taken away, and that nobody can change a row."""

import csv
import io
import json
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from bot import audit
from handlers.console.staff.audit_words import ACTIONS, SUBJECTS
from handlers.guards import GUARDS
from storage.database import Database
from storage.models import AuditEntry
from tests.handlers.city_hall import CityHall, said_on
from tests.handlers.sealed_cases import log_in
from tests.support.clock import MoveableClock


def entries(hall: CityHall) -> list[AuditEntry]:
    with hall.database.read() as session:
        return list(session.scalars(select(AuditEntry).order_by(AuditEntry.id)))


def note(hall: CityHall, user_id: int | None, action: str, subject: str, **data: Any) -> None:
    with hall.database.begin() as session:
        audit.record(session, user_id, action, subject, hall.now, data)


@pytest.fixture
def admin(any_hall: CityHall) -> FlaskClient:
    """An administrator's browser, after two people did something on two days."""
    browser = log_in(any_hall, "administrator")
    rina = log_in(any_hall, "coordinator")
    assert rina
    people = {email: any_hall.user_id(email) for email in (ADMIN, RINA)}
    note(any_hall, people[RINA], "judge_claim", "claim:7", verdict="ok")
    note(any_hall, people[RINA], "looked", "ticket:JK-7Q2M9X-4")
    any_hall.wait(days=1)
    note(any_hall, people[ADMIN], "settle", "message:3", formula="=1+1")
    note(any_hall, None, "looked", "ticket:JK-7Q2M9X-4")
    return browser


ADMIN, RINA = "administrator.city@jakarta.example", "coordinator.city@jakarta.example"


def rows(browser: FlaskClient, **query: str) -> list[dict[str, Any]]:
    """What the file has that is taken away, newest first, without the looks at the audit itself."""
    answer = browser.get("/console/audit.jsonl", query_string=query)
    found = [json.loads(line) for line in answer.text.splitlines()]
    return [row for row in found if not row["subject"].startswith(("audit:", "session", "user:"))]


def test_it_tells_who_did_what_about_what_and_when(any_hall: CityHall, admin: FlaskClient) -> None:
    page = admin.get("/console/audit")
    words = said_on(page)
    for told in ("23 Nov 2026, 09.00", RINA, "Memeriksa klaim", "Pemeriksaan klaim 7", "verdict: ok",
                 "Laporan JK-7Q2M9X-4", "Tanpa akun"):  # fmt: skip
        assert told in words
    assert 'href="/console/tickets/JK-7Q2M9X-4"' in page.text


def test_the_address_bar_restricts_it(any_hall: CityHall, admin: FlaskClient) -> None:
    rina = str(any_hall.user_id(RINA))
    assert {row["user"] for row in rows(admin, person=rina)} == {RINA}
    assert {row["action"] for row in rows(admin, action="settle")} == {"settle"}
    assert {row["subject"] for row in rows(admin, subject="jk-7q2m9x-4")} == {"ticket:JK-7Q2M9X-4"}
    assert {row["subject"] for row in rows(admin, subject="claim:")} == {"claim:7"}
    first, second = rows(admin, until="2026-11-23"), rows(admin, since="2026-11-24")
    assert {row["action"] for row in first} >= {"judge_claim", "looked"}
    assert "settle" not in {row["action"] for row in first}
    assert [row["action"] for row in second] == ["looked", "settle"]


@pytest.mark.parametrize(
    "query",
    [{"person": "x"}, {"person": "9" * 40}, {"action": "governor"}, {"since": "31-12-2026"},
     {"until": "2026-02-31"}, {"before": "-1"}, {"before": "9" * 30}, {"subject": "%_\\" + "x" * 500}],
)  # fmt: skip
def test_what_the_address_bar_says_wrongly(any_hall: CityHall, admin: FlaskClient, query: dict[str, str]) -> None:
    for path in ("/console/audit", "/console/audit.csv", "/console/audit.jsonl"):
        assert admin.get(path, query_string=query).status_code == 200


def test_long_ones_have_pages(any_hall: CityHall, admin: FlaskClient) -> None:
    for number in range(250):
        note(any_hall, None, "looked", f"citizen:{number}")
    shown, address = [], "/console/audit?action=looked&subject=citizen:"
    while address:
        page = admin.get(address).text
        shown += [number for number in range(250) if f'<td role="cell">Warga {number}</td>' in page]
        links = [part.partition('"')[0] for part in page.split('href="') if "before=" in part.partition('"')[0]]
        address = links[-1].replace("&amp;", "&") if links else ""
    assert sorted(shown) == list(range(250))
    assert "Tidak ada yang cocok" in said_on(admin.get("/console/audit?before=1"))


def test_looking_and_taking_away_are_written_down_themselves(any_hall: CityHall, admin: FlaskClient) -> None:
    admin.get("/console/audit?action=settle")
    list(admin.get("/console/audit.csv").response)
    list(admin.get("/console/audit.jsonl?since=2026-11-24").response)
    mine = [(row.subject, row.data) for row in entries(any_hall) if row.subject.startswith("audit:")]
    assert mine == [
        ("audit:page", {"filters": {"action": "settle"}}),
        ("audit:export", {"format": "csv", "filters": {}}),
        ("audit:export", {"format": "jsonl", "filters": {"since": "2026-11-24"}}),
    ]


def test_the_table_to_take_away_is_no_formula(any_hall: CityHall, admin: FlaskClient) -> None:
    note(any_hall, None, "looked", "=cmd|' /C calc'!A0")
    table = list(csv.DictReader(io.StringIO(admin.get("/console/audit.csv").text.lstrip("\ufeff"))))
    assert [row["subject"] for row in table if "calc" in row["subject"]] == ["'=cmd|' /C calc'!A0"]
    assert not [cell for row in table for cell in row.values() if cell.startswith(("=", "+", "-", "@"))]
    assert {"id", "at", "user_id", "user", "action", "subject", "data"} == set(table[0])


@pytest.mark.parametrize(
    ("role", "agency", "may"),
    [("administrator", None, True), ("leadership", None, True), ("coordinator", None, False),
     ("sealed_officer", None, False), ("agency_officer", "dlh", False)],
)  # fmt: skip
def test_who_reads_it(hall: CityHall, role: str, agency: str | None, may: bool) -> None:
    browser = log_in(hall, role, agency)
    for path in ("/console/audit", "/console/audit.csv", "/console/audit.jsonl"):
        assert browser.get(path).status_code == (200 if may else 403)


@pytest.mark.parametrize("change", ["UPDATE audit_entries SET action = 'x'", "DELETE FROM audit_entries"])
def test_no_row_can_be_changed_or_deleted(database: Database, clock: MoveableClock, change: str) -> None:
    with database.begin() as session:
        audit.record(session, None, "looked", "ticket:JK-7Q2M9X-4", clock.now(), {})
    with pytest.raises(DBAPIError, match="audit entries are never changed"), database.begin() as session:
        session.execute(text(change))
    with database.read() as session:
        assert [row.action for row in session.scalars(select(AuditEntry))] == ["looked"]


def test_every_view_that_can_write_has_words(hall: CityHall) -> None:
    guards = hall.app.extensions[GUARDS]
    writing = {
        rule.endpoint.rpartition(".")[2]
        for rule in hall.app.url_map.iter_rules()
        if "POST" in (rule.methods or ())
        and (
            guards.get(rule.endpoint.partition(".")[0]) == "login"
            or rule.endpoint.startswith(("auth.", "language."))
        )
    }
    assert writing - ACTIONS.keys() == set(), "name them in handlers/console/staff/audit_words.py"


def test_every_link_leads_to_a_view(hall: CityHall) -> None:
    endpoints = {endpoint for _, endpoint, _ in SUBJECTS.values() if endpoint}
    assert endpoints <= hall.app.view_functions.keys()
