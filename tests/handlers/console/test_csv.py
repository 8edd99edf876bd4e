"""A list as a table: what the page shows and no more, harmless in a spreadsheet, and written into the audit."""

import csv
import io
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from handlers.csv_export import csv_response, harmless
from storage.models import AuditEntry
from tests.handlers.city_hall import NAME, PHONE, CityHall
from tests.handlers.sealed_cases import PLACE, SERVICE, STORY, log_in, sealed_ticket


def table(browser: FlaskClient, path: str) -> list[list[str]]:
    answer = browser.get(f"/console/queue/{path}")
    assert answer.status_code == 200
    assert answer.mimetype == "text/csv"
    assert answer.data.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("=1+1", "'=1+1"),
        ("+62", "'+62"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\tx", "'\tx"),
        ("\rx", "'\rx"),
        ("a=1", "a=1"),
        (None, ""),
        (7, "7"),
        ("", ""),
    ],
)
def test_no_cell_is_a_formula(cell: Any, written: str) -> None:
    assert harmless(cell) == written


def test_quotes_commas_and_lines_stay_in_their_cell() -> None:
    rows = [['satu "dua", tiga\nempat', "=HYPERLINK(1)"]] * 450
    text = csv_response("x.csv", ["a", "=b"], rows).get_data(as_text=True)
    read = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    assert read[0] == ["a", "'=b"]
    assert read[1:] == [['satu "dua", tiga\nempat', "'=HYPERLINK(1)"]] * 450


def test_the_list_under_its_filters_without_personal_data(hall: CityHall, rina: FlaskClient) -> None:
    number = hall.ticket('=HYPERLINK("http://evil.example")', place="Gang Mawar 3", kelurahan="Tebet Timur")
    hall.ticket("Sampah", service="sampah")
    header, *rows = table(rina, "all.csv?service=jalan_rusak")
    assert [row[0] for row in rows] == [number]
    row = dict(zip(header, rows[0], strict=True))
    assert row["Ringkasan"] == '\'=HYPERLINK("http://evil.example")'
    assert (row["Kelurahan"], row["Saluran"], row["Status"]) == ("Tebet Timur", "WhatsApp", "Diterima")
    flat = " ".join(" ".join(one) for one in rows)
    assert not [secret for secret in (NAME, PHONE, "Gang Mawar") if secret in flat]


def test_a_sealed_case_is_a_number_a_status_and_a_deadline(hall: CityHall, rina: FlaskClient) -> None:
    number = sealed_ticket(hall, urgent=True)
    row = next(one for one in table(rina, "all.csv") if one[0] == number)
    assert [cell for cell in row if cell] == [number, "Tersegel", "Menunggu", row[6]]
    seen = next(one for one in table(log_in(hall, "sealed_officer"), "all.csv") if one[0] == number)
    assert SERVICE in seen
    assert not [secret for secret in (STORY, PLACE) if secret in " ".join(seen)]


def test_taking_it_away_is_written_down(hall: CityHall, rina: FlaskClient) -> None:
    for _ in range(3):
        hall.ticket()
    table(rina, "all.csv?q=jalan&agency=bina_marga")
    with hall.database.read() as session:
        entry = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert entry
    assert (entry.action, entry.subject, entry.user_id) == ("looked", "queue:all", hall.user_id())
    assert entry.data == {"rows": 3, "filters": ["agency", "q"]}  # not what was searched for


def test_who_may_take_it_away(hall: CityHall) -> None:
    hall.ticket()
    assert len(table(log_in(hall, "leadership"), "all.csv")) == 2
    assert log_in(hall, "agency_officer", "dlh").get("/console/queue/all.csv").status_code == 403
    assert hall.browser().get("/console/queue/all.csv").status_code == 302
    assert hall.coordinator().get("/console/queue/nonsense.csv").status_code == 404
