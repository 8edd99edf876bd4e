"""The leadership's pages as they are used: from the picture of the city to the tickets behind one figure."""

import re
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from bot.clock import simulated_clock
from bot.figures import counting
from bot.rulebook import load_rulebook
from tests.browser.axe import violations
from tests.browser.place import MORNING, Place, place
from tests.browser.screen import DESK, PHONE, sideways
from tests.browser.seeds import City
from tests.browser.staff import colleague, logged_in
from tests.support.settings import isolated_settings

pytestmark = pytest.mark.browser

STORIES = (
    "Jalan berlubang di depan halte Pasar Minggu, motor sering oleng.",
    "Jalan berlubang di depan halte Tebet nomor 12, motor sering jatuh.",
    "Sampah di dekat pasar Duri Kepa sudah seminggu tidak diangkut.",
    "Lampu jalan depan SDN 03 Tebet mati.",
)


@pytest.fixture(scope="module")
def counted_place() -> Iterator[Place]:
    """A running city on the day after some people wrote, all of it counted."""
    with place() as here:
        city = City(here)
        with closing(city.web):
            for number, story in enumerate(STORIES):
                city.writes(f"a{number + 1}", story)
        here.set_clock(MORNING + timedelta(days=1))
        _count(here)
        yield here


@pytest.fixture(params=[PHONE, DESK], ids=["phone", "desk"])
def page(request: pytest.FixtureRequest, counted_place: Place, browser: Browser) -> Iterator[Page]:
    email = colleague(counted_place, "Sekda Contoh", "leadership")
    opened, wrong = logged_in(browser, counted_place, email, "/console/figures", request.param), list[str]()
    opened.on("pageerror", lambda error: wrong.append(str(error)))
    opened.on("console", lambda said: wrong.append(said.text) if said.type in ("error", "warning") else None)
    opened.reload()
    yield opened
    opened.context.close()
    assert wrong == []


def test_from_the_picture_to_the_tickets(page: Page) -> None:
    expect(page.get_by_text("4 laporan masuk")).to_be_visible()
    expect(page.locator("figure.chart")).to_have_count(4)
    _in_order(page)
    page.get_by_role("link", name="Menurut instansi").click()
    _in_order(page)
    page.get_by_role("link", name="Dinas Bina Marga").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Dinas Bina Marga")
    _in_order(page)
    came = page.locator(".tile", has_text="Masuk").locator(".big a").first
    number = int(came.inner_text())
    came.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Masuk, Dinas Bina Marga")
    expect(page.locator("[data-row]")).to_have_count(number)
    assert number == 3
    _in_order(page)
    ticket = page.locator("[data-open]").first
    opened = ticket.inner_text()
    ticket.click()
    expect(page).to_have_url(re.compile(f"/tickets/{opened}"))


def test_the_address_holds_the_view(page: Page) -> None:
    page.get_by_role("link", name="Bulan", exact=True).click()
    expect(page).to_have_url(re.compile("period=2026-11"))
    page.get_by_role("link", name="Menurut layanan").click()
    page.get_by_role("link", name="Masih terbuka").click()
    expect(page).to_have_url(re.compile("(?=.*period=2026-11)(?=.*sort=-open)"))
    names = page.locator("tbody th a").all_inner_texts()
    page.reload()
    assert page.locator("tbody th a").all_inner_texts() == names
    assert names[0] == "Jalan rusak"


def test_numbers_of_a_chart_open_as_a_table(page: Page) -> None:
    chart = page.locator("figure", has_text="Masuk dan ditutup")
    chart.get_by_text("Angka grafik ini").click()
    expect(chart.get_by_role("row").nth(1)).to_contain_text("4")
    _in_order(page)


def test_on_paper(page: Page) -> None:
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 720, "height": 1000})  # what is left of A4 between its margins
    assert sideways(page) <= 0
    expect(page.locator(".picker")).to_be_hidden()
    assert page.locator(".charts rect.column").first.is_visible()


def _in_order(page: Page) -> None:
    """Usable by all, and nothing that scrolls sideways but the tables in their own boxes."""
    assert sideways(page) <= 0, page.url
    assert violations(page) == [], page.url


def _count(here: Place) -> None:
    rulebook = load_rulebook(isolated_settings())
    with here.database() as database:
        now = simulated_clock(database).now()
        for back in range(2):
            day = now.astimezone(rulebook.city.zone).date() - timedelta(days=back)
            counting.count_day(database, rulebook, day, now)
