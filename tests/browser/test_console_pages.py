"""Every page that there is, full, at a desk and on a telephone, in both languages: usable by all, and in order.

The pages come from the URL map, so that a new one is looked at without being named here.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request
from sqlalchemy import update

from bot.clock import simulated_clock
from bot.rulebook import load_rulebook
from storage.database import Database
from storage.models import Conversation, User
from tests.browser.axe import violations
from tests.browser.place import Place, place
from tests.browser.screen import DESK, PATIENCE_MS, PHONE, sideways
from tests.handlers.city_hall import PASSWORD, CityHall, on
from tests.handlers.sealed_cases import log_in
from tests.handlers.walking import PEOPLE, addresses, is_page, world
from tests.support.settings import isolated_settings

pytestmark = pytest.mark.browser

# With a word that a line cannot hold.
TEXT = "Lubang besar di depan pasar, lihat https://contoh.example/" + "jalan-berlubang-" * 6
SETTLED_MS = 120
# English words take the same room, more or less: the telephone is looked at once.
SIZES: dict[str, dict[str, tuple[int, int]]] = {"id": {"desk": DESK, "phone": PHONE}, "en": {"desk": DESK}}
SWITCH = 'button[name="language"][value="en"]'


@dataclass(frozen=True)
class Visit:
    """The pages that one person walks through; ``email`` is empty without an account."""

    who: str
    email: str
    addresses: tuple[str, ...]


@dataclass
class Watch:
    """Notices what a browser complains about, and whom it asks for anything."""

    host: str
    problems: list[str] = field(default_factory=list)

    def over(self, context: BrowserContext) -> None:
        context.on("console", self._said)
        context.on("weberror", lambda error: self.problems.append(f"script failed: {error.error}"))
        context.on("request", self._asked)

    def taken(self) -> list[str]:
        """What was noticed since the last time."""
        noticed, self.problems = self.problems, []
        return noticed

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.problems.append(f"{message.type}: {message.text}")

    def _asked(self, request: Request) -> None:
        asked = urlsplit(request.url)
        if asked.scheme not in ("data", "blob") and asked.netloc != self.host:
            self.problems.append(f"asks {asked.netloc}")


@pytest.fixture(scope="module")
def full_place() -> Iterator[tuple[Place, Database, list[Visit]]]:
    """A running city with something on every page, and who walks through which."""
    with place() as here, here.database() as database:
        yield here, database, _visits(here, database)


def _visits(here: Place, database: Database) -> list[Visit]:
    folder = here.database_url.removeprefix("sqlite:///").rpartition("/")[0]
    settings = isolated_settings(public_url=here.url, media_folder=f"{folder}/media")
    hall = on(database, load_rulebook(settings), settings)
    hall.times[:] = hall.machine[:] = [simulated_clock(database).now()]
    there = world(hall, TEXT)
    found = [_visit(hall, role, agency, addresses(hall, there, role)) for role, agency in PEOPLE]
    citizens = (f"/t/{there.number}/{there.secret}", "/t")
    links = (f"/agency/{there.token}", *citizens, "/login", "/login/forgot", "/nothing")
    return [*found, Visit("a stranger", "", links)]


def _visit(hall: CityHall, role: str, agency: str | None, found: list[str]) -> Visit:
    browser = log_in(hall, role, agency)
    shown = tuple(address for address in found if is_page(browser, address))
    return Visit(role, f"{role}.{agency or 'city'}@jakarta.example", shown)


@pytest.mark.parametrize("language", ["id", "en"])
def test_every_page_is_usable_and_in_order(
    full_place: tuple[Place, Database, list[Visit]], browser: Browser, language: str
) -> None:
    here, database, visits = full_place
    with database.begin() as session:
        session.execute(update(User).values(language=language))
        session.execute(update(Conversation).values(language=language))
    found: list[str] = []
    seen: set[str] = set()
    for visit in visits:
        with _window(browser, here, visit, language) as (page, watch):
            for address in visit.addresses:
                if address not in seen or visit.who == "agency_officer":
                    seen.add(address)
                    found += [
                        f"{address} {problem}"
                        for problem in _problems(page, watch, here.url + address, SIZES[language])
                    ]
    assert len(seen) > 25, "the walk means something only where it comes by all pages"
    assert not found, f"{len(found)} problems:\n" + "\n".join(found)


@contextmanager
def _window(browser: Browser, here: Place, visit: Visit, language: str) -> Iterator[tuple[Page, Watch]]:
    context = browser.new_context(viewport=_size(DESK), locale="id-ID")
    context.set_default_timeout(PATIENCE_MS)
    watch, page = Watch(urlsplit(here.url).netloc), context.new_page()
    watch.over(context)
    page.goto(f"{here.url}{'/login' if visit.email else visit.addresses[0]}")
    if visit.email:
        page.locator('input[name="email"]').fill(visit.email)
        page.locator('input[name="password"]').fill(PASSWORD)
        page.locator("main form button").first.click()
        page.wait_for_url("**/console/**")
    elif language == "en":
        page.locator(SWITCH).first.click()
        page.wait_for_load_state()
    watch.taken()
    yield page, watch
    context.close()


def _problems(page: Page, watch: Watch, url: str, sizes: Mapping[str, tuple[int, int]]) -> Iterator[str]:
    page.set_viewport_size(_size(DESK))
    answer = page.goto(url)
    is_missing = answer is not None and answer.status == 404
    for name, size in sizes.items():
        page.set_viewport_size(_size(size))
        page.wait_for_timeout(SETTLED_MS)
        yield from (f"[{name}] axe: {violation}" for violation in violations(page))
        if (wider := sideways(page)) > 0:
            yield f"[{name}] scrolls sideways by {wider} px: {page.evaluate(WIDEST)}"
    yield from (said for said in watch.taken() if not (is_missing and "404" in said))


# The elements that stand out furthest, for whoever mends it.
WIDEST = """[...document.querySelectorAll('main *, header *, footer *')]
  .filter(e => e.getBoundingClientRect().right > innerWidth + 1).slice(0, 3)
  .map(e => e.tagName.toLowerCase() + '.' + e.className + ' ' + e.textContent.trim().slice(0, 40)).join(' | ')"""


def _size(pixels: tuple[int, int]) -> dict[str, int]:
    return {"width": pixels[0], "height": pixels[1]}
