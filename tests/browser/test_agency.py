"""An agency gets a case, its office passes it on to a unit, and the unit's man in the street claims it done."""

from contextlib import closing

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.place import Place
from tests.browser.screen import DESK, PHONE, sideways
from tests.browser.seeds import AFTER, City
from tests.browser.staff import colleague, logged_in, window

pytestmark = pytest.mark.browser

STORY = "Jalan berlubang dekat SDN 05 Tebet, anak-anak sering jatuh dari sepeda."


def test_from_the_office_to_the_street(the_place: Place, browser: Browser) -> None:
    city = City(the_place)
    with closing(city.web):
        city.writes("a840", STORY)
        city.wait(minutes=10)
        number = city.number_of("jalan_rusak")
        office = logged_in(browser, the_place, colleague(the_place, "Tini Rahayu", "agency_officer", "bina_marga"),
                           "/console/", DESK)  # fmt: skip
        office.get_by_role("link", name=number).click()
        expect(office.locator("main")).to_contain_text(STORY)
        office.locator("summary", has_text="Teruskan ke unit").click()
        unit = office.locator("select[name=unit]")
        unit.select_option(index=1)
        name = unit.locator("option").nth(1).inner_text()
        office.get_by_role("button", name="Teruskan").last.click()
        expect(office.locator("main")).to_contain_text(name)
        city.wait(minutes=1)
        street = window(browser, PHONE)
        street.goto(city.link_of(number))
    expect(street.locator("main")).to_contain_text(STORY)
    street.locator("#claim > summary").click()
    claim = street.locator("#claim form")
    claim.locator("textarea").fill("Sudah ditambal aspal panas.")
    claim.locator("input[type=file]").set_input_files(
        {"name": "sesudah.jpg", "mimeType": "image/jpeg", "buffer": AFTER}
    )
    claim.get_by_role("button", name="Nyatakan selesai").click()
    expect(street.get_by_role("status")).to_contain_text("Kami tanyakan kepada warga")
    assert sideways(street) <= 0
    office.goto(f"{the_place.url}/console/cases/{number}")
    expect(office.locator("main")).to_contain_text("Sudah ditambal aspal panas.")
    for page in (office, street):
        page.context.close()


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_a_link_that_nobody_gave_out(the_place: Place, browser: Browser, size: tuple[int, int]) -> None:
    page = window(browser, size)
    answer = page.goto(f"{the_place.url}/agency/{'A' * 22}")
    assert answer
    assert answer.status == 404
    expect(page.locator("main")).to_contain_text("Tautan ini tidak dikenal")
    page.context.close()
