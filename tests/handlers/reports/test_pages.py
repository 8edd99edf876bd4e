"""The leadership's weekly reports in the console: as they were sent, in a frame that nothing gets out of."""

import re
from dataclasses import replace
from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from bot.accounts.roles import LEADERSHIP
from handlers.edge import KEY
from storage.models import AuditEntry, OutboundMessage, WeeklyReport
from tests.handlers.city_hall import CityHall, csrf_of, said_on
from tests.handlers.sealed_cases import log_in
from tests.support.clock import at
from tests.support.rolled_up import counted, figures

WEEK, MONDAY = "2026-W47", date(2026, 11, 16)
SECRETARY = "sekda@jakarta.example"
EVIL = "<!doctype html><script>alert(1)</script><a href='http://127.0.0.1/console'>x</a>"


@pytest.fixture
def governed(hall: CityHall) -> CityHall:
    """A city with a report of last week, all of which is counted; now is Monday at nine."""
    hall.times[:] = [at("2026-11-17T10:00+07:00")]
    hall.ticket()
    hall.times.append(at("2026-11-23T09:00+07:00"))
    counted(hall.database, MONDAY, date(2026, 11, 22), hall.now)
    figures(hall.database, MONDAY, filed=12)
    return hall


def kept(hall: CityHall, week: str = WEEK, page: str = "<p>Laporan</p>") -> None:
    with hall.database.begin() as session:
        session.add(WeeklyReport(week=week, written_at=hall.now, page=page))


def mails(hall: CityHall) -> list[OutboundMessage]:
    with hall.database.read() as session:
        found = session.scalars(select(OutboundMessage).order_by(OutboundMessage.id))
        return [row for row in found if row.key.startswith("weekly:")]


def send(browser: FlaskClient, page: str, week: str = WEEK) -> TestResponse:
    form = {"csrf_token": csrf_of(browser.get(page))}
    return browser.post(f"/console/reports/{week}/send", data=form, follow_redirects=True)


def test_the_weeks_the_latest_first(hall: CityHall) -> None:
    for week in ("2026-W46", "2026-W47", "2025-W52"):
        kept(hall, week)
    page = log_in(hall, LEADERSHIP).get("/console/reports")
    assert re.findall(r'/console/reports/([\w-]+)"><b>', page.text) == ["2026-W47", "2026-W46", "2025-W52"]
    assert "16 Nov 2026 – 22 Nov 2026" in said_on(page)


def test_before_the_first_week(hall: CityHall) -> None:
    page = log_in(hall, "administrator").get("/console/reports")
    assert "Belum ada." in said_on(page)
    assert "Kirim sekarang" not in page.text


def test_a_report_is_shown_in_a_frame_that_nothing_gets_out_of(hall: CityHall) -> None:
    kept(hall, page=EVIL)
    browser = log_in(hall, LEADERSHIP)
    frame = browser.get(f"/console/reports/{WEEK}")
    assert "<script>alert" not in frame.text
    [tag] = re.findall(r"<iframe[^>]*>", frame.text)
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in tag
    assert f'src="/console/reports/{WEEK}/paper"' in tag
    assert frame.headers["X-Frame-Options"] == "DENY"
    paper = browser.get(f"/console/reports/{WEEK}/paper")
    assert paper.text == EVIL
    policy = paper.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "frame-ancestors 'self'" in policy
    assert "sandbox" in policy
    assert "allow-scripts" not in policy
    assert "allow-same-origin" not in policy
    assert paper.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert paper.headers["Cache-Control"] == "private, no-cache"


@pytest.mark.parametrize("week", ["2026-W46", "2026-W99", "nonsense", "2026-11", "..", "2026"])
def test_a_week_that_is_not_there(hall: CityHall, week: str) -> None:
    kept(hall)
    browser = log_in(hall, "administrator")
    for path in (f"/console/reports/{week}", f"/console/reports/{week}/paper"):
        assert browser.get(path).status_code == 404
    form = {"csrf_token": csrf_of(browser.get(f"/console/reports/{WEEK}"))}
    assert browser.post(f"/console/reports/{week}/send", data=form).status_code in (404, 409)
    assert mails(hall) == []


def test_the_report_before_its_time_and_then_not_again(governed: CityHall) -> None:
    browser = log_in(governed, "administrator")
    assert "Belum dikirim: 16 Nov 2026 – 22 Nov 2026" in said_on(browser.get("/console/reports"))
    page = send(browser, "/console/reports")
    assert "Laporan disusun dan dikirim." in said_on(page)
    [mail] = mails(governed)
    assert mail.recipient == SECRETARY
    assert "Laporan masuk: 12; 0" in mail.body["text"]
    assert "Belum dikirim" not in said_on(browser.get("/console/reports"))
    again = send(browser, f"/console/reports/{WEEK}")
    assert "sudah menerimanya" in said_on(again)
    assert len(mails(governed)) == 1


def test_a_click_that_is_sent_twice_sends_one(governed: CityHall) -> None:
    browser = log_in(governed, "administrator")
    form = {"csrf_token": csrf_of(browser.get("/console/reports"))}
    for _ in range(2):
        assert browser.post(f"/console/reports/{WEEK}/send", data=form).status_code == 303
    assert len(mails(governed)) == 1


def test_sending_is_written_down(governed: CityHall) -> None:
    send(log_in(governed, "administrator"), "/console/reports")
    with governed.database.read() as session:
        entries = session.scalars(select(AuditEntry).where(AuditEntry.action == "send_report")).all()
    assert [entry.subject for entry in entries] == [f"report:{WEEK}"]


def test_whoever_was_named_later_is_sent_it_as_it_was(governed: CityHall) -> None:
    browser = log_in(governed, "administrator")
    kept(governed, page="<p>Seperti dikirim</p>")
    page = send(browser, f"/console/reports/{WEEK}")
    assert "Dikirim kepada 1 orang." in said_on(page)
    [mail] = mails(governed)
    assert mail.body["html"] == "<p>Seperti dikirim</p>"


def test_a_week_that_is_not_over_or_not_counted_is_refused(governed: CityHall) -> None:
    browser = log_in(governed, "administrator")
    form = {"csrf_token": csrf_of(browser.get("/console/reports"))}
    for week in ("2026-W46", "2026-W48"):
        answer = browser.post(f"/console/reports/{week}/send", data=form)
        assert answer.status_code == 409
        assert "belum bisa dikirim" in said_on(answer)
    with governed.database.read() as session:
        assert session.scalars(select(WeeklyReport)).all() == []


def test_nobody_named_is_said(governed: CityHall) -> None:
    city = governed.rulebook.city
    nobody = city.model_copy(update={"people": city.people.model_copy(update={"leadership": ()})})
    here = governed.app.extensions[KEY]
    governed.app.extensions[KEY] = replace(here, rulebook=replace(here.rulebook, city=nobody))
    browser = log_in(governed, "administrator")
    assert "Tidak ada yang terdaftar sebagai pimpinan" in said_on(browser.get("/console/reports"))
    page = send(browser, "/console/reports")
    assert "Tidak ada yang terdaftar sebagai pimpinan" in said_on(page)
    assert mails(governed) == []
    with governed.database.read() as session:
        assert session.get(WeeklyReport, WEEK)


def test_how_this_week_stands(governed: CityHall) -> None:
    browser = log_in(governed, "administrator")
    governed.wait(days=1)
    assert browser.get("/console/reports/so-far/paper").status_code == 404  # nothing of it is counted
    counted(governed.database, date(2026, 11, 23), date(2026, 11, 24), governed.now)
    figures(governed.database, date(2026, 11, 24), filed=5)
    assert "Pratinjau" in said_on(browser.get("/console/reports/so-far"))
    paper = browser.get("/console/reports/so-far/paper")
    assert "Minggu ini sejauh ini" in said_on(paper)
    assert "23–24 November 2026" in said_on(paper)
    assert "sandbox" in paper.headers["Content-Security-Policy"]
    with governed.database.read() as session:
        assert session.scalars(select(WeeklyReport)).all() == []


@pytest.mark.parametrize("role", ["coordinator", "sealed_officer", LEADERSHIP])
def test_others_read_and_send_nothing(governed: CityHall, role: str) -> None:
    kept(governed)
    browser = log_in(governed, role)
    page = browser.get("/console/reports")
    assert "Kirim" not in said_on(page)
    assert "sejauh ini" not in said_on(page)
    assert "Kirim" not in said_on(browser.get(f"/console/reports/{WEEK}"))
    assert browser.get("/console/reports/so-far").status_code == 403
    form = {"csrf_token": csrf_of(page)}
    assert browser.post(f"/console/reports/{WEEK}/send", data=form).status_code == 403


def test_agencies_do_not_read_them(governed: CityHall) -> None:
    kept(governed)
    browser = log_in(governed, "agency_officer", "dlh")
    assert browser.get("/console/reports").status_code == 403
    assert browser.get(f"/console/reports/{WEEK}/paper").status_code == 403


def test_hundreds_of_weeks_are_one_page(hall: CityHall) -> None:
    week = date(2026, 11, 16)
    with hall.database.begin() as session:
        for n in range(200):
            year, number, _ = (week - timedelta(days=7 * n)).isocalendar()
            session.add(WeeklyReport(week=f"{year}-W{number:02}", written_at=hall.now, page="x" * 50_000))
    page = log_in(hall, LEADERSHIP).get("/console/reports")
    assert page.text.count("/paper") == 200
