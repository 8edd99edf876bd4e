"""What an agency sees: the page behind a letter's link from its opening to its end, and its office's own pages."""

from playwright.sync_api import Browser

from tests.browser.screen import DESK
from tests.browser.seeds import City
from tests.browser.staff import colleague, logged_in, window
from tests.browser.taking import Take, in_both_sizes, printed

NOT_OURS = "Saluran ini dikelola kawasan Pasar Jaya, bukan suku dinas."


def take_link(browser: Browser, city: City, number: str, take: Take) -> None:
    """A letter's link: the report, the thanks for handing it back, and what the link leads to after that."""
    page = window(browser, DESK)
    link = city.link_of(number)
    page.goto(link)
    in_both_sizes(page, "agency", take)
    page.locator("summary", has_text="Bukan wewenang kami").click()
    form = page.locator("details[open] form", has=page.locator("textarea"))
    form.locator("textarea").fill(NOT_OURS)
    form.get_by_role("button").last.click()
    page.wait_for_url("**/returned*")
    in_both_sizes(page, "agency-thanks", take)
    page.goto(link)
    in_both_sizes(page, "agency-closed", take)
    page.context.close()


def take_office(browser: Browser, city: City, agency: str, take: Take) -> None:
    """An officer's own list, one of its reports, and the list on paper."""
    email = colleague(city.place, "Tini Rahayu", "agency_officer", agency)
    page = logged_in(browser, city.place, email, "/console/", DESK)
    in_both_sizes(page, "cases", take)
    page.get_by_role("link", name="Cetak").click()
    printed(page, "cases-print", take)
    page.go_back()
    page.locator("main a[href*='/cases/JK-']").first.click()
    in_both_sizes(page, "case", take)
    page.context.close()
