"""A new colleague's first day: a letter, a password of her own, a second factor; the audit tells of it all."""

import re
import time

import pyotp
import pytest
from playwright.sync_api import Browser, expect

from tests.browser.place import ADMIN, Place
from tests.browser.screen import DESK, PHONE, sideways
from tests.browser.staff import fill_log_in, link_for, logged_in, window

pytestmark = pytest.mark.browser

NEW_PASSWORD = "payung biru di rak kedua"
STEP_S = 30


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_from_the_invitation_to_the_second_factor(
    the_place: Place, browser: Browser, size: tuple[int, int]
) -> None:
    email = f"sari{size[0]}@jakarta.example"
    admin = logged_in(browser, the_place, ADMIN, "/console/accounts", size)
    admin.locator("summary", has_text="Buat akun").click()
    admin.get_by_label("Nama").first.fill("Sari Contoh")
    admin.get_by_label("E-mail").fill(email)
    admin.locator("input[name=role][value=coordinator]").first.check()
    admin.get_by_role("button", name="Buat dan kirim tautan").click()
    expect(admin.get_by_role("status").first).to_be_visible()

    sari = window(browser, size)
    sari.goto(link_for(the_place, email))
    sari.get_by_label("Kata sandi baru").fill(NEW_PASSWORD)
    sari.get_by_label("Ketik sekali lagi").fill(NEW_PASSWORD)
    sari.get_by_role("button", name="Simpan kata sandi").click()
    fill_log_in(sari, the_place, email, "/console/account", NEW_PASSWORD)
    factor = sari.locator("section", has=sari.locator("#judul-kedua"))
    factor.get_by_label("Kata sandi sekarang").fill(NEW_PASSWORD)
    factor.get_by_role("button", name="Nyalakan langkah kedua").click()
    code = pyotp.TOTP(sari.locator("code.key").inner_text().replace(" ", ""))
    sari.get_by_label("Ketik enam angka").fill(code.now())
    sari.get_by_role("button", name="Nyalakan").click()
    expect(sari).to_have_url(re.compile("/console/account$"))

    again = window(browser, size)
    fill_log_in(again, the_place, email, "/console/", NEW_PASSWORD)
    again.get_by_label("Kode enam angka").fill("000000")
    again.get_by_role("button", name="Masuk").click()
    expect(again.get_by_role("alert")).to_be_visible()
    again.get_by_label("Kode enam angka").fill(code.at(time.time() + STEP_S))  # the last one was taken already
    again.get_by_role("button", name="Masuk").click()
    again.wait_for_url("**/console/")

    admin.goto(f"{the_place.url}/console/audit")
    expect(admin.locator("main")).to_contain_text(email)
    with admin.expect_download() as kept:
        admin.get_by_role("link", name="CSV").click()
    assert email in kept.value.path().read_text("utf-8-sig")
    for page in (admin, sari, again):
        assert sideways(page) <= 0
        page.context.close()
