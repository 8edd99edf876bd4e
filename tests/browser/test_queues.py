"""A list that lives: what changed shows within two seconds, and nobody's hands are disturbed by it."""

import time
from collections.abc import Iterator
from contextlib import closing

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.place import ADMIN, PASSWORD, Place
from tests.browser.screen import DESK
from tests.browser.seeds import City

pytestmark = pytest.mark.browser

# Filing it takes the worker a moment before anything can show.
SHOWN_WITHIN_S = 2 + 2


@pytest.fixture
def page(the_place: Place, browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": DESK[0], "height": DESK[1]}, locale="id-ID")
    opened, wrong = context.new_page(), []
    opened.on("pageerror", lambda error: wrong.append(str(error)))
    opened.on("console", lambda said: wrong.append(said.text) if "Content Security" in said.text else None)
    opened.goto(f"{the_place.url}/login?next=/console/queue/all")
    opened.get_by_label("E-mail").fill(ADMIN)
    opened.get_by_label("Kata sandi").fill(PASSWORD)
    opened.get_by_role("button", name="Masuk").click()
    opened.wait_for_url("**/console/queue/all")
    yield opened
    context.close()
    assert wrong == []


def write(place: Place, citizen: str, text: str) -> None:
    city = City(place)
    with closing(city.web):
        city.writes(citizen, text)


def test_a_new_emergency_shows_and_sounds_while_rows_stay_selected(page: Page, the_place: Place) -> None:
    for number in (710, 711):
        write(the_place, f"a{number}", f"Jalan berlubang di depan halte Tebet nomor {number}, motor sering jatuh.")
    expect(page.locator("[data-row]").nth(1)).to_be_visible()
    page.get_by_role("button", name="Suara darurat").click()
    page.locator("h1").click()
    for key in ("j", "x", "j", "x"):
        page.keyboard.press(key)
    focused = page.evaluate("document.activeElement.id")
    sounded = int(page.locator("body").get_attribute("data-sounded") or 0)
    fires = page.locator("[data-row]", has_text="api besar")
    before = fires.count()
    write(the_place, "a712", "Ada kebakaran di gang Melati belakang pasar, api besar!")
    answered = time.monotonic()
    expect(fires).to_have_count(before + 1)
    assert time.monotonic() - answered < SHOWN_WITHIN_S
    expect(page.get_by_role("heading", name="Darurat belum diambil")).to_be_visible()
    assert page.title().startswith("(")
    expect(page.locator("body")).to_have_attribute("data-sounded", str(sounded + 1))
    assert page.evaluate("document.activeElement.id") == focused
    expect(page.locator("[data-pick]:checked")).to_have_count(2)
    page.locator("[data-action]").select_option("hurry")
    page.get_by_role("button", name="Terapkan").click()
    expect(page.get_by_text("2 laporan diubah.")).to_be_visible()


def test_keys_never_work_while_somebody_types(page: Page) -> None:
    page.keyboard.press("/")
    page.keyboard.type("jxo?")
    expect(page.locator("#q")).to_have_value("jxo?")
    page.locator("h1").click()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_the_address_holds_the_view_and_leads_back_to_it(page: Page, the_place: Place) -> None:
    write(the_place, "a713", "Sampah di dekat pasar Duri Kepa sudah seminggu tidak diangkut.")
    page.locator("#q").fill("sampah")
    page.keyboard.press("Enter")
    page.wait_for_url("**/console/queue/all?q=sampah")
    page.locator("[data-open]").first.click()
    page.wait_for_url("**/console/tickets/**")
    page.get_by_role("link", name="← Kembali").click()
    page.wait_for_url("**/console/queue/all?q=sampah")


def test_an_ended_session_is_told_and_takes_nothing_away(page: Page) -> None:
    page.context.clear_cookies()
    expect(page.locator("#session-ended")).to_be_visible()
    expect(page.locator("#list")).to_be_visible()
