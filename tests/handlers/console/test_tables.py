"""Every list of the console as CSV: on its page, for the same people, harmless in a spreadsheet, nothing more."""

import csv
import io
import re
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from bot.accounts.roles import LEADERSHIP
from bot.desk import blocking
from bot.figures import counting
from handlers.console.navigation import MENU
from handlers.guards import SEEN_BY
from storage.models import AuditEntry, CannedReply, Ticket
from tests.handlers.city_hall import NAME, PHONE, CityHall
from tests.handlers.full_hall import full
from tests.handlers.sealed_cases import SECRETS, log_in, sealed_ticket

# What is no list, and why; everything else in the menu has a file.
NO_LIST = {
    "console.home": "what is to be done today, each with a queue of its own",
    "console.intake": "a form",
    "console.overview": "figures, each of which leads to a list that has its file",
    "console.map_page": "a map of open reports, which the queues list",
    "console.triage": "one message at a time, which is to be decided and not to be carried away",
    "console.questions": "one question at a time",
    "console.personal": "requests of single people about their own data: nothing to carry away",
    "console.api_keys": "a handful of keys of other systems",
    "console.subscriptions": "a handful of other systems",
}
EVIL = '=HYPERLINK("http://evil.example")'
OURS = (
    "costs", "praise", "incidents", "announcements", "directory", "answers", "canned", "examples", "undelivered",
    "checks", "blocked", "duty", "servants", "accounts", "reports",
)  # fmt: skip


def table(browser: FlaskClient, path: str) -> list[dict[str, str]]:
    """The rows of a file, by the names of its columns."""
    answer = browser.get(f"/console/{path}")
    assert answer.status_code == 200, path
    assert answer.mimetype == "text/csv"
    assert answer.data.startswith(b"\xef\xbb\xbf"), "Excel takes it for another encoding"
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=")
    assert answer.headers["Cache-Control"] == "private, no-store"
    return list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))


def last_look(hall: CityHall) -> AuditEntry:
    with hall.database.read() as session:
        entry = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert entry
    return entry


def test_every_list_of_the_menu_offers_its_file(hall: CityHall) -> None:
    full(hall)
    counting.run_due(hall.database, hall.rulebook, hall.now)
    browser = log_in(hall, "administrator")
    with hall.app.test_request_context():
        pages = {
            entry.address: entry.endpoint
            for group in MENU
            for entry in group.entries
            if entry.endpoint in hall.app.view_functions and entry.endpoint not in NO_LIST
        }
    assert len(pages) >= 24
    without = []
    for address, endpoint in pages.items():
        links = re.findall(r'href="([^"]*\.csv[^"]*)"', browser.get(address).text)
        if not links:
            without.append(endpoint)
        for link in links:
            assert browser.get(unescape(link)).mimetype == "text/csv", f"{address}: {link}"
    assert without == []


def test_whoever_may_open_a_page_may_take_it_away_and_nobody_else(hall: CityHall) -> None:
    views = hall.app.view_functions
    files = [name for name in views if name.startswith("console.") and name.endswith("_csv")]
    pages = {name: name.removesuffix("_csv") for name in files if name.removesuffix("_csv") in views}
    assert len(pages) >= len(OURS)
    assert {name for name, page in pages.items() if SEEN_BY[views[name]] != SEEN_BY[views[page]]} == set()


@pytest.mark.parametrize("name", OURS)
def test_an_empty_list_is_a_header(hall: CityHall, name: str) -> None:
    browser = log_in(hall, "administrator")
    answer = browser.get(f"/console/{name}.csv")
    assert answer.status_code == 200
    header = answer.data.decode("utf-8-sig").splitlines()[0]
    assert len(header.split(",")) >= 3


def test_in_english_the_columns_are_english(hall: CityHall) -> None:
    browser = log_in(hall, "administrator")
    with browser.session_transaction() as kept:
        kept["language"] = "en"
    assert "Agency" in table(browser, "directory.csv")[0]


def test_nothing_of_a_sealed_case_is_in_any_file(hall: CityHall) -> None:
    number = sealed_ticket(hall, urgent=True)
    with hall.database.begin() as session:
        session.execute(update(Ticket).where(Ticket.number == number).values(kind="apresiasi"))
    for role in ("administrator", "coordinator", LEADERSHIP):
        browser = log_in(hall, role)
        for name in OURS:
            text = browser.get(f"/console/{name}.csv").text
            leaks = [secret for secret in SECRETS if secret in text and name not in ("directory", "answers")]
            assert not leaks, f"{name} as {role}: {leaks}"


def test_no_number_of_a_citizen_is_in_any_file(hall: CityHall) -> None:
    full(hall)
    browser = log_in(hall, "administrator")
    for name in OURS:
        text = browser.get(f"/console/{name}.csv").text
        assert PHONE not in text, name
        assert PHONE[1:] not in text, name
        assert NAME not in text, name


def test_what_people_wrote_is_no_formula(hall: CityHall) -> None:
    hall.ticket(EVIL, kind="apresiasi")
    browser = log_in(hall, "administrator")
    with hall.database.begin() as session:
        session.add(CannedReply(title=EVIL, text="+62", created_by=1, updated_at=hall.now))
    [thanks] = table(browser, "praise.csv")
    assert thanks["Ucapan"] == f"'{EVIL}"
    [sentence] = table(browser, "canned.csv")
    assert (sentence["Judul"], sentence["Kalimat"]) == (f"'{EVIL}", "'+62")


def test_days_are_iso_and_the_citys_own(hall: CityHall) -> None:
    hall.wait(hours=16)  # one o'clock on Tuesday in Jakarta, Monday still in Greenwich
    hall.ticket("Terima kasih", kind="apresiasi")
    [thanks] = table(log_in(hall, LEADERSHIP), "praise.csv")
    assert thanks["Tanggal"] == "2026-11-24"
    assert thanks["Ditelepon"] == ""


def test_a_file_follows_the_filters_of_its_page(hall: CityHall) -> None:
    browser = log_in(hall, "administrator")
    hall.ticket("Terima kasih", kind="apresiasi")
    assert table(browser, "praise.csv?month=2026-10") == []
    assert len(table(browser, "praise.csv?month=2026-11")) == 1
    page = browser.get("/console/praise?month=2026-10").text
    assert 'href="/console/praise.csv?month=2026-10"' in page
    some = table(browser, "directory.csv?text=taman")
    assert 0 < len(some) < len(table(browser, "directory.csv"))


def test_an_address_cannot_lead_a_link_elsewhere(hall: CityHall) -> None:
    browser = log_in(hall, "administrator")
    page = browser.get("/console/praise?_external=1&_scheme=javascript&x=%22%3E%3Cscript%3E&page=4").text
    [link] = re.findall(r'href="([^"]*praise\.csv[^"]*)"', page)
    assert unescape(link) == "/console/praise.csv?_external=1&_scheme=javascript&x=%22%3E%3Cscript%3E"


def test_a_list_of_people_that_is_taken_away_is_written_down(hall: CityHall) -> None:
    talk = hall.conversation()
    browser = log_in(hall, "administrator")
    with hall.database.begin() as session:
        blocking.block(session, talk, "Menghina petugas", 1, hall.now)
    [blocked] = table(browser, "blocked.csv")
    assert blocked["Alasan"] == "Menghina petugas"
    entry = last_look(hall)
    assert (entry.action, entry.subject, entry.data) == ("looked", "blocked", {"rows": 1})


@pytest.mark.parametrize(
    "name", ["praise", "incidents", "undelivered", "checks", "servants", "examples", "answers"]
)
def test_so_are_the_others_with_something_of_people_in_them(hall: CityHall, name: str) -> None:
    table(log_in(hall, "administrator"), f"{name}.csv")
    entry = last_look(hall)
    assert entry.action == "looked"
    assert entry.data is not None
    assert "rows" in entry.data


def test_what_waits_to_be_looked_at(hall: CityHall) -> None:
    full(hall)
    browser = hall.coordinator()
    claims = table(browser, "checks.csv")
    assert claims
    assert all(one["Nomor"].startswith("JK-") and one["Tanda"] for one in claims)
    [letter] = table(browser, "undelivered.csv")
    assert letter["Alasan"]
    incidents = table(browser, "incidents.csv")
    assert [(one["Kelurahan"], one["Laporan"]) for one in incidents] == [("Mampang Prapatan", "2")]
    [announcement] = table(browser, "announcements.csv")
    assert announcement["Keadaan"] == "Belum dikirim"


def test_costs_of_a_month(hall: CityHall) -> None:
    hall.handover()
    rows = table(hall.coordinator(), "costs.csv?month=2026-11")
    assert [(one["Bulan"], one["Saluran"], one["Pesan masuk"]) for one in rows] == [("2026-11", "WhatsApp", "1")]


def test_who_is_turned_away(hall: CityHall) -> None:
    assert log_in(hall, "coordinator").get("/console/accounts.csv").status_code == 403
    assert log_in(hall, LEADERSHIP).get("/console/blocked.csv").status_code == 403
    officer: Any = log_in(hall, "agency_officer", "dlh")
    assert {officer.get(f"/console/{name}.csv").status_code for name in OURS} == {403}
    assert hall.browser().get("/console/praise.csv").status_code == 302
