"""Short ways through the log-in, for tests of who gets in and who does not."""

import re

import pyotp
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from bot.accounts.accounts import create_user
from bot.messages import EMAIL
from storage.models import AuditEntry, LoginSession, OutboundMessage, User
from tests.handlers.city_hall import PASSWORD, CityHall, csrf_of

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"
CHROME = (
    "Mozilla/5.0 (Linux; Android 14; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0 Mobile Safari/537.36"
)
RINA, BUDI = "rina@jakarta.example", "budi@jakarta.example"
NEW_PASSWORD = "kuda laut menari pelan"


def make(hall: CityHall, email: str = RINA, role: str = "coordinator", agency: str | None = None) -> int:
    """An account with the password that all have here; its id."""
    with hall.database.begin() as session:
        return create_user(session, email, PASSWORD, role, hall.now, agency).id


def enter(
    hall: CityHall,
    email: str = RINA,
    password: str = PASSWORD,
    browser: FlaskClient | None = None,
    user_agent: str = FIREFOX,
    target: str = "",
) -> tuple[FlaskClient, TestResponse]:
    """Fill in the log-in form; the browser and what it got."""
    browser = browser or hall.browser()
    browser.environ_base["HTTP_USER_AGENT"] = user_agent
    page = browser.get("/login", query_string={"next": target})
    form = {"email": email, "password": password, "next": target, "csrf_token": csrf_of(page)}
    return browser, browser.post("/login", data=form)


def inside(hall: CityHall, email: str = RINA, **more: str) -> FlaskClient:
    """A browser that is logged in."""
    browser, answer = enter(hall, email, **more)  # type: ignore[arg-type]
    assert answer.status_code == 302, answer.text
    return browser


def is_in(browser: FlaskClient) -> bool:
    return browser.get("/console/account").status_code == 200


def send(browser: FlaskClient, page: str, to: str, **fields: str) -> TestResponse:
    """Open ``page`` and send one of its forms."""
    token = csrf_of(browser.get(page))
    return browser.post(to, data={"csrf_token": token, **fields})


def user(hall: CityHall, email: str = RINA) -> User:
    with hall.database.read() as session:
        return session.scalars(select(User).where(User.email == email)).one()


def log_ins(hall: CityHall, email: str = RINA) -> list[LoginSession]:
    with hall.database.read() as session:
        mine = select(LoginSession).join(User, User.id == LoginSession.user_id).where(User.email == email)
        return list(session.scalars(mine.order_by(LoginSession.id)))


def letters(hall: CityHall, to: str = RINA) -> list[OutboundMessage]:
    with hall.database.read() as session:
        mails = session.scalars(select(OutboundMessage).order_by(OutboundMessage.id))
        return [mail for mail in mails if mail.channel == EMAIL and mail.recipient == to]


def link_in(letter: OutboundMessage) -> str:
    """The path of the link in a letter."""
    found = re.search(r"http://localhost(/reset/[\w-]+)", letter.body["text"])
    assert found, letter.body["text"]
    assert found[0] in letter.body["html"]
    return found[1]


def audited(hall: CityHall) -> list[tuple[str, str]]:
    with hall.database.read() as session:
        rows = session.scalars(select(AuditEntry).order_by(AuditEntry.id))
        return [(row.action, row.subject) for row in rows]


def code_of(hall: CityHall, email: str = RINA, steps: int = 0) -> str:
    """What the telephone shows now, or so many half minutes later."""
    return pyotp.TOTP(user(hall, email).totp_secret or "").at(hall.machine[-1], counter_offset=steps)


def turn_on(hall: CityHall, browser: FlaskClient, email: str = RINA) -> None:
    """Set the second factor up; its code is used up, and the next half minute begins."""
    send(browser, "/console/account", "/console/account/second-factor", current=PASSWORD)
    page = "/console/account/second-factor"
    answer = send(browser, page, f"{page}/confirm", code=code_of(hall, email))
    assert answer.status_code == 303, answer.text
    hall.leave(seconds=30)
