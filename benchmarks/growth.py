"""How much slower a page is over a large city than over a small one: both in turn, so that other load hits both.

``python -m benchmarks.growth sqlite:///small.db sqlite:///large.db``: the middle and the 95th percentile of each
page's time in both after a first look, and the ratio of these. Prints the pages that grow most; 1 where one is
over its limit.
"""

import os
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from statistics import median, quantiles

from flask.testing import FlaskClient

from app import create_app
from benchmarks.pages import PEOPLE, _addresses
from bot.settings import ROOT
from storage.local_secrets import kept_secret

RUNS = 25
SHOWN = 40
MOST, MOST_OF_SEARCH = 1.5, 3.0
# Below that a page is as fast as anybody can tell.
TOO_LITTLE_MS = 25


@dataclass
class Page:
    """One page in both cities, with its times in milliseconds."""

    addresses: tuple[str, str]
    times: tuple[list[float], list[float]] = field(default_factory=lambda: ([], []))

    def middle(self, city: int) -> float:
        return median(self.times[city])

    def p95(self, city: int) -> float:
        return quantiles(self.times[city], n=20)[-1]

    @property
    def growth(self) -> float:
        return self.p95(1) / self.p95(0)

    @property
    def is_over(self) -> bool:
        limit = MOST_OF_SEARCH if "q=" in self.addresses[1] else MOST
        return self.growth > limit and self.p95(1) > TOO_LITTLE_MS


def main() -> int:
    os.environ.setdefault("SECRET_KEY", kept_secret(ROOT / "var" / "secret_key"))
    pages = [page for email in PEOPLE for page in _measured(email, sys.argv[1:3])]
    for page in sorted(pages, key=lambda page: -page.growth)[:SHOWN]:
        small, large = (f"{page.middle(city):6.0f} {page.p95(city):6.0f}" for city in (0, 1))
        print(f"{page.growth:5.2f}  {small}  {large} ms  {page.addresses[1]}{'  OVER' if page.is_over else ''}")
    over = sum(page.is_over for page in pages)
    print(f"{len(pages)} pages, {over} that grow too much; median {median(page.growth for page in pages):.2f}")
    return 1 if over else 0


def _measured(email: str, urls: list[str]) -> Iterator[Page]:
    browsers, addresses = zip(*(_logged_in(email, url) for url in urls), strict=True)
    for pair in zip(*addresses, strict=True):
        if {_look(browser, Page(pair), city) for city, browser in enumerate(browsers)} != {200}:
            continue  # nobody's page; and what the first look read from the disk is in memory in both from now on
        page = Page(pair)
        for _ in range(RUNS):
            for city, browser in enumerate(browsers):
                _look(browser, page, city)
        yield page


def _logged_in(email: str, url: str) -> tuple[FlaskClient, list[str]]:
    os.environ["DATABASE_URL"] = url
    app = create_app()
    app.config["WTF_CSRF_ENABLED"] = False
    browser = app.test_client()
    browser.post("/login", data={"email": email, "password": kept_secret(ROOT / "var" / "admin_password")})
    with app.app_context():
        return browser, list(_addresses(app))


def _look(browser: FlaskClient, page: Page, city: int) -> int:
    began = time.perf_counter()
    status = browser.get(page.addresses[city]).status_code
    page.times[city].append(1000 * (time.perf_counter() - began))
    return status


if __name__ == "__main__":
    sys.exit(main())
