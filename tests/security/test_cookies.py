"""What a browser is told over https: about our cookie, and about what pages of others may do with ours."""

import pytest
from flask.testing import FlaskClient

from bot.rulebook import Rulebook
from handlers.edge import Edge
from handlers.web import create_web
from storage import keyring
from storage.database import Database
from storage.keyring import Keyring
from tests.support.clock import MoveableClock
from tests.support.settings import isolated_settings

A_YEAR_S = 31_536_000


@pytest.fixture
def browser(sqlite_database: Database, rulebook: Rulebook, clock: MoveableClock) -> FlaskClient:
    keyring.use(Keyring(("a secret for tests",)))
    settings = isolated_settings(security_contact="mailto:keamanan@jakarta.example")
    return create_web(Edge(settings, rulebook, sqlite_database, clock, nlu=None)).test_client()


def test_over_https_the_cookie_belongs_to_this_host_alone(browser: FlaskClient) -> None:
    cookie = browser.get("/login", base_url="https://lapor.example").headers["Set-Cookie"]
    name, *attributes = cookie.split("; ")
    assert name.startswith("__Host-")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(attributes)
    assert not any(attribute.startswith("Domain") for attribute in attributes)


def test_what_every_page_tells_the_browser(browser: FlaskClient) -> None:
    for path in ("/login", "/t", "/nowhere", "/healthz", "/static/style.css"):
        told = browser.get(path, base_url="https://lapor.example", buffered=True).headers
        age, _, domains = told["Strict-Transport-Security"].partition("; ")
        assert int(age.removeprefix("max-age=")) >= A_YEAR_S, path
        assert domains == "includeSubDomains"
        policy = told["Content-Security-Policy"]
        for rule in ("default-src 'self'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"):
            assert rule in policy, path
        assert "unsafe-inline" not in policy
        assert told["X-Content-Type-Options"] == "nosniff"
        assert told["Referrer-Policy"] == "same-origin"
        assert told["Cross-Origin-Opener-Policy"] == "same-origin"


def test_where_to_report_a_weakness(browser: FlaskClient) -> None:
    page = browser.get("/.well-known/security.txt")
    assert page.content_type.startswith("text/plain")
    assert "Contact: mailto:keamanan@jakarta.example" in page.text
    assert "Expires: 2027-" in page.text
