"""How a picture for the documentation is taken, and one page taken in two sizes."""

from collections.abc import Callable

from playwright.sync_api import Page

from tests.browser.screen import DESK, PHONE

Take = Callable[[Page, str], None]
# On this sheet, at 96 dots an inch, stands what is printed; its lower part is mostly empty.
PAPER = (794, 900)


def at_a_desk(page: Page) -> None:
    """The page as it is in a desk's window."""
    resized(page, DESK)


def resized(page: Page, size: tuple[int, int]) -> None:
    """Read the page anew in a window of that size: some of it is decided when it is opened."""
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.reload()


def in_both_sizes(page: Page, name: str, take: Take) -> None:
    """At a desk, then on a telephone; the page stays a desk's."""
    take(page, f"console/{name}")
    resized(page, PHONE)
    take(page, f"console/{name}-phone")
    at_a_desk(page)


def printed(page: Page, name: str, take: Take) -> None:
    """As it comes out of a printer."""
    page.emulate_media(media="print")
    resized(page, PAPER)
    page.evaluate("document.body.style.padding = '48px'")  # what the printer leaves free around it
    take(page, f"console/{name}")
    page.emulate_media(media="screen")
    at_a_desk(page)
