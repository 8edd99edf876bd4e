"""Every page of the console, for the documentation: in a desk's size, and on a telephone what is used there."""

from playwright.sync_api import Browser, Page
from sqlalchemy import select

from storage.models import Ticket
from tests.browser import staff
from tests.browser.place import ADMIN
from tests.browser.screen import DESK
from tests.browser.seeds import City
from tests.browser.taking import Take, in_both_sizes, printed
from tests.standins.unclear import MORNING

# By the name of the picture. ``{number}``, ``{talk}``: the newest ticket and its conversation.
PAGES = {
    "checks": "/console/checks",
    "undelivered": "/console/undelivered",
    "incidents": "/console/incidents",
    "announcements": "/console/announcements",
    "praise": "/console/praise",
    "intake": "/console/intake",
    "figures": "/console/figures",
    "map": "/console/map",
    "emergency-times": "/console/figures/emergencies",
    "model": "/console/figures/model",
    "reports": "/console/reports",
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
    "audit": "/console/audit",
    "personal": "/console/personal",
    "api-keys": "/console/api-keys",
    "subscriptions": "/console/subscriptions",
}
# What is used on the way as well.
IN_BOTH_SIZES = {
    "today": "/console/",
    "queue": "/console/queue/all",
    "sent-back": "/console/queue/sent_back",
    "emergencies": "/console/queue/emergencies",
    "triage": "/console/triage",
    "questions": "/console/questions",
    "ticket": "/console/tickets/{number}",
    "conversation": "/console/conversations/{talk}",
    "account": "/console/account",
}
PRINTED = {"print": "/console/tickets/{number}/print"}


def logged_in(browser: Browser, city: City) -> Page:
    """A page on which the administrator has come in."""
    return staff.logged_in(browser, city.place, ADMIN, "/console/", DESK)


def take_all(page: Page, city: City, take: Take) -> None:
    """Open and take every page; a few messages that nobody can read for sure are there to be decided."""
    for number, unclear in enumerate(MORNING[:4], 920):
        city.writes(f"a{number}", unclear.text)
    with city.place.database() as database, database.read() as session:
        ticket = session.scalars(select(Ticket).order_by(Ticket.id.desc())).first()
        assert ticket
        values = {"number": ticket.number, "talk": ticket.conversation_id}
    ways = ((PAGES, _as_it_is), (IN_BOTH_SIZES, in_both_sizes), (PRINTED, printed))
    for pages, way in ways:
        for name, address in pages.items():
            page.goto(city.place.url + address.format(**values))
            way(page, name, take)


def _as_it_is(page: Page, name: str, take: Take) -> None:
    take(page, f"console/{name}")
