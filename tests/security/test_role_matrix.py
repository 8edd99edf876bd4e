"""Everybody at every address with every method: who may come in stands in ``roles.txt``, and nobody else does.

``tests/handlers/test_roles.py`` walks the same map with GET and POST in the code's own words; here the words are
the table's, the methods are all there are, and among the people are those who are only half in or no longer.
"""

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update
from werkzeug.exceptions import HTTPException
from werkzeug.test import TestResponse

from bot.accounts.roles import AGENCY_OFFICER
from bot.rulebook import Rulebook
from storage.database import Database
from storage.models import User
from tests.handlers import doors
from tests.handlers.city_hall import CityHall, build
from tests.handlers.full_hall import full
from tests.handlers.sealed_cases import PROOF, SECRETS, log_in, sealed_ticket
from tests.handlers.walks import REFUSED, addresses, is_in
from tests.security import role_table, tally
from tests.security.content import rows, tables
from tests.security.role_table import LETTERS
from tests.security.sizes import FULL

METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND")
SHORT = 90  # of each person's combinations; all of them in the long form
THEIRS = "Jalan berlubang di depan pasar"  # what Bina Marga's cases say
# Doors without a log-in: each is tested where it stands, with its own secrets.
OPEN = ("public", "link", "provider", "key", "loopback", "watcher")


@dataclass(frozen=True)
class Person:
    """Somebody with a browser. ``letter``: theirs in the table; empty for whoever is not in."""

    name: str
    enter: Callable[[CityHall], FlaskClient]
    letter: str = ""


def _disabled(hall: CityHall) -> FlaskClient:
    doors.make(hall, "keluar@jakarta.example", "administrator")
    browser = doors.inside(hall, "keluar@jakarta.example")
    with hall.database.begin() as session:
        session.execute(update(User).where(User.email == "keluar@jakarta.example").values(disabled_at=hall.now))
    return browser


def _half_in(hall: CityHall) -> FlaskClient:
    """The right password, and not yet the code."""
    doors.make(hall, "setengah@jakarta.example", "administrator")
    doors.turn_on(hall, doors.inside(hall, "setengah@jakarta.example"), "setengah@jakarta.example")
    browser, answer = doors.enter(hall, "setengah@jakarta.example")
    assert answer.status_code in (302, 303), answer.status
    return browser


def _expired(hall: CityHall) -> FlaskClient:
    """The longest log-in is over; nobody has logged out."""
    doors.make(hall, "lama@jakarta.example", "administrator")
    browser = doors.inside(hall, "lama@jakarta.example")
    hall.leave(hours=13)
    return browser


PEOPLE = (
    Person("administrator", lambda hall: log_in(hall, "administrator"), "A"),
    Person("coordinator", lambda hall: log_in(hall, "coordinator"), "C"),
    Person("officer for sealed cases", lambda hall: log_in(hall, "sealed_officer"), "S"),
    Person("leadership", lambda hall: log_in(hall, "leadership"), "L"),
    Person("officer of the agency", lambda hall: log_in(hall, AGENCY_OFFICER, "bina_marga"), "G"),
    Person("officer of another agency", lambda hall: log_in(hall, AGENCY_OFFICER, "dinsos"), "G"),
    Person("nobody", lambda hall: hall.browser()),
    Person("disabled account", _disabled),
    Person("half logged in", _half_in),
    Person("log-in that is over", _expired),
)


@pytest.fixture
def hall(tmp_path: Path, sqlite_database: Database, rulebook: Rulebook) -> CityHall:
    return build(tmp_path, rulebook, sqlite_database, metrics_token="a token that nobody here has")


def test_the_table_is_what_the_code_declares(hall: CityHall) -> None:
    lines = role_table.differences(role_table.read(), role_table.declared(hall.app))
    assert lines == [], "see tests/security/role_table.py"
    assert role_table.written(role_table.read()) == role_table.TABLE.read_text(), "it is not in order"


@pytest.mark.parametrize("person", PEOPLE, ids=lambda person: person.name)
def test_everybody_reaches_what_the_table_says(hall: CityHall, person: Person) -> None:
    table, number, sealed = role_table.read(), full(hall), sealed_ticket(hall)
    browser = person.enter(hall)
    hall.app.config["WTF_CSRF_ENABLED"] = False
    hall.browser().get("/open311/v2/requests.json")  # the first one ever makes a key
    walk = sorted(_walk(hall, number, sealed))
    walk = walk if FULL else random.Random(person.name).sample(walk, SHORT)
    before, codes = _unentered(hall), Counter[int]()
    for method, address in walk:
        answer = browser.open(address, method=method)
        codes[answer.status_code] += 1
        assert answer.status_code < 500, f"{method} {address}: {answer.status}"
        if not (method == "HEAD" and sealed in address and answer.status_code == 403):  # which of both says no?
            _judge(person, _who_may(hall, table, method, address), method, answer)
        assert not _shown_in_vain(person, answer.data), f"{method} {address} shows another agency's case"
        answer.close()
    if person.letter:
        assert is_in(browser)
    else:
        assert _unentered(hall) == before
    tally.note("roles", person.name, codes.total(), f"as the table says ({tally.answers(codes)})")


def _walk(hall: CityHall, number: str, sealed: str) -> set[tuple[str, str]]:
    """Every method at every address, that of a case and that of a sealed one."""
    there = {address for where in (number, sealed) for _, address in addresses(hall.app, where)}
    return {(method, address) for address in there for method in METHODS if address != "/logout"}


def _who_may(hall: CityHall, table: dict[tuple[str, str], str], method: str, address: str) -> str:
    """What the table says of it; empty where nothing takes that method there."""
    routes = hall.app.url_map.bind("localhost")
    try:
        endpoint, _ = routes.match(urlsplit(address).path, method)
    except HTTPException:
        return ""
    return table.get((endpoint, "GET" if method == "HEAD" else method), "")


def _judge(person: Person, who: str, method: str, answer: TestResponse) -> None:
    """Whether the answer is what the table says."""
    asked = f"{answer.request.path} {method} as {person.name}: {answer.status}, for {who or 'nobody'}"
    if method == "OPTIONS":  # which methods there are is no secret, and nothing else is told
        assert answer.status_code in (200, 204, 302, 401, 403, 404), asked
        assert answer.status_code >= 300 or not answer.data, asked
    elif not who:
        assert answer.status_code in (404, 405), asked
    elif who in OPEN:
        assert who != "loopback" or answer.status_code == 404, asked
        assert who != "watcher" or answer.status_code == 404, asked
        assert who not in ("provider", "key") or answer.status_code in (400, 401, 403, 404), asked
    elif not person.letter:
        assert _is_shown_the_log_in(answer, method), asked
    else:
        assert _is_turned_away(answer, method) is (person.letter not in who.split()), asked


def _is_turned_away(answer: TestResponse, method: str) -> bool:
    return answer.status_code == 403 and (method == "HEAD" or REFUSED in answer.text)


def _is_shown_the_log_in(answer: TestResponse, method: str) -> bool:
    if method == "POST":
        return answer.status_code == 401
    return answer.status_code == 302 and (answer.location or "").startswith("/login")


def _shown_in_vain(person: Person, content: bytes) -> bool:
    """What an officer of another agency is shown of Bina Marga's cases, and who is not named of a sealed one."""
    kept_from = [THEIRS.encode()] if person.name == "officer of another agency" or not person.letter else []
    sealed = [] if person.letter == "S" else [PROOF, *(text.encode() for text in SECRETS[:6])]
    return any(text in content for text in kept_from + sealed)


def _unentered(hall: CityHall) -> list[str]:
    """Everything but what a form without a log-in may leave: that it was tried in vain."""
    left = [name for name in tables(hall.database) if name not in ("login_failures", "lookup_failures")]
    return [row for name in left for row in rows(hall.database, name)]


@pytest.mark.parametrize("token", ["", "wrong", "another person's"])
def test_no_form_is_taken_without_a_token_of_ones_own(hall: CityHall, token: str) -> None:
    """With a log-in that may do anything: a website of somebody else could send them all."""
    number = full(hall)
    other = doors.csrf_of(hall.browser().get("/login"))
    browser = log_in(hall, "administrator")
    fields = {"csrf_token": {"": "", "wrong": "x" * 40, "another person's": other}[token]} if token else {}
    before, codes = _unentered(hall), Counter[int]()
    for rule, address in addresses(hall.app, number):
        who = role_table.read()[rule.endpoint, "POST"] if "POST" in (rule.methods or ()) else "provider"
        if who in ("provider", "key", "loopback"):
            continue
        answer = browser.post(address, data=fields, headers={"Origin": "https://evil.example"})
        codes[answer.status_code] += 1
        assert answer.status_code in (400, 404), f"{address}: {answer.status}"
    assert _unentered(hall) == before
    tally.note(
        "roles", f"forms without a token ({token or 'none'})", codes.total(), f"no effect ({tally.answers(codes)})"
    )


def test_every_letter_is_somebodys() -> None:
    assert set(LETTERS.values()) == {person.letter for person in PEOPLE if person.letter}
