"""The map of open tickets in a browser, at a desk and on a telephone: clusters, tickets, filters, and no tiles."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from bot.clock import simulated_clock
from bot.messages import Location
from bot.rulebook import load_rulebook
from tests.browser.axe import violations
from tests.browser.place import Place
from tests.browser.screen import DESK, PHONE, sideways
from tests.browser.staff import colleague, fill_log_in, window
from tests.handlers.city_hall import on
from tests.support.settings import isolated_settings

pytestmark = pytest.mark.browser

# Around Tebet eight of one spot and some near by, and one alone in the north.
SPOT, NEAR, ALONE = Location(-6.2264, 106.8583), Location(-6.2330, 106.8500), Location(-6.1270, 106.8345)
MOVED_MS = 1_200  # a flight to another part of the map, and what is drawn there
HOSTILE = "<img src=x onerror=alert(1)>"


@pytest.fixture(scope="module")
def numbers(the_place: Place) -> dict[str, str]:
    """A city with pins, as people at the desk see it; the numbers that tests look for."""
    with the_place.database() as database:
        settings = isolated_settings(public_url=the_place.url)
        hall = on(database, load_rulebook(settings), settings)
        hall.times[:] = [simulated_clock(database).now()]
        for _ in range(8):
            hall.ticket(service="pohon", kelurahan="Tebet Timur", location=SPOT)
        for n in range(4):
            near = Location(NEAR.latitude + n / 1000, NEAR.longitude)
            hall.ticket(service="pohon", kelurahan="Bukit Duri", location=near)
        hall.ticket(service="pohon", kelurahan=HOSTILE)
        alone = hall.ticket(service="makam", kelurahan="Ancol", location=ALONE)
        return {"alone": alone}


@pytest.fixture(params=[DESK, PHONE], ids=["desk", "phone"])
def page(request: pytest.FixtureRequest, the_place: Place, browser: Browser) -> Iterator[Page]:
    """Somebody who has logged in, in a window that may ask nobody but us and complain about nothing."""
    seen = window(browser, request.param)
    troubles = _watched(seen.context, urlsplit(the_place.url).netloc)
    fill_log_in(seen, the_place, colleague(the_place, "Wati Peta"), "/console/")
    seen.wait_for_url("**/console/")
    yield seen
    assert not troubles, troubles
    assert not violations(seen)
    assert sideways(seen) <= 0
    seen.context.close()


def _watched(context: BrowserContext, host: str) -> list[str]:
    troubles: list[str] = []
    context.on("weberror", lambda error: troubles.append(str(error.error)))
    context.on("console", lambda said: troubles.append(said.text) if said.type in ("error", "warning") else None)
    context.on("request", lambda asked: troubles.append(asked.url) if _is_elsewhere(asked.url, host) else None)
    return troubles


def _is_elsewhere(address: str, host: str) -> bool:
    asked = urlsplit(address)
    return asked.scheme not in ("data", "blob") and asked.netloc != host


def opened(page: Page, place: Place, query: str = "") -> Page:
    page.goto(f"{place.url}/console/map{query}")
    expect(page.locator("[data-drawn]")).to_be_visible()
    return page


def test_clusters_come_apart_down_to_a_ticket(page: Page, the_place: Place, numbers: dict[str, str]) -> None:
    opened(page, the_place, "?service=pohon")
    status = page.locator("[data-view-status]")
    expect(status).to_have_text("12 laporan di layar")
    for _ in range(8):  # nearer and nearer, until those of one spot are told by a list
        page.locator(".open-mark:has(.many)").first.click()
        page.wait_for_timeout(MOVED_MS)
        if page.locator(".in-popup").count():
            break
    links = page.locator(".in-popup a")
    expect(links).to_have_count(8)
    links.first.click()
    page.wait_for_url(re.compile("/console/tickets/JK-"))
    page.go_back()
    expect(page.locator("[data-drawn]")).to_be_visible()
    assert re.search(r"#18/-6\.22\d+/106\.8", page.url)  # where it was left


def test_a_click_on_one_leads_to_its_ticket(page: Page, the_place: Place, numbers: dict[str, str]) -> None:
    opened(page, the_place, "?service=makam")
    page.locator(".open-mark").first.click()
    popup = page.locator(".leaflet-popup")
    expect(popup).to_contain_text("Ancol")
    popup.get_by_role("link", name=numbers["alone"]).click()
    page.wait_for_url(f"**/console/tickets/{numbers['alone']}?back=*")


def test_the_list_is_the_map_for_a_keyboard(page: Page, the_place: Place, numbers: dict[str, str]) -> None:
    opened(page, the_place)
    listed = page.locator("[data-view-list]")
    expect(listed.get_by_role("link", name=numbers["alone"])).to_be_visible()
    link = listed.get_by_role("link", name=numbers["alone"])
    link.focus()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/console/tickets/{numbers['alone']}?back=*")


def test_a_filter_narrows_and_stands_in_the_address(page: Page, the_place: Place, numbers: dict[str, str]) -> None:
    opened(page, the_place)
    if page.viewport_size and page.viewport_size["width"] == PHONE[0]:
        page.get_by_text("Saringan", exact=True).click()
    page.locator("select[name=service]").select_option("makam")
    page.wait_for_url("**/console/map?service=makam*")
    expect(page.locator("[data-view-list] li")).to_have_count(1)
    page.get_by_role("link", name="Hapus saringan").click()
    page.wait_for_url(re.compile(r"/console/map(#.*)?$"))
    expect(page.locator("[data-view-status]")).to_contain_text("laporan di layar")


def test_the_ground_without_tiles_has_names_degrees_and_a_scale(
    page: Page, the_place: Place, numbers: dict[str, str]
) -> None:
    opened(page, the_place)
    names = page.locator(".area-name span")
    expect(names.filter(has_text="Ancol")).to_be_visible()
    expect(page.locator(".degrees span").filter(has_text="LS").first).to_be_visible()
    expect(page.locator(".degrees span").filter(has_text="BT").first).to_be_visible()
    expect(page.locator(".leaflet-control-scale")).to_contain_text(re.compile(r"\d+ k?m"))


def test_an_answer_that_is_none_is_told(page: Page, the_place: Place, numbers: dict[str, str]) -> None:
    opened(page, the_place)
    page.route("**/map/points*", lambda route: route.fulfill(body="Bad gateway"))
    page.get_by_role("button", name="Perbesar").click()
    expect(page.locator("[data-view-status]")).to_contain_text("Peta tidak dapat dimuat")
