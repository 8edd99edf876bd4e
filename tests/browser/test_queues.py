"""A list that lives: what changed shows within two seconds, and nobody's hands are disturbed by it."""

import re
import time
from collections.abc import Iterator
from contextlib import closing

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.place import ADMIN, Place
from tests.browser.screen import DESK, PHONE, sideways
from tests.browser.seeds import City
from tests.browser.staff import fill_log_in, window

pytestmark = pytest.mark.browser

# Filing it takes the worker a moment before anything can show.
SHOWN_WITHIN_S = 2 + 2
MOST_ROWS = 50
FOCUSED = "document.activeElement.closest('[data-row]')?.textContent ?? ''"


@pytest.fixture(params=[PHONE, DESK], ids=["phone", "desk"])
def page(request: pytest.FixtureRequest, the_place: Place, browser: Browser) -> Iterator[Page]:
    yield from _opened(the_place, browser, request.param)


@pytest.fixture
def desk(the_place: Place, browser: Browser) -> Iterator[Page]:
    yield from _opened(the_place, browser, DESK)


def _opened(place: Place, browser: Browser, size: tuple[int, int]) -> Iterator[Page]:
    """The list of all, before an administrator; nothing may fail on it, and nothing stand out to the side."""
    opened, wrong = window(browser, size), []
    opened.on("pageerror", lambda error: wrong.append(str(error)))
    opened.on("console", lambda said: wrong.append(said.text) if "Content Security" in said.text else None)
    fill_log_in(opened, place, ADMIN, "/console/queue/all")
    opened.wait_for_url("**/console/queue/all")
    yield opened
    assert sideways(opened) <= 0
    opened.context.close()
    assert wrong == []


def is_phone(page: Page) -> bool:
    return page.viewport_size == {"width": PHONE[0], "height": PHONE[1]}


def write(place: Place, citizen: str, text: str) -> None:
    city = City(place)
    with closing(city.web):
        city.writes(citizen, text)


def test_a_new_emergency_shows_and_sounds_while_rows_stay_selected(page: Page, the_place: Place) -> None:
    first = 715 if is_phone(page) else 710
    for number in (first, first + 1):
        write(the_place, f"a{number}", f"Jalan berlubang di depan halte Tebet nomor {number}, motor sering jatuh.")
    stories = {f"halte Tebet nomor {number}," for number in (first, first + 1)}
    for story in stories:
        expect(page.locator("[data-row]", has_text=story)).to_be_visible()
    page.get_by_role("button", name="Suara darurat").click()
    page.locator("h1").click()
    choose(page, stories)
    focused = page.evaluate("document.activeElement.id")
    sounded = int(page.locator("body").get_attribute("data-sounded") or 0)
    fires = page.locator("[data-row]", has_text="api besar")
    before = fires.count()
    write(the_place, f"a{first + 2}", "Ada kebakaran di gang Melati belakang pasar, api besar!")
    answered = time.monotonic()
    expect(fires).to_have_count(before + 1)
    assert time.monotonic() - answered < SHOWN_WITHIN_S
    expect(page.get_by_role("heading", name="Darurat belum diambil")).to_be_visible()
    assert page.title().startswith("(")
    expect(page.locator("#untaken")).to_have_text(re.compile(r"^\d+ darurat$"))
    assert page.locator("#untaken").is_visible() is is_phone(page), "where the menu is closed"
    expect(page.locator("body")).to_have_attribute("data-sounded", str(sounded + 1))
    assert page.evaluate("document.activeElement.id") == focused
    expect(page.locator("[data-pick]:checked")).to_have_count(2)
    page.locator("[data-action]").select_option("hurry")
    page.get_by_role("button", name="Terapkan").click()
    expect(page.get_by_text("2 laporan diubah.")).to_be_visible()


def choose(page: Page, stories: set[str]) -> None:
    """Tick the rows with these words: by thumb, or by the keys that a desk has."""
    if is_phone(page):
        for story in stories:
            page.locator("[data-row]", has_text=story).locator(".tick").tap()
        return
    left = set(stories)
    for _ in range(MOST_ROWS):
        page.keyboard.press("j")
        found = {story for story in left if story in page.evaluate(FOCUSED)}
        if found:
            page.keyboard.press("x")
        left -= found
        if not left:
            return
    raise AssertionError(f"j never comes to {left}")


def test_keys_never_work_while_somebody_types(desk: Page) -> None:
    page = desk
    page.keyboard.press("/")
    page.keyboard.type("jxo?")
    expect(page.locator("#q")).to_have_value("jxo?")
    page.locator("h1").click()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_the_address_holds_the_view_and_leads_back_to_it(page: Page, the_place: Place) -> None:
    write(
        the_place,
        f"a71{8 if is_phone(page) else 3}",
        "Sampah di dekat pasar Duri Kepa sudah seminggu tidak diangkut.",
    )
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
