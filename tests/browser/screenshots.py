"""The pictures of the docs: ``python -m tests.browser.screenshots`` takes them anew into ``docs/pictures``.

Everything that is seen is invented and goes through the real system; only what texts mean stands in a table.
"""

import json
import re
import sys
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

from bot.settings import ROOT
from tests.browser.agency_pictures import take_link, take_office
from tests.browser.console_pictures import logged_in, take_all
from tests.browser.entry_pictures import take_entry
from tests.browser.flood_pictures import many_write, take_announcement, take_incident
from tests.browser.pictures import with_palette
from tests.browser.place import chromium, place
from tests.browser.screen import DESK, PHONE, Screen
from tests.browser.seeds import AFTER, City, two_days
from tests.journeys.town import number_in
from tests.support.clock import at

FOLDER = ROOT / "docs" / "pictures"
LARGEST = 300_000
SETTLED_MS = 1_500
START = at("2026-11-24T08:05+07:00")
STORY = "Selamat pagi pak, jalannya bolong lagi habis hujan kemarin, motor sering oleng. Tolong ditambal."
DARK = "Lampu jalan depan pasar Cikini mati, gelap sekali kalau malam"
NEW_STORY = "lubang besar di depan pasar Pramuka, kemarin ibu2 jatuh dari motor"
PATCHED = "Lubang sudah ditambal dengan aspal panas dan sudah bisa dilewati."
LAMP = "Lampu sudah diganti yang baru."


def main() -> int:
    """Take all pictures; 1 when one is too large for a README."""
    (FOLDER / "console").mkdir(parents=True, exist_ok=True)
    with place() as here, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        city = City(here)
        two_days(city, START)
        _take_all(browser, city)
        browser.close()
    return _report(sorted(FOLDER.rglob("*.png")))


def _take_all(browser: Browser, city: City) -> None:
    desk = Screen(browser, city.place, DESK).open()
    number = _reported(desk)
    city.wait(minutes=5)
    _take_agency(browser, city, number)
    _take_mail(browser, city, number)
    for service in ("jalan_rusak", "lampu_jalan"):
        city.agency(service, "accept")
    console = logged_in(browser, city)
    _take(console, "console")
    city.wait(hours=28)
    city.agency("jalan_rusak", "claim", photo=AFTER, note=PATCHED)
    city.agency("lampu_jalan", "claim", note=LAMP)
    desk.a.hears("Sudah beres?")
    _take_phone(browser, desk)
    console.goto(f"{city.place.url}/console/tickets/{number}")
    _take(console, "ticket")
    take_all(console, city, _take)
    _gone_on(desk)
    _take(desk.page, "simulator")
    desk.is_in_order()
    take_entry(browser, city, _take)
    _take_flood(browser, console, city)


def _take_flood(browser: Browser, console: Page, city: City) -> None:
    """Many write about drains: to coordinators, to all of them at once, and to the agency."""
    many_write(city)
    city.wait(minutes=6)
    take_incident(console, city, _take)
    take_announcement(console, city, _take)
    take_link(browser, city, city.number_of("saluran_air"), _take)
    take_office(browser, city, "sda", _take)


def _reported(desk: Screen) -> str:
    """Two citizens write: one by WhatsApp, with a photo and a pin, the other by SMS."""
    desk.b.looks_like("sms")
    desk.b.says(DARK)
    desk.b.hears("Soal: Penerangan jalan umum")
    desk.a.attaches("Foto contoh")
    desk.a.says(STORY)
    desk.a.hears("Di mana tepatnya?")
    desk.a.pins("SDN 05 Cempaka Putih Barat")
    return number_in(desk.a.hears("Soal: Jalan rusak").inner_text())


def _gone_on(desk: Screen) -> None:
    """The SMS is answered with a number; on the other telephone somebody else reports something."""
    desk.shows("Surat")
    desk.b.hears("Sudah beres?")
    desk.b.says("2")
    desk.b.hears("kami buka kembali")
    desk.shows("Peristiwa")
    desk.a.presses("Nomor baru")
    desk.a.attaches("Foto contoh")
    desk.a.says(NEW_STORY)
    desk.a.hears("Soal: Jalan rusak")
    expect(desk.panel).to_contain_text("Laporan dari pesan ini")


def _take_phone(browser: Browser, desk: Screen) -> None:
    """The same citizen on a screen of a telephone's size."""
    phone = Screen(browser, desk.place, PHONE, scale=2)
    kept = json.dumps(desk.page.evaluate("({ ...localStorage })"))
    phone.context.add_init_script(f"if (location.pathname === '/simulator') Object.assign(localStorage, {kept})")
    phone.open()
    phone.a.hears("Sudah beres?")
    _take(phone.page, "simulator-phone")
    phone.context.close()


def _take_agency(browser: Browser, city: City, number: str) -> None:
    _in_page(browser, (1200, 700), lambda page: page.goto(city.link_of(number)), "agency")


def _take_mail(browser: Browser, city: City, number: str) -> None:
    html = city.letter_about(number)["html"].replace(city.place.url, "https://lapor.jakarta.example")
    html = re.sub(r"(/agency/[\w-]{6})[\w-]+", r"\1...", html)
    _in_page(browser, (760, 574), lambda page: page.set_content(html), "mail")


def _in_page(browser: Browser, size: tuple[int, int], show: Callable[[Page], object], name: str) -> None:
    page = browser.new_page(viewport={"width": size[0], "height": size[1]}, locale="id-ID")
    show(page)
    _take(page, name)
    page.close()


def _take(page: Page, name: str) -> None:
    page.wait_for_timeout(SETTLED_MS)
    picture = page.screenshot(animations="disabled", caret="hide")
    (FOLDER / f"{name}.png").write_bytes(with_palette(picture))


def _report(pictures: list[Path]) -> int:
    for picture in pictures:
        print(f"{picture.relative_to(ROOT)}: {picture.stat().st_size // 1000} KB")  # noqa: T201 - for who took them
    return 1 if any(picture.stat().st_size > LARGEST for picture in pictures) else 0


if __name__ == "__main__":
    sys.exit(main())
