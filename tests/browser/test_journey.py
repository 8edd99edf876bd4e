"""A citizen, an agency in a tab of its own, and a clock that is moved: claimed, denied, and claimed again."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.pictures import png
from tests.browser.screen import Screen, opened_by
from tests.journeys.town import number_in

pytestmark = pytest.mark.browser

PHOTO = {"name": "bukti.png", "mimeType": "image/png", "buffer": png(400, 300, (120, 130, 125))}


def test_from_the_report_to_its_reopening(screen: Screen) -> None:
    screen.place.wait_for_hour(20, 40)
    market = "Jatinegara" if screen.is_phone else "Rawamangun"  # nobody else's, so it has a letter of its own
    screen.a.says(f"jalan bolong di depan pasar {market}, kemarin ada motor jatuh")
    number = number_in(screen.a.hears("Soal: Jalan rusak").inner_text())
    letters = screen.panel.locator(".mail").filter(has_text=f"[{number}]")  # not the lists that name it
    screen.moves_clock("Tindak lanjut berikutnya")
    screen.shows("Surat")
    letter = letters.first
    expect(letter).to_contain_text("Jalan rusak: laporan warga")
    if letter.get_attribute("open") is None:
        letter.locator("summary").click()

    agency = opened_by(screen, letter.get_by_role("link", name="Buka halaman instansi"))
    agency.get_by_role("button", name="Terima laporan ini").click()
    expect(agency.get_by_role("status")).to_contain_text("sudah Anda terima")
    screen.moves_clock("+1 jam")
    _claims(agency, "Lubang sudah ditambal malam ini.")
    expect(agency.get_by_role("status")).to_contain_text("Kami tanyakan kepada warga")

    screen.shows("Peristiwa")
    expect(screen.panel).to_contain_text("Tanya warga: sudah beres?")
    _goes_on_until(screen, "07.00")
    assert screen.a.root.get_by_text("Sudah beres?").count() == 0, "the night is quiet"
    screen.moves_clock("Tindak lanjut berikutnya")
    screen.shows("Warga A")
    screen.a.hears("Sudah beres?")
    expect(screen.page.locator("[data-clock]")).to_contain_text(re.compile(r"07\.0\d"))

    screen.a.presses("Belum")
    screen.a.hears("kami buka kembali")
    screen.shows("Surat")
    expect(letters.first).to_contain_text("Dibuka kembali")


def test_a_day_later_and_back(screen: Screen) -> None:
    before = screen.a.root.locator("[data-number]").text_content()
    screen.a.says("halo")
    screen.a.hears("Halo, ini nomor pengaduan warga")
    screen.moves_clock("+1 hari")
    expect(screen.a.root.locator(".day")).to_have_text("Kemarin")
    expect(screen.page.locator("[data-ahead]")).to_contain_text("hari")
    screen.opens_clock()
    screen.page.get_by_role("button", name="Kembali ke sekarang").click()
    expect(screen.page.locator("[data-time]")).to_have_attribute("data-moved", "no")
    expect(screen.a.root.locator("[data-number]")).not_to_have_text(str(before))
    expect(screen.a.root.locator("[data-empty]")).to_be_visible()
    screen.place.set_clock()


def _goes_on_until(screen: Screen, time: str) -> None:
    """From one follow-up to the next until one is due at ``time``: an emergency is chased at night as well."""
    upcoming = screen.page.locator("[data-next-at]")
    for _ in range(6):
        before = upcoming.inner_text()
        if time in before:
            return
        screen.moves_clock("Tindak lanjut berikutnya")
        expect(upcoming).not_to_have_text(before)
    raise AssertionError(f"nothing is due at {time}; next is {upcoming.inner_text()}")


def _claims(agency: Page, note: str) -> None:
    claim = agency.locator("#claim")
    if not claim.get_by_label("Apa yang sudah dikerjakan?").is_visible():
        claim.locator("summary").click()
    claim.get_by_label("Apa yang sudah dikerjakan?").fill(note)
    claim.get_by_label("Foto hasil").set_input_files(PHOTO)
    claim.get_by_role("button", name="Nyatakan selesai").click()
