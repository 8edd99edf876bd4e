"""Every page of the console, for the documentation: one picture each, in the size of a desk."""

from collections.abc import Callable

from playwright.sync_api import Browser, Page
from sqlalchemy import select

from storage.models import Ticket
from tests.browser.place import ADMIN, PASSWORD
from tests.browser.screen import DESK
from tests.browser.seeds import City
from tests.standins.unclear import MORNING

Take = Callable[[Page, str], None]
# By the name of the picture. ``{number}``, ``{talk}``: the newest ticket and its conversation.
PAGES = {
    "queue": "/console/queue/all",
    "sent-back": "/console/queue/sent_back",
    "triage": "/console/triage",
    "questions": "/console/questions",
    "print": "/console/tickets/{number}/print",
    "conversation": "/console/conversations/{talk}",
    "checks": "/console/checks",
    "undelivered": "/console/undelivered",
    "incidents": "/console/incidents",
    "announcements": "/console/announcements",
    "announcement": "/console/announcements/new",
    "praise": "/console/praise",
    "costs": "/console/costs",
    "answers": "/console/answers",
    "answer": "/console/answers/ktp_hilang",
    "canned": "/console/canned",
    "examples": "/console/examples",
    "duty": "/console/duty",
    "servants": "/console/servants",
    "blocked": "/console/blocked",
    "directory": "/console/directory",
    "accounts": "/console/accounts",
    "account": "/console/account",
    "audit": "/console/audit",
}


def logged_in(browser: Browser, city: City) -> Page:
    """A page on which the administrator has come in."""
    page = browser.new_page(viewport={"width": DESK[0], "height": DESK[1]}, locale="id-ID")
    page.goto(f"{city.place.url}/login?next=/console/")
    page.get_by_label("E-mail").fill(ADMIN)
    page.get_by_label("Kata sandi").fill(PASSWORD)
    page.get_by_role("button", name="Masuk").click()
    page.wait_for_url("**/console/")
    return page


def take_all(page: Page, city: City, take: Take) -> None:
    """Open and take every page; a few messages that nobody can read for sure are there to be decided."""
    for number, unclear in enumerate(MORNING[:4], 920):
        city.writes(f"a{number}", unclear.text)
    with city.place.database() as database, database.read() as session:
        ticket = session.scalars(select(Ticket).order_by(Ticket.id.desc())).first()
        assert ticket
        values = {"number": ticket.number, "talk": ticket.conversation_id}
    for name, address in PAGES.items():
        page.goto(city.place.url + address.format(**values))
        take(page, f"console/{name}")
