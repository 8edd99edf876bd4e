"""The second factor: set up by a code, asked for at the log-in, each code once, taken off by administrators."""

import base64
import re
from urllib.parse import parse_qs, urlsplit

import pyotp
import pytest
from flask.testing import FlaskClient

from bot.accounts.second_factor import address
from bot.rulebook import Rulebook
from handlers.edge import Edge
from storage.database import Database
from storage.models import LoginFailure, User
from tests.handlers.city_hall import PASSWORD, CityHall, csrf_of, on, said_on
from tests.handlers.doors import (
    NEW_PASSWORD,
    RINA,
    audited,
    code_of,
    enter,
    inside,
    is_in,
    log_ins,
    make,
    send,
    turn_on,
    user,
)

PAGE = "/console/account/second-factor"


@pytest.fixture
def rina(hall: CityHall) -> FlaskClient:
    """Somebody who has turned it on; the browser in which she did."""
    make(hall)
    browser = inside(hall)
    turn_on(hall, browser)
    return browser


def test_the_page_shows_the_key_as_a_picture_and_as_text(hall: CityHall) -> None:
    make(hall)
    browser = inside(hall)
    assert browser.get(PAGE).location == "/console/account"  # nothing to show yet
    assert send(browser, "/console/account", PAGE, current=PASSWORD).location == PAGE
    page = browser.get(PAGE)
    picture = re.search(r'<img src="data:image/png;base64,([^"]+)"', page.text)
    assert picture
    assert base64.b64decode(picture[1]).startswith(b"\x89PNG")
    secret = user(hall).totp_secret
    assert secret
    assert secret in said_on(page).replace(" ", "")
    assert "data:" in page.headers["Content-Security-Policy"]
    assert user(hall).totp_confirmed_at is None


def test_the_key_is_one_for_authenticator_apps(hall: CityHall) -> None:
    make(hall)
    send(inside(hall), "/console/account", PAGE, current=PASSWORD)
    parts = urlsplit(address(user(hall), "Pengaduan Jakarta"))
    assert (parts.scheme, parts.netloc) == ("otpauth", "totp")
    assert parse_qs(parts.query) == {"secret": [user(hall).totp_secret], "issuer": ["Pengaduan Jakarta"]}


def test_it_counts_only_once_a_code_was_right(hall: CityHall) -> None:
    make(hall)
    browser, phone = inside(hall), inside(hall)
    send(browser, "/console/account", PAGE, current=PASSWORD)
    wrong = send(browser, PAGE, f"{PAGE}/confirm", code="000000")
    assert wrong.status_code == 409
    assert "tidak cocok" in said_on(wrong)
    assert enter(hall)[1].location == "/console/"
    assert send(browser, PAGE, f"{PAGE}/confirm", code=code_of(hall)).status_code == 303
    assert user(hall).totp_confirmed_at == hall.now
    assert (is_in(browser), is_in(phone)) == (True, False)
    assert [action for action, _ in audited(hall)] == ["prepare_second_factor", "confirm_second_factor"]


def test_setting_it_up_needs_the_password(hall: CityHall) -> None:
    make(hall)
    browser = inside(hall)
    assert send(browser, "/console/account", PAGE, current="salah semua").status_code == 409
    assert user(hall).totp_secret is None


def test_a_key_that_counts_is_not_replaced(hall: CityHall, rina: FlaskClient) -> None:
    secret = user(hall).totp_secret
    assert send(rina, "/console/account", PAGE, current=PASSWORD).status_code == 303
    assert (user(hall).totp_secret, user(hall).totp_confirmed_at is None) == (secret, False)
    assert secret not in rina.get("/console/account").text


def test_the_log_in_asks_for_the_code(hall: CityHall, rina: FlaskClient) -> None:
    browser, half = enter(hall, target="/console/duty")
    assert half.location == "/login/code?next=/console/duty"
    assert not is_in(browser)
    assert len(log_ins(hall)) == 1
    page = browser.get(half.location)
    form = {
        "csrf_token": csrf_of(page),
        "next": "/console/duty",
        "code": f" {code_of(hall)[:3]} {code_of(hall)[3:]} ",
    }
    assert browser.post("/login/code", data=form).location == "/console/duty"
    assert is_in(browser)


def test_each_code_is_accepted_once(hall: CityHall, rina: FlaskClient) -> None:
    code = code_of(hall)
    answers = []
    for _ in range(2):
        browser, _ = enter(hall)
        answers.append(send(browser, "/login/code", "/login/code", code=code).status_code)
    assert answers == [302, 401]


def test_an_older_code_than_the_last_one_is_refused(hall: CityHall, rina: FlaskClient) -> None:
    older, newer = code_of(hall), code_of(hall, steps=1)
    for code, status in ((newer, 302), (older, 401)):
        browser, _ = enter(hall)
        assert send(browser, "/login/code", "/login/code", code=code).status_code == status


@pytest.mark.parametrize(("steps", "status"), [(-1, 401), (0, 302), (1, 302), (2, 401), (-2, 401)])
def test_the_telephones_clock_may_be_half_a_minute_off(
    hall: CityHall, rina: FlaskClient, steps: int, status: int
) -> None:
    """The one before was used up when it was set up."""
    browser, _ = enter(hall)
    code = code_of(hall, steps=steps)
    assert send(browser, "/login/code", "/login/code", code=code).status_code == status


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "١٢٣٤٥٦", "１２３４５６", "-12345", "1e5 00"])
def test_what_is_no_code_is_refused(hall: CityHall, rina: FlaskClient, code: str) -> None:
    browser, _ = enter(hall)
    page = send(browser, "/login/code", "/login/code", code=code)
    assert page.status_code == 401
    assert not is_in(browser)


def test_five_wrong_codes_lock_for_a_quarter_of_an_hour(hall: CityHall, rina: FlaskClient) -> None:
    browser, _ = enter(hall)
    for _ in range(5):
        assert send(browser, "/login/code", "/login/code", code="000000").status_code == 401
    another, _ = enter(hall)
    locked = send(another, "/login/code", "/login/code", code=code_of(hall))
    assert locked.status_code == 429
    assert "15 menit" in said_on(locked)
    hall.leave(minutes=16)
    another, _ = enter(hall)
    assert send(another, "/login/code", "/login/code", code=code_of(hall)).status_code == 302
    with hall.database.read() as session:
        assert session.query(LoginFailure).count() == 0


def test_half_way_lasts_five_minutes(hall: CityHall, rina: FlaskClient) -> None:
    browser, half = enter(hall)
    token = csrf_of(browser.get(half.location))
    hall.leave(minutes=5, seconds=1)
    late = browser.post("/login/code", data={"csrf_token": token, "code": code_of(hall)})
    assert late.status_code == 401
    assert "Silakan masuk lagi" in said_on(late)
    assert browser.get("/login/code").location == "/login"


def test_the_code_page_is_nothing_without_the_password(hall: CityHall, rina: FlaskClient) -> None:
    browser = hall.browser()
    assert browser.get("/login/code").location == "/login"
    form = {"csrf_token": csrf_of(browser.get("/login")), "code": code_of(hall)}
    assert browser.post("/login/code", data=form).status_code == 401


def test_half_way_ends_with_the_password_that_led_there(hall: CityHall, rina: FlaskClient) -> None:
    browser, half = enter(hall)
    token = csrf_of(browser.get(half.location))
    form = {"current": PASSWORD, "password": NEW_PASSWORD, "again": NEW_PASSWORD}
    assert send(rina, "/console/account", "/console/account/password", **form).status_code == 303
    assert browser.post("/login/code", data={"csrf_token": token, "code": code_of(hall)}).status_code == 401


def test_a_disabled_account_gets_no_further(hall: CityHall, rina: FlaskClient) -> None:
    browser, half = enter(hall)
    token = csrf_of(browser.get(half.location))
    with hall.database.begin() as session:
        session.get_one(User, user(hall).id).disabled_at = hall.now
    assert browser.post("/login/code", data={"csrf_token": token, "code": code_of(hall)}).status_code == 401


def test_a_wrong_password_does_not_tell_that_there_is_a_second_factor(hall: CityHall, rina: FlaskClient) -> None:
    _, answer = enter(hall, password="salah semua")
    _, unknown = enter(hall, "tidak@ada.example", password="salah semua")
    assert said_on(answer) == said_on(unknown)


def test_turning_it_off_needs_the_password(hall: CityHall, rina: FlaskClient) -> None:
    assert send(rina, "/console/account", f"{PAGE}/off", current="salah semua").status_code == 409
    assert user(hall).totp_confirmed_at
    assert send(rina, "/console/account", f"{PAGE}/off", current=PASSWORD).status_code == 303
    assert user(hall).totp_secret is None
    assert enter(hall)[1].location == "/console/"


def test_an_administrator_takes_it_off(hall: CityHall, rina: FlaskClient) -> None:
    make(hall, "admin@jakarta.example", "administrator")
    admin = inside(hall, "admin@jakarta.example")
    page = f"/console/accounts/{user(hall).id}"
    assert send(admin, page, f"{page}/second-factor").location == page
    assert enter(hall)[1].location == "/console/"
    assert audited(hall)[-1] == ("remove_account_factor", f"user:{user(hall).id}")


def test_a_form_that_came_too_late_survives_the_code(hall: CityHall, rina: FlaskClient) -> None:
    token = csrf_of(rina.get("/console/account"))
    hall.leave(hours=2)
    late = rina.post("/console/servants", data={"csrf_token": token, "name": "Ani Petugas Baru"})
    kept = re.search(r'name="kept" value="([^"]+)"', late.text)
    assert kept
    form = {"email": RINA, "password": PASSWORD, "csrf_token": csrf_of(late), "kept": kept[1]}
    half = rina.post("/login", data=form)
    assert f'name="kept" value="{kept[1]}"' in half.text
    page = rina.post("/login/code", data={"csrf_token": csrf_of(half), "code": code_of(hall), "kept": kept[1]})
    assert "Ani Petugas Baru" in said_on(page)
    assert page.status_code == 200


def test_the_codes_are_those_of_the_standard() -> None:
    """RFC 6238, appendix B, cut to six digits."""
    key = base64.b32encode(b"12345678901234567890").decode()
    assert pyotp.TOTP(key).at(59) == "287082"


@pytest.fixture
def strict(sqlite_database: Database, rulebook: Rulebook, hall: CityHall) -> CityHall:
    """A city that demands it of coordinators."""
    mine: Edge = hall.app.extensions["suarakota"]
    settings = mine.settings.model_copy(update={"second_factor_for": ("coordinator",)})
    return on(sqlite_database, hall.rulebook, settings)


def test_where_a_city_demands_it_nothing_opens_before(strict: CityHall) -> None:
    make(strict)
    browser = inside(strict)
    assert browser.get("/console/").location == "/console/account"
    assert browser.get("/console/pulse", headers={"HX-Request": "true"}).status_code == 204
    assert "perlu langkah kedua" in said_on(browser.get("/console/account"))
    turn_on(strict, browser)
    assert browser.get("/console/").status_code == 200


def test_where_a_city_demands_it_nobody_turns_it_off(strict: CityHall) -> None:
    make(strict)
    browser = inside(strict)
    turn_on(strict, browser)
    answer = send(browser, "/console/account", f"{PAGE}/off", current=PASSWORD)
    assert (answer.status_code, "tidak bisa dimatikan" in said_on(answer)) == (409, True)
    assert user(strict).totp_confirmed_at is not None


def test_other_roles_are_not_asked_for_it(strict: CityHall) -> None:
    make(strict, role="leadership")
    assert inside(strict).get("/console/").status_code == 200
