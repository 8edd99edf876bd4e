"""One running place and one browser for all tests of the pages; a window of its own for each."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.place import NO_CHROMIUM, Place, chromium, place
from tests.browser.screen import DESK, PHONE, Screen


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if chromium():
        return
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.skip(reason="there is no chromium"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if not chromium():
        terminalreporter.write_line(NO_CHROMIUM, red=True, bold=True)


@pytest.fixture(scope="package")
def the_place() -> Iterator[Place]:
    with place() as running:
        yield running


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        yield launched
        launched.close()


@pytest.fixture(params=[PHONE, DESK], ids=["phone", "desk"])
def screen(request: pytest.FixtureRequest, the_place: Place, browser: Browser) -> Iterator[Screen]:
    """A window in the size of a telephone, and one in that of a desk."""
    yield from _window(browser, the_place, request.param)


@pytest.fixture
def desk(the_place: Place, browser: Browser) -> Iterator[Screen]:
    yield from _window(browser, the_place, DESK)


def _window(browser: Browser, the_place: Place, size: tuple[int, int]) -> Iterator[Screen]:
    window = Screen(browser, the_place, size)
    yield window.open()
    window.is_in_order()
    window.context.close()
