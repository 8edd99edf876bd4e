"""How somebody comes in: log-in, a forgotten password, the second factor."""

import time

import pyotp
from playwright.sync_api import Browser, Page

from tests.browser.screen import DESK
from tests.browser.seeds import City
from tests.browser.staff import colleague, fill_log_in, link_for, window
from tests.browser.taking import Take, in_both_sizes

NEW_PASSWORD = "payung biru di rak kedua"
STEP_S = 30


def take_entry(browser: Browser, city: City, take: Take) -> None:
    """A colleague has forgotten her password, chooses another, and turns the second factor on."""
    page, email = window(browser, DESK), colleague(city.place, "Sari Contoh")
    _take_reset(page, city, email, take)
    fill_log_in(page, city.place, email, "/console/account", NEW_PASSWORD)
    _take_second_factor(page, city, email, take)
    page.context.close()


def _take_reset(page: Page, city: City, email: str, take: Take) -> None:
    page.goto(f"{city.place.url}/login")
    in_both_sizes(page, "log-in", take)
    page.get_by_role("link", name="Lupa kata sandi?").click()
    in_both_sizes(page, "forgot", take)
    page.get_by_label("E-mail").fill(email)
    page.get_by_role("button", name="Kirim tautan").click()
    in_both_sizes(page, "forgot-sent", take)
    link = link_for(city.place, email)
    page.goto(link)
    in_both_sizes(page, "reset", take)
    page.get_by_label("Kata sandi baru").fill(NEW_PASSWORD)
    page.get_by_label("Ketik sekali lagi").fill(NEW_PASSWORD)
    page.get_by_role("button", name="Simpan kata sandi").click()
    page.goto(link)
    in_both_sizes(page, "reset-closed", take)


def _take_second_factor(page: Page, city: City, email: str, take: Take) -> None:
    factor = page.locator("section", has=page.locator("#judul-kedua"))
    factor.get_by_label("Kata sandi sekarang").fill(NEW_PASSWORD)
    factor.get_by_role("button", name="Nyalakan langkah kedua").click()
    code = pyotp.TOTP(page.locator("code.key").inner_text().replace(" ", ""))
    in_both_sizes(page, "second-factor", take)
    page.get_by_label("Ketik enam angka").fill(code.at(time.time()))
    page.get_by_role("button", name="Nyalakan").click()
    page.context.clear_cookies()
    fill_log_in(page, city.place, email, "/console/", NEW_PASSWORD)
    in_both_sizes(page, "log-in-code", take)
