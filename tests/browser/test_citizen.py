"""A citizen on one of the simulator's telephones, in a window of either size."""

import re

import pytest
from playwright.sync_api import expect

from bot.segments import segments
from tests.browser.pictures import png
from tests.browser.screen import Screen

pytestmark = pytest.mark.browser

DARK_STREET = "lampu jalan mati sudah tiga hari"
UNCLEAR = "tolong ditindak ya pak, semrawut sekali"
NUMBER = re.compile(r"JK-\w{6}-\w")
TICKED = re.compile("read")


def test_a_question_for_the_place_is_answered_by_a_pin(screen: Screen) -> None:
    screen.a.says(DARK_STREET)
    screen.a.hears("Di mana tepatnya?")
    screen.a.pins("SDN 05 Cempaka Putih Barat")
    expect(screen.a.said.last).to_contain_text("-6.18070, 106.86860")
    expect(screen.a.hears("Soal: Penerangan jalan umum, SDN 05 Cempaka Putih Barat")).to_contain_text(NUMBER)
    expect(screen.a.root.locator(".mine").last).to_have_attribute("data-state", TICKED)
    screen.shows("Peristiwa")
    expect(screen.panel).to_contain_text("Tanpa aturan khusus")
    expect(screen.panel).to_contain_text("Diteruskan ke instansi")
    expect(screen.panel).to_contain_text("Pesan dan biaya seandainya lewat WhatsApp")


def test_buttons(screen: Screen) -> None:
    screen.a.says("jalan bolong di depan pasar Cikini, tolong ditambal")
    screen.a.hears("laporan Anda sudah kami catat")
    screen.a.says("batal saja")
    screen.a.hears("mau dicabut?")
    screen.a.presses("Ya, cabut")
    screen.a.hears("sudah dicabut")
    expect(screen.a.root.get_by_role("button", name="Ya, cabut")).to_have_count(0)


def test_a_telephone_keeps_what_the_city_has_forgotten(screen: Screen) -> None:
    screen.a.says("jalan bolong di depan pasar Cikini, tolong ditambal")
    screen.a.hears("laporan Anda sudah kami catat")
    screen.a.says("hapus data")
    screen.a.hears("Hapus sekarang?")
    screen.a.presses("Ya, hapus")
    expect(screen.a.root.get_by_text("Data nomor ini dihapus")).to_be_visible()
    expect(screen.a.said.first).to_contain_text("jalan bolong")
    expect(screen.a.root.get_by_role("button", name="Ya, hapus")).to_have_count(0)
    screen.a.says("halo")
    screen.a.hears("ini nomor pengaduan warga")
    expect(screen.a.root.get_by_text("Data nomor ini dihapus")).to_have_count(1)


def test_more_than_three_choices_come_as_a_list(screen: Screen) -> None:
    screen.a.says(UNCLEAR)
    screen.a.hears("ini soal apa?")
    screen.a.chooses("Pedagang kaki lima")
    expect(screen.a.said.last).to_contain_text("Pedagang kaki lima")
    screen.a.hears("Baik, soal Pedagang kaki lima. Di mana tepatnya?")


def test_a_photo_and_a_voice_note(screen: Screen) -> None:
    photo = {"name": "lubang.png", "mimeType": "image/png", "buffer": png(320, 240, (90, 100, 105))}
    screen.a.root.locator("[data-file]").set_input_files(photo)
    screen.a.says("jalan bolong di depan pasar Cikini, tolong ditambal")
    screen.a.hears("laporan Anda sudah kami catat")
    screen.a.presses("Kirim pesan suara contoh")
    expect(screen.a.root.locator(".mine").last).to_have_attribute("data-state", TICKED)
    screen.page.reload()
    picture = screen.a.root.get_by_role("img", name="Foto dari warga")
    expect(picture).to_have_js_property("naturalWidth", 320)
    play = screen.a.root.get_by_role("button", name="Putar pesan suara")
    play.click()
    expect(play).to_have_attribute("aria-pressed", "true")
    play.click()
    expect(play).to_have_attribute("aria-pressed", "false")


def test_a_photo_that_is_too_large_is_refused_at_once(screen: Screen) -> None:
    photo = {"name": "besar.jpg", "mimeType": "image/jpeg", "buffer": b"\xff\xd8\xff" + bytes(2 * 1024 * 1024)}
    screen.a.root.locator("[data-file]").set_input_files(photo)
    expect(screen.a.root.get_by_role("alert")).to_contain_text("Foto paling besar 2 MB")


def test_an_sms_counts_its_segments_and_numbers_its_choices(screen: Screen) -> None:
    screen.shows("Warga B")
    screen.b.looks_like("sms")
    screen.b.input.fill(UNCLEAR)
    expect(screen.b.root.locator("[data-count]")).to_have_text("39/160 · 1 SMS · GSM-7")
    screen.b.input.fill(f"{UNCLEAR} 🙏")
    expect(screen.b.root.locator("[data-count]")).to_have_text("42/70 · 1 SMS · UCS-2")
    screen.b.says(UNCLEAR)
    question = screen.b.hears("2. Pedagang kaki lima")
    expect(question).to_contain_text("2 SMS · GSM-7")
    assert not screen.b.root.get_by_role("button", name="Lihat pilihan").is_visible()
    assert not screen.b.root.get_by_role("button", name="Kirim pesan suara contoh").is_visible()
    screen.b.says("2")
    screen.b.hears("Baik, soal Pedagang kaki lima.")
    screen.shows("Peristiwa")
    expect(screen.panel).to_contain_text("Pesan dan biaya seandainya lewat SMS")


def test_an_emergency_is_answered_with_the_number_to_call(screen: Screen) -> None:
    screen.a.says("ada kebakaran di gang sebelah, api besar")
    screen.a.hears("Segera telepon 112 (gratis, 24 jam) atau 113")
    screen.shows("Peristiwa")
    expect(screen.panel).to_contain_text("Jalur darurat")
    expect(screen.panel).to_contain_text("Darurat: didahulukan dari segalanya")
    screen.shows("Surat")
    expect(screen.panel.locator(".mail").first).to_contain_text("DARURAT")


def test_script_and_server_count_segments_alike(desk: Screen) -> None:
    texts = ["", "a" * 160, "a" * 161, "€" * 81, "ş" * 70, "ş" * 71, "🕳️" * 24, "Soal: {x} [y]\nÅ", "\f^~|" * 40]
    counted = desk.page.evaluate(
        "async (texts) => { const { segments } = await import('/static/simulator/sms.js');"
        " return texts.map((text) => segments(text).count); }",
        texts,
    )
    assert counted == [segments(text) for text in texts]
