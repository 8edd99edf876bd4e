"""Everything on the simulator's page can be done without a mouse."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.screen import Screen

pytestmark = pytest.mark.browser

FOCUSED = "document.activeElement.getAttribute('aria-label') || document.activeElement.textContent.trim()"
MOST_STOPS = 60


def tab_to(page: Page, name: str) -> None:
    """Press Tab until what is called ``name`` has the focus."""
    for _ in range(MOST_STOPS):
        if page.evaluate(FOCUSED).startswith(name):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab never comes to '{name}'.")


def test_a_list_is_answered(screen: Screen) -> None:
    page = screen.page
    tab_to(page, "Pesan dari Warga A")
    page.keyboard.type("tolong ditindak ya pak, semrawut")
    page.keyboard.press("Enter")
    screen.a.hears("ini soal apa?")
    tab_to(page, "Lihat pilihan") if screen.is_phone else _back_to(page, "Lihat pilihan")
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    expect(screen.a.root.get_by_role("dialog")).to_be_hidden()
    assert page.evaluate(FOCUSED) == "Lihat pilihan", "the focus is where it was"
    page.keyboard.press("Enter")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    screen.a.hears("Baik, soal Pedagang kaki lima.")
    assert page.evaluate(FOCUSED).startswith("Pesan dari Warga A")


def test_a_pin_is_put_and_taken_off(screen: Screen) -> None:
    page = screen.page
    tab_to(page, "Lampirkan foto atau lokasi")
    page.keyboard.press("Enter")
    tab_to(page, "Lokasi")
    page.keyboard.press("Enter")
    latitude = screen.a.root.get_by_label("Lintang")
    before = float(latitude.input_value())
    page.keyboard.press("ArrowUp")
    assert float(latitude.input_value()) > before
    tab_to(page, "Lampirkan lokasi ini")
    page.keyboard.press("Enter")
    expect(screen.a.root.locator("[data-tray]")).to_contain_text("Lokasi")
    _back_to(page, "Lepas Lokasi")
    page.keyboard.press("Enter")
    expect(screen.a.root.locator("[data-tray]")).to_be_hidden()


def test_the_clock_is_moved(screen: Screen) -> None:
    page = screen.page
    before = page.locator("[data-clock]").text_content()
    if screen.is_phone:
        page.locator("[data-toggle]").focus()
        page.keyboard.press("Enter")
    tab_to(page, "+1 jam")
    page.keyboard.press("Enter")
    expect(page.locator("[data-clock]")).not_to_contain_text(str(before)[:-3])
    expect(page.get_by_role("button", name="+1 jam")).to_be_enabled()


def _back_to(page: Page, name: str) -> None:
    for _ in range(MOST_STOPS):
        if page.evaluate(FOCUSED).startswith(name):
            return
        page.keyboard.press("Shift+Tab")
    raise AssertionError(f"Shift+Tab never comes to '{name}'.")
