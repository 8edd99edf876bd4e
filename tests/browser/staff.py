"""People who work with the pages: accounts of their own, each in a window of its own."""

import re

from playwright.sync_api import Browser, Page
from sqlalchemy import select

from bot.accounts.accounts import create_user
from bot.clock import simulated_clock
from storage.models import OutboundMessage, User
from tests.browser.place import PASSWORD, Place
from tests.browser.screen import PATIENCE_MS, PHONE


def colleague(place: Place, name: str, role: str = "coordinator", agency: str | None = None) -> str:
    """The e-mail of somebody who can log in; made once."""
    email = f"{name.split()[0].lower()}@jakarta.example"
    with place.database() as database, database.begin() as session:
        if session.scalar(select(User.id).where(User.email == email)) is None:
            now = simulated_clock(database).now()
            create_user(session, email, PASSWORD, role, now, agency).name = name
    return email


def link_for(place: Place, email: str) -> str:
    """The link in the newest letter to ``email``, which lets choose a password."""
    with place.database() as database, database.read() as session:
        letters = session.scalars(select(OutboundMessage).order_by(OutboundMessage.id.desc()).limit(50))
        mine = next(letter for letter in letters if letter.recipient == email)
    found = re.search(r"http://\S+/reset/[\w-]+", mine.body["text"])
    assert found
    return found[0]


def window(browser: Browser, size: tuple[int, int]) -> Page:
    """An empty window of that size."""
    viewport = {"width": size[0], "height": size[1]}
    context = browser.new_context(viewport=viewport, has_touch=size == PHONE, locale="id-ID")
    context.set_default_timeout(PATIENCE_MS)
    return context.new_page()


def fill_log_in(page: Page, place: Place, email: str, path: str, password: str = PASSWORD) -> None:
    """Type e-mail and password, and send them."""
    page.goto(f"{place.url}/login?next={path}")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Kata sandi", exact=True).fill(password)
    page.get_by_role("button", name="Masuk").click()


def logged_in(browser: Browser, place: Place, email: str, path: str, size: tuple[int, int]) -> Page:
    """A window in which ``email`` has logged in and is at ``path``."""
    page = window(browser, size)
    fill_log_in(page, place, email, path)
    page.wait_for_url(f"**{path}")
    return page
