"""Two coordinators at one ticket: they see each other, nothing is overwritten, nothing typed is lost."""

import re
from contextlib import closing

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from storage.models import Ticket
from tests.browser.place import Place
from tests.browser.screen import DESK, PHONE, sideways
from tests.browser.seeds import City
from tests.browser.staff import colleague, logged_in

pytestmark = pytest.mark.browser

STORY = "Jalan berlubang di depan halte Pasar Minggu, motor sering oleng."


# Without a sound: a page may make one only after somebody has touched it.
PLAYS = """async (player) => {
  player.muted = true;
  await player.play();
  await new Promise((done) => player.addEventListener("timeupdate", () => player.currentTime > 0 && done()));
  return player.duration;
}"""


def reported(place: Place, citizen: str, **more: float) -> str:
    """The address of the page of a new report."""
    city = City(place)
    with closing(city.web):
        city.writes(citizen, STORY, **more)
    with place.database() as database, database.read() as session:
        number = session.scalars(select(Ticket.number).order_by(Ticket.id.desc())).first()
    return f"/console/tickets/{number}"


def opened(page: Page, name: str) -> Page:
    """Open one of the actions."""
    page.locator("summary", has_text=name).first.click()
    return page


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_two_at_one_ticket(the_place: Place, browser: Browser, size: tuple[int, int]) -> None:
    """One at a desk, the other at another or on a telephone."""
    path = reported(the_place, f"a{820 + size[0] % 7}")
    rina = logged_in(browser, the_place, colleague(the_place, "Rina Kusuma"), path, DESK)
    joko = logged_in(browser, the_place, colleague(the_place, "Joko Susanto"), path, size)
    expect(joko.locator("#who")).to_contain_text("Rina Kusuma juga membuka laporan ini")
    expect(rina.locator("#who")).to_contain_text("Joko Susanto")
    opened(joko, "Tenggat").locator("details[open] textarea[name=note]").first.fill("Menunggu aspal")
    opened(rina, "Tugaskan").get_by_role("button", name="Untuk saya").click()
    expect(rina.get_by_role("status").filter(has_text="Penanggung jawab tersimpan")).to_be_visible()
    expect(joko.locator("#head")).to_contain_text("Rina Kusuma")  # by itself, beside what is being typed
    joko.locator("[name=date]").fill("2026-12-20")
    joko.get_by_role("button", name="Pindahkan tenggat").click()
    refused = joko.locator("details[open] [role=alert]")
    expect(refused).to_contain_text("Rina Kusuma")
    expect(joko.locator("details[open] textarea[name=note]").first).to_have_value("Menunggu aspal")
    joko.get_by_role("button", name="Pindahkan tenggat").click()
    expect(joko.locator("#head")).to_contain_text("20 Des 2026")
    for page in (rina, joko):
        page.context.close()


def test_a_voice_note_is_heard_and_ticks_say_how_far_the_answer_came(the_place: Place, browser: Browser) -> None:
    path = reported(the_place, "a836", voice=1)
    page = logged_in(browser, the_place, colleague(the_place, "Rina Kusuma"), path, PHONE)
    player = page.get_by_label("Pesan suara")
    expect(player).to_be_visible()
    assert 2 < float(player.evaluate(PLAYS)) < 10, "seconds of the simulator's sample"
    came = page.locator("#lines .out .tick").last
    expect(came).to_have_class(re.compile(r"\b(two|seen)\b"))
    expect(came).to_have_text(re.compile("sampai|dibaca"))
    page.context.close()


def test_who_opens_a_ticket_hears_that_a_colleague_writes_the_reply(the_place: Place, browser: Browser) -> None:
    path = reported(the_place, "a837")
    rina = logged_in(browser, the_place, colleague(the_place, "Rina Kusuma"), path, DESK)
    rina.get_by_role("button", name="Ambil alih").first.click()
    with rina.expect_response("**/here"):
        rina.locator("#reply-note").press_sequentially("Baik Pak")
    joko = logged_in(browser, the_place, colleague(the_place, "Joko Susanto"), path, PHONE)
    expect(joko.locator("#who")).to_have_text("Rina Kusuma sedang menulis balasan")
    expect(joko.locator("#writes-too")).to_have_text("Rina Kusuma sedang menulis balasan")
    assert sideways(joko) <= 0
    expect(rina.locator("#writes-too")).to_be_hidden()
    for page in (rina, joko):
        page.context.close()


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_a_note_a_reply_and_what_it_costs(the_place: Place, browser: Browser, size: tuple[int, int]) -> None:
    path = reported(the_place, f"a{830 + size[0] % 7}")
    page = logged_in(browser, the_place, colleague(the_place, "Rina Kusuma"), path, size)
    page.get_by_placeholder("Tulis catatan untuk rekan…").fill("Sudah saya telepon dinasnya. <b>besok</b>")
    page.get_by_role("button", name="Simpan catatan").click()
    expect(page.locator("#notes")).to_contain_text("<b>besok</b>")
    page.get_by_role("button", name="Ambil alih").first.click()
    page.locator("#reply-note").fill("Baik Pak, besok pagi petugas datang.")
    expect(page.locator("#preview")).to_contain_text("huruf")
    page.get_by_role("button", name="Kirim balasan").click()
    expect(page.locator("#lines")).to_contain_text("besok pagi petugas datang")
    assert sideways(page) <= 0
    page.context.close()
