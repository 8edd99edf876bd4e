"""The leadership's Monday: the week is counted and mailed by itself, read, printed, and taken away."""

import re
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from storage.models import OutboundMessage
from tests.browser.axe import violations
from tests.browser.place import ADMIN, MORNING, Place, place
from tests.browser.screen import DESK, PHONE, sideways
from tests.browser.seeds import City
from tests.browser.staff import colleague, logged_in
from tests.journeys.town import wait_for

pytestmark = pytest.mark.browser

STORIES = (
    "Jalan berlubang di depan halte Pasar Minggu, motor sering oleng.",
    "Sampah di dekat pasar Duri Kepa sudah seminggu tidak diangkut.",
    "Lampu jalan depan SDN 03 Tebet mati.",
)
WEEK = "2026-W48"
COUNTED_WITHIN_S = 120


@pytest.fixture(scope="module")
def reported_place() -> Iterator[Place]:
    """A city on the Monday after some people wrote, at nine: its worker has mailed the report by itself."""
    with place() as here:
        city = City(here)
        with closing(city.web):
            for number, story in enumerate(STORIES):
                city.writes(f"a{number + 1}", story)
        here.set_clock(MORNING + timedelta(days=5, hours=23))
        wait_for(lambda: len(mails(here)) == 1, COUNTED_WITHIN_S)
        yield here


def mails(here: Place) -> list[OutboundMessage]:
    with here.database() as database, database.read() as session:
        rows = session.scalars(select(OutboundMessage)).all()
        return [row for row in rows if row.key.startswith(f"weekly:{WEEK}:")]


@pytest.fixture(params=[PHONE, DESK], ids=["phone", "desk"])
def page(request: pytest.FixtureRequest, reported_place: Place, browser: Browser) -> Iterator[Page]:
    email = colleague(reported_place, "Sekda Contoh", "leadership")
    opened, wrong = logged_in(browser, reported_place, email, "/console/reports", request.param), list[str]()
    opened.on("pageerror", lambda error: wrong.append(str(error)))
    opened.on("console", lambda said: wrong.append(said.text) if said.type in ("error", "warning") else None)
    opened.reload()
    yield opened
    opened.context.close()
    assert wrong == []


def test_the_report_is_read_printed_and_taken_away(page: Page) -> None:
    in_order(page)
    with page.expect_download() as kept:
        page.get_by_role("link", name="Unduh CSV").click()
    assert f"{WEEK},2026-11-23,2026-11-29," in kept.value.path().read_text("utf-8-sig")
    page.get_by_role("link", name="23 Nov 2026 – 29 Nov 2026").first.click()
    frame = page.frame_locator("iframe.letter")
    expect(frame.get_by_role("heading", name="Laporan mingguan")).to_be_visible()
    expect(frame.get_by_text("3 laporan masuk")).to_be_visible()
    in_order(page)
    with page.expect_popup() as opened:
        page.get_by_role("link", name="Buka untuk dicetak").click()
    paper = opened.value
    expect(paper.get_by_role("heading", name="Angka minggu ini")).to_be_visible()
    assert sideways(paper) <= 0
    printed = paper.pdf(prefer_css_page_size=True)
    assert 1 <= len(re.findall(rb"/Type\s*/Page\b", printed)) <= 4


def test_a_link_in_it_opens_the_console_beside_it(page: Page) -> None:
    page.get_by_role("link", name="23 Nov 2026 – 29 Nov 2026").first.click()
    with page.expect_popup() as opened:
        page.frame_locator("iframe.letter").get_by_role("link", name="konsol").click()
    expect(opened.value.get_by_role("heading", level=1)).to_have_text("23 Nov 2026 – 29 Nov 2026")


def test_an_administrator_sees_how_this_week_stands(reported_place: Place, browser: Browser) -> None:
    admin = logged_in(browser, reported_place, ADMIN, "/console/reports", DESK)
    admin.get_by_role("link", name="Minggu ini sejauh ini").click()
    frame = admin.frame_locator("iframe.letter")
    expect(frame.get_by_role("heading", name="Minggu ini sejauh ini")).to_be_visible()
    in_order(admin)
    admin.goto(f"{reported_place.url}/console/reports/{WEEK}")
    admin.get_by_role("button", name="Kirim kepada yang belum menerima").click()
    expect(admin.get_by_text("Semua yang terdaftar sebagai pimpinan sudah menerimanya.")).to_be_visible()
    admin.context.close()
    assert len(mails(reported_place)) == 1


def in_order(page: Page) -> None:
    assert sideways(page) <= 0
    assert violations(page) == []
