"""The citizen's page on a small old telephone: without script for everything, with it only to fill in a place."""

import gzip
import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from storage.models import OutboundMessage
from tests.browser.axe import violations
from tests.browser.place import MORNING, Place
from tests.browser.screen import PATIENCE_MS, Screen
from tests.browser.seeds import AFTER, City

pytestmark = pytest.mark.browser

OLD = (360, 640)
LIGHT = 14 * 1024
LINK = re.compile(r"http://\S+/t/[0-9a-z]{23}")
PHOTO = {"name": "lubang.jpg", "mimeType": "image/jpeg", "buffer": AFTER}
NO_PHOTO = {"name": "lubang.jpg", "mimeType": "image/jpeg", "buffer": b"<svg onload='alert(1)'/>"}
JAKARTA_EYE = {"latitude": -6.1754, "longitude": 106.8272}


@contextmanager
def telephone(browser: Browser, *, script: bool, **more: object) -> Iterator[Page]:
    """A telephone of a few years ago; nothing may be scrolled sideways at the end."""
    viewport = {"width": OLD[0], "height": OLD[1]}
    context = browser.new_context(viewport=viewport, java_script_enabled=script, has_touch=True, **more)  # type: ignore[arg-type]
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    yield page
    context.close()


def link_to(place: Place, citizen: str) -> str:
    """The link in the newest message to a telephone of the simulator."""
    with place.database() as database, database.read() as session:
        newest = select(OutboundMessage).order_by(OutboundMessage.id.desc())
        texts = (m.body["text"] for m in session.scalars(newest) if m.recipient == f"sim:{citizen}")
        found = next(match for text in texts if (match := LINK.search(text)))
    return found[0]


def is_whole(page: Page) -> None:
    """Nothing stands out at the side, seen without script by what the browser measures."""
    widest = page.locator("main > *, .top, .foot").evaluate_all("all => Math.max(...all.map(e => e.scrollWidth))")
    assert widest <= OLD[0]


def test_all_of_it_without_script(the_place: Place, browser: Browser) -> None:
    """Reported, looked at, a photo added, claimed, denied with a photo, claimed again, confirmed and rated."""
    city = City(the_place)
    with closing(city.web), telephone(browser, script=False) as page:
        the_place.set_clock(MORNING + timedelta(days=7))
        city.writes("a870", "jalan bolong di depan pasar Palmerah, kemarin ada motor jatuh")
        number = city.number_of("jalan_rusak")
        page.goto(link_to(the_place, "0800-870-001"))
        expect(page.locator(".number")).to_have_text(number)
        expect(page.locator("[aria-current=step]")).to_contain_text("Diterima")
        city.wait(minutes=10)
        page.reload()
        expect(page.locator("[aria-current=step]")).to_contain_text("Diteruskan")
        _adds(page)
        city.agency("jalan_rusak", "claim", note="Sudah ditambal.")
        page.reload()
        expect(page.locator(".stands")).to_contain_text("Kami menunggu pendapat Anda")
        _denies(page)
        city.wait(minutes=10)
        city.agency("jalan_rusak", "claim", note="Sekarang benar-benar sudah.")
        page.reload()
        page.get_by_role("button", name="Sudah beres").click()
        expect(page.get_by_role("status")).to_contain_text("kami tutup")
        page.get_by_label("Komentar singkat").fill("Cepat")
        page.get_by_role("button", name="Nilai 5 dari 5").click()
        expect(page.get_by_role("status")).to_contain_text("Terima kasih atas nilainya")
        expect(page.locator("main")).to_contain_text("5 dari 5")
        expect(page.locator("main")).to_contain_text("Ternyata belum beres?")
        is_whole(page)


def _adds(page: Page) -> None:
    form = page.locator("form[action$='/add']")
    form.get_by_label("Foto tempatnya").set_input_files(PHOTO)
    form.get_by_label("Tempatnya").last.fill("https://www.google.com/maps/@52.5,13.4,17z")
    form.get_by_role("button", name="Kirim").click()
    expect(page.get_by_role("alert")).to_contain_text("luar negeri")
    form.get_by_label("Foto tempatnya").set_input_files(PHOTO)
    form.get_by_label("Tempatnya").last.fill("-6.2072, 106.7975")
    form.get_by_role("button", name="Kirim").click()
    expect(page.get_by_role("status")).to_contain_text("sudah kami tambahkan")
    photo = page.get_by_role("img", name="Foto dari Anda")
    expect(photo).to_have_js_property("naturalWidth", 320)
    expect(photo).to_have_attribute("width", "160")


def _denies(page: Page) -> None:
    form = page.locator("form[action$='/deny']")
    form.get_by_label("Tulis apa yang masih kurang").fill("Masih ada <b>dua</b> lubang")
    form.get_by_label("Foto yang belum beres").set_input_files(NO_PHOTO)
    form.locator("button").click()
    expect(page.get_by_role("alert")).to_contain_text("bukan foto")
    expect(form.get_by_label("Tulis apa yang masih kurang")).to_have_value("Masih ada <b>dua</b> lubang")
    form.get_by_label("Foto yang belum beres").set_input_files(PHOTO)
    form.locator("button").click()
    expect(page.get_by_role("status")).to_contain_text("kami buka kembali")
    expect(page.locator(".stands")).to_contain_text("Dibuka kembali")


def test_found_again_by_number_and_digits_without_script(the_place: Place, browser: Browser) -> None:
    city = City(the_place)
    with closing(city.web), telephone(browser, script=False) as page:
        city.writes("b871", "lampu jalan mati di depan pasar Grogol, gelap sekali")
        number = city.number_of("lampu_jalan")
        page.goto(f"{the_place.url}/t")
        _asks(page, number[:-1] + ("0" if number[-1] != "0" else "1"), "1002")
        expect(page.get_by_role("alert")).to_contain_text("keliru di nomor itu")
        _asks(page, number, "9999")
        expect(page.get_by_role("alert")).to_contain_text("tidak cocok")
        is_whole(page)
        _asks(page, number.lower(), "1002")
        expect(page.locator(".number")).to_have_text(number)
        page.get_by_role("button", name="English").click()
        expect(page.locator("html")).to_have_attribute("lang", "en")
        expect(page.locator(".number")).to_have_text(number)


def _asks(page: Page, number: str, digits: str) -> None:
    page.get_by_label("Nomor laporan").fill(number)
    page.get_by_label("Empat angka terakhir").fill(digits)
    page.get_by_role("button", name="Buka laporan").click()


def test_with_script_the_place_is_filled_in(the_place: Place, browser: Browser) -> None:
    city = City(the_place)
    granted = {"permissions": ["geolocation"], "geolocation": JAKARTA_EYE}
    with closing(city.web), telephone(browser, script=True, **granted) as page:
        problems: list[str] = []
        page.on("console", lambda message: problems.append(message.text))
        city.writes("a872", "got mampet di depan pasar Slipi, bau sekali")
        page.goto(link_to(the_place, "0800-872-001"))
        page.get_by_role("button", name="Pakai lokasi saya sekarang").click()
        expect(page.locator("[data-place]")).to_have_value("-6.175400, 106.827200")
        page.get_by_role("button", name="Kirim").click()
        expect(page.get_by_role("status").first).to_contain_text("sudah kami tambahkan")
        assert problems == []


@pytest.mark.parametrize("language", ["Bahasa Indonesia", "English"])
def test_anybody_can_use_it_and_it_is_light(the_place: Place, browser: Browser, language: str) -> None:
    city = City(the_place)
    with closing(city.web), telephone(browser, script=True) as page:
        loaded: dict[str, bytes] = {}
        city.writes("a873", "sampah menumpuk di depan pasar Kebayoran, sudah seminggu")
        address = link_to(the_place, "0800-873-001")
        page.goto(address)
        if language == "English":
            page.get_by_role("button", name=language).click()
        page.on("response", lambda answer: loaded.update({answer.url: answer.body()}))
        for path in (page.url, f"{the_place.url}/t"):
            page.goto(path, wait_until="networkidle")
            assert violations(page) == []
            assert page.evaluate("document.documentElement.scrollWidth") <= OLD[0]
        weight = sum(len(gzip.compress(body, 6)) for url, body in loaded.items() if "/photo/" not in url)
        assert weight < LIGHT, {url: len(body) for url, body in loaded.items()}


def test_the_receipt_on_the_simulators_telephone(screen: Screen) -> None:
    screen.a.says("jalan bolong di depan pasar Cikini, tolong ditambal")
    receipt = screen.a.hears("Lihat perkembangannya")
    link = receipt.get_by_role("link")
    expect(link).to_have_attribute("href", LINK)
    box, bubble = link.bounding_box(), receipt.bounding_box()
    assert box
    assert bubble
    assert box["x"] + box["width"] <= bubble["x"] + bubble["width"] + 1
