"""An answer is changed in the console, and the next citizen who asks gets the new one. Nothing is restarted."""

import pytest
from playwright.sync_api import expect

from tests.browser.place import ADMIN, PASSWORD
from tests.browser.screen import Screen

pytestmark = pytest.mark.browser

NEW_TEXT = "Sekarang bisa lewat aplikasi kota, tanpa ke kantor polisi."
TOO_LONG = "Terlalu panjang untuk SMS. " * 20
SOURCE, UNTIL = "Surat edaran Dukcapil 44/2026", "2027-06-30"


def test_the_next_citizen_gets_what_was_typed(screen: Screen) -> None:
    page = screen.page
    with screen.context.expect_page() as opening:
        page.evaluate("open('/login?next=/console/answers')")
    console = opening.value
    console.get_by_label("E-mail").fill(ADMIN)
    console.get_by_label("Kata sandi").fill(PASSWORD)
    console.get_by_role("button", name="Masuk").click()
    console.wait_for_url("**/console/answers")
    page.bring_to_front()
    page.reload()  # a log-in begins a new session, to which the simulator's token must belong
    screen.a.says("KTP saya hilang, urus di mana?")
    screen.a.hears("Buat dulu surat kehilangan")
    console.bring_to_front()
    console.get_by_label("Cari di topik dan jawaban").fill("ktp_hilang")
    console.get_by_role("button", name="Saring").click()
    console.get_by_role("link", name="KTP hilang").click()
    console.wait_for_load_state()  # before that nothing listens to what is typed
    preview = console.locator("#pratinjau")
    console.get_by_label("Jawaban, bahasa Indonesia").fill(TOO_LONG)
    expect(preview).to_contain_text("4 SMS")
    console.get_by_label("Jawaban, bahasa Indonesia").fill(NEW_TEXT)
    expect(preview).to_contain_text(NEW_TEXT)
    console.locator("[name=source]").fill(SOURCE)
    console.locator("[name=valid_until]").fill(UNTIL)
    console.get_by_label("Saya sudah memeriksa isinya").check()
    console.get_by_role("button", name="Simpan").click()
    expect(console.get_by_role("status")).to_contain_text("warga berikutnya yang bertanya mendapat yang baru")
    page.bring_to_front()
    screen.a.says("ktp hilang, urus di mana ya")
    screen.a.hears(NEW_TEXT)
    console.bring_to_front()
    console.get_by_role("button", name="Kembali ke berkas kota").click()
    expect(console.get_by_role("status")).to_contain_text("tidak dipakai lagi")
    page.bring_to_front()
    screen.a.says("KTP hilang urus di mana")
    screen.a.hears("Buat dulu surat kehilangan")
