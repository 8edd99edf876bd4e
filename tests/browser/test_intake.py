"""The desk's page as an officer uses it with somebody before them: by keyboard alone, and by touch."""

import re

import pytest
import segno
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from storage.models import OutboundMessage, Ticket
from tests.browser.axe import violations
from tests.browser.place import Place
from tests.browser.screen import DESK, PHONE, sideways
from tests.browser.staff import colleague, logged_in
from tests.support.pictures import jpeg

pytestmark = pytest.mark.browser
PATH, QUIET = "/console/intake", 4
SIZES = pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
# What is dark at the middle of each module, row by row.
MODULES = """() => {
  const svg = document.querySelector(".qr"), path = svg.querySelector("path"), side = svg.viewBox.baseVal.width;
  const at = (x, y) => path.isPointInFill(new DOMPoint(x + .5, y + .5)) ? 1 : 0;
  return [...Array(side).keys()].map((y) => [...Array(side).keys()].map((x) => at(x, y)));
}"""

SETTLES_MS = 400  # so soon after a new reading no key files it: see intake.js


def opened(place: Place, browser: Browser, size: tuple[int, int]) -> Page:
    return logged_in(browser, place, colleague(place, "Lina Loket"), PATH, size)


def in_order(page: Page) -> None:
    assert sideways(page) <= 0
    assert violations(page) == []


def typed(page: Page, text: str) -> None:
    page.keyboard.type(text)


def pressed(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def corrected(page: Page, key: str, service: str) -> None:
    """Choose another service by its key; what belongs to it is read anew."""
    with page.expect_response(lambda answer: answer.url.endswith(PATH)):
        page.keyboard.press(key)
    expect(page.locator(f"#service-{service}")).to_be_checked()


def newest(place: Place) -> Ticket:
    with place.database() as database, database.read() as session:
        return session.scalars(select(Ticket).order_by(Ticket.id.desc())).first()  # type: ignore[return-value]


@SIZES
def test_a_visitor_is_served_by_keyboard_alone(the_place: Place, browser: Browser, size: tuple[int, int]) -> None:
    page = opened(the_place, browser, size)
    expect(page.locator("#words")).to_be_focused()
    typed(page, f"Jalan depan pasar Jaya berlubang besar, {size[0]} cm, motor sering jatuh")
    pressed(page, "Control+Enter")
    expect(page.locator("#judul-bacaan")).to_be_focused()
    expect(page.locator("#service-jalan_rusak")).to_be_checked()
    in_order(page)
    corrected(page, "2", "trotoar_jpo")
    corrected(page, "1", "jalan_rusak")
    pressed(page, "p", "Control+a")
    typed(page, f"depan pasar Jaya nomor {size[0]}")
    pressed(page, "Escape", "n")
    expect(page.locator("#phone")).to_be_focused()
    typed(page, f"0812 9000 {size[0]:04}")
    pressed(page, "Tab", "ArrowRight", "Tab", "Space")
    expect(page.locator("#way-sms")).to_be_checked()
    expect(page.locator("#consent")).to_be_checked()
    page.wait_for_timeout(SETTLES_MS)
    pressed(page, "y")
    page.wait_for_url("**/receipt")
    ticket = newest(the_place)
    expect(page.locator(".big-number")).to_have_text(ticket.number)
    assert (ticket.came_by, ticket.place) == ("visit", f"depan pasar Jaya nomor {size[0]}")
    in_order(page)
    was_told(the_place, ticket, f"+628129000{size[0]:04}")
    pressed(page, "b")
    page.wait_for_url(f"**{PATH}?by=visit")
    page.context.close()


def was_told(place: Place, ticket: Ticket, phone: str) -> None:
    with place.database() as database, database.read() as session:
        mine = select(OutboundMessage).where(
            OutboundMessage.ticket_id == ticket.id, OutboundMessage.channel == "sms"
        )
        [row] = session.scalars(mine).all()
    assert (row.wording, row.recipient) == ("follow_desk_filed", phone)


@SIZES
def test_the_paper_has_a_code_that_leads_to_the_page(
    the_place: Place, browser: Browser, size: tuple[int, int]
) -> None:
    page = opened(the_place, browser, size)
    page.locator("#words").fill(f"Sampah menumpuk di depan rumah susun blok {size[0]}")
    page.locator("#photo").set_input_files({"name": "sampah.jpg", "mimeType": "image/jpeg", "buffer": jpeg()})
    page.get_by_role("button", name=re.compile("^Baca")).click()
    expect(page.locator("#service-sampah")).to_be_checked()
    page.wait_for_timeout(400)
    page.get_by_role("button", name=re.compile("^Simpan laporan")).click()
    page.wait_for_url("**/receipt")
    address = f"http://{page.locator('.paper-receipt .address').inner_text()}"
    drawn = [row[QUIET:-QUIET] for row in page.evaluate(MODULES)[QUIET:-QUIET]]
    assert drawn == [list(row) for row in segno.make(address, error="m", micro=False).matrix]
    page.emulate_media(media="print")
    expect(page.locator(".side")).to_be_hidden()
    expect(page.get_by_role("button", name="Cetak")).to_be_hidden()
    page.set_viewport_size({"width": 265, "height": 900})  # 70 mm, as on the paper of a counter
    assert sideways(page) <= 0
    page.emulate_media(media="screen")
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.get_by_role("link", name=re.compile("^Buka laporan")).click()
    expect(page.locator("#lines img")).to_be_visible()  # the photo that was chosen before it was read
    page.goto(address)
    expect(page.locator("body")).to_contain_text(newest(the_place).number)
    page.context.close()


@SIZES
def test_a_post_is_taken_down_checked_and_found_not_so(
    the_place: Place, browser: Browser, size: tuple[int, int]
) -> None:
    page = opened(the_place, browser, size)
    page.get_by_text("Media sosial", exact=True).click()
    page.get_by_label("Apa yang disampaikan?").fill(f"Warganet: lampu jalan {size[0]} mati semua")
    page.get_by_label("Tautan kirimannya").fill("javascript:alert(1)")
    page.get_by_role("button", name=re.compile("^Baca")).click()
    expect(page.locator("#service-lampu_jalan")).to_be_checked()
    page.wait_for_timeout(400)
    page.get_by_role("button", name=re.compile("^Simpan laporan")).click()
    expect(page.get_by_role("alert")).to_contain_text("https://")
    page.get_by_label("Tautan kirimannya").fill("https://social.example/warga/status/17")
    page.wait_for_timeout(400)
    page.get_by_role("button", name=re.compile("^Simpan laporan")).click()
    page.wait_for_url("**/receipt")
    page.get_by_role("link", name=re.compile("^Buka laporan")).click()
    expect(page.get_by_role("button", name="Benar, teruskan ke Dinas Bina Marga")).to_be_visible()
    expect(page.get_by_role("link", name="https://social.example/warga/status/17")).to_have_attribute(
        "rel", "noopener noreferrer"
    )
    in_order(page)
    page.get_by_label("Tidak seperti itu, karena").fill("Foto tahun lalu, sudah diperbaiki")
    page.get_by_role("button", name="Tutup: tidak benar").click()
    expect(page.get_by_role("status").filter(has_text="tidak seperti yang ditulis")).to_be_visible()
    assert newest(the_place).status == "rejected"
    page.context.close()
