"""Log-ins are rows: they end, by hand and by themselves, and a cookie alone opens nothing."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from handlers.browsers import in_words
from storage import keyring
from tests.handlers.city_hall import PASSWORD, CityHall, csrf_of, said_on
from tests.handlers.doors import (
    CHROME,
    NEW_PASSWORD,
    RINA,
    audited,
    enter,
    inside,
    is_in,
    log_ins,
    make,
    send,
    user,
)

NOTE = "Regu sudah di jalan, kira-kira sampai pukul tiga."


def token_of(browser: FlaskClient) -> str:
    with browser.session_transaction() as cookie:
        return str(cookie["_user_id"])


def test_a_log_in_is_a_row_without_the_token(hall: CityHall) -> None:
    make(hall)
    browser = inside(hall)
    [row] = log_ins(hall)
    assert (row.browser, row.created_at, row.ended_at) == ("Firefox, Linux", hall.now, None)
    assert len(token_of(browser)) >= 40
    assert token_of(browser) not in row.token_hash
    assert row.token_hash == keyring.current().lookup(f"login:{token_of(browser)}")


def test_a_cookie_without_its_row_opens_nothing(hall: CityHall) -> None:
    make(hall)
    browser = inside(hall)
    for stale in (str(user(hall).id), "", "x" * 43, "None"):
        with browser.session_transaction() as cookie:
            cookie["_user_id"] = stale
        assert not is_in(browser), stale


def test_a_cookie_from_before_the_log_out_opens_nothing(hall: CityHall) -> None:
    make(hall)
    browser = inside(hall)
    kept = browser.get_cookie("suarakota")
    assert kept is not None
    browser.post("/logout", data={"csrf_token": csrf_of(browser.get("/console/account"))})
    assert log_ins(hall)[0].ended_at == hall.now
    browser.set_cookie("suarakota", kept.value)
    assert not is_in(browser)


def test_logging_in_leaves_nothing_of_what_was_in_the_cookie(hall: CityHall) -> None:
    """Whoever planted a cookie in somebody's browser has neither their token nor their forms' token afterwards."""
    make(hall)
    browser = hall.browser()
    planted = csrf_of(browser.get("/login"))
    with browser.session_transaction() as cookie:
        cookie["planted"] = "by somebody"
    enter(hall, browser=browser)
    with browser.session_transaction() as cookie:
        assert "planted" not in cookie
    assert browser.post("/console/account", data={"csrf_token": planted, "language": "id"}).status_code == 400
    first = token_of(browser)
    enter(hall, browser=browser)
    assert token_of(browser) != first


def test_it_ends_after_an_hour_of_nothing(hall: CityHall) -> None:
    make(hall)
    browser = inside(hall)
    hall.leave(minutes=59)
    assert is_in(browser)
    hall.leave(minutes=59)
    assert is_in(browser)
    hall.leave(minutes=60)
    assert not is_in(browser)
    assert "Sesi Anda sudah berakhir" in said_on(browser.get("/login"))


def test_it_ends_after_twelve_hours_however_busy(hall: CityHall) -> None:
    make(hall)
    browser = inside(hall)
    for _ in range(23):
        hall.leave(minutes=30)
        assert is_in(browser)
    hall.leave(minutes=30)
    assert not is_in(browser)


def test_the_moved_clock_of_the_simulator_ends_nothing(hall: CityHall) -> None:
    make(hall)
    browser = inside(hall)
    hall.wait(days=30)
    assert is_in(browser)


def test_that_somebody_is_there_is_written_once_a_minute(hall: CityHall) -> None:
    make(hall)
    browser = inside(hall)
    begun = hall.machine[-1]
    hall.leave(seconds=59)
    assert is_in(browser)
    assert log_ins(hall)[0].seen_at == begun
    hall.leave(seconds=1)
    assert is_in(browser)
    assert log_ins(hall)[0].seen_at == hall.machine[-1]


@pytest.mark.parametrize(
    ("headers", "counts"),
    [
        ({}, True),
        ({"HX-Request": "true", "HX-Trigger": "antrean", "HX-Target": "antrean"}, False),
        ({"HX-Request": "true"}, False),
        ({"HX-Request": "true", "HX-Trigger": "jawaban", "HX-Target": "pratinjau"}, True),
    ],
)
def test_what_a_page_asks_for_by_itself_is_no_activity(
    hall: CityHall, headers: dict[str, str], counts: bool
) -> None:
    make(hall)
    browser = inside(hall)
    begun = hall.machine[-1]
    hall.leave(minutes=5)
    assert browser.get("/console/account", headers=headers).status_code == 200
    assert (log_ins(hall)[0].seen_at > begun) is counts


def test_where_nobody_can_be_looked_up_the_page_says_so(hall: CityHall) -> None:
    """A database that is away logs nobody out, and the page that tells of it does not fail itself."""
    make(hall)
    browser = inside(hall)
    with hall.database.begin() as session:
        session.execute(text("ALTER TABLE login_sessions RENAME TO away"))
    for path in ("/console/", "/console/account", "/login"):
        assert browser.get(path).status_code == 503, path
    with hall.database.begin() as session:
        session.execute(text("ALTER TABLE away RENAME TO login_sessions"))
    assert is_in(browser)


def test_a_part_of_a_page_is_not_replaced_by_a_log_in_page(hall: CityHall) -> None:
    make(hall)
    browser = inside(hall)
    hall.leave(hours=2)
    answer = browser.get("/console/", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.data) == (401, b"")


def test_the_account_page_shows_ones_log_ins_and_ends_them(hall: CityHall) -> None:
    make(hall)
    desk = inside(hall)
    hall.leave(minutes=10)
    phone = inside(hall, user_agent=CHROME)
    page = said_on(desk.get("/console/account"))
    assert "Firefox, Linux yang ini" in page
    assert "Chrome, Android" in page
    other = log_ins(hall)[1].id
    answer = send(desk, "/console/account", f"/console/account/sessions/{other}/end")
    assert answer.location == "/console/account"
    assert (is_in(desk), is_in(phone)) == (True, False)
    assert "Chrome, Android" not in said_on(desk.get("/console/account"))
    assert ("end_session", f"user:{user(hall).id}") in audited(hall)


def test_all_the_others_end_at_once(hall: CityHall) -> None:
    make(hall)
    desk, phone, cafe = inside(hall), inside(hall, user_agent=CHROME), inside(hall)
    send(desk, "/console/account", "/console/account/sessions/end")
    assert [is_in(browser) for browser in (desk, phone, cafe)] == [True, False, False]


def test_nobody_ends_the_log_in_of_somebody_else(hall: CityHall) -> None:
    make(hall)
    make(hall, "budi@jakarta.example")
    rina, budi = inside(hall), inside(hall, "budi@jakarta.example")
    send(budi, "/console/account", f"/console/account/sessions/{log_ins(hall)[0].id}/end")
    assert is_in(rina)


def test_another_password_ends_the_other_log_ins(hall: CityHall) -> None:
    make(hall)
    desk, phone = inside(hall), inside(hall, user_agent=CHROME)
    form = {"current": PASSWORD, "password": NEW_PASSWORD, "again": NEW_PASSWORD}
    assert send(desk, "/console/account", "/console/account/password", **form).status_code == 303
    assert (is_in(desk), is_in(phone)) == (True, False)
    assert enter(hall)[1].status_code == 401
    assert enter(hall, password=NEW_PASSWORD)[1].status_code == 302


def test_a_form_that_came_too_late_is_sent_after_the_log_in(hall: CityHall) -> None:
    make(hall)
    browser = inside(hall)
    form = {"name": "Ani Petugas Lapangan", "unit": "Dinas <Bina> Marga", "phone": "081234567890"}
    token = csrf_of(browser.get("/console/servants"))
    hall.leave(hours=2)
    headers = {"Referer": "http://localhost/console/servants"}
    late = browser.post("/console/servants?x=1", data={"csrf_token": token, **form}, headers=headers)
    assert late.status_code == 401
    assert "belum tersimpan" in said_on(late)
    assert form["name"] in said_on(late)
    kept = re.search(r'name="kept" value="([^"]+)"', late.text)
    assert kept
    wrong = {"email": RINA, "password": "salah sekali", "csrf_token": csrf_of(late), "kept": kept[1]}
    again = browser.post("/login", data=wrong)
    assert again.status_code == 401
    assert f'name="kept" value="{kept[1]}"' in again.text
    page = browser.post("/login", data={**wrong, "password": PASSWORD, "csrf_token": csrf_of(again)})
    assert page.status_code == 200
    assert form["name"] in said_on(page)
    assert 'name="phone" value="081234567890"' in page.text
    assert "&lt;Bina&gt;" in page.text
    assert 'action="/console/servants?x=1"' in page.text
    assert 'href="/console/servants"' in page.text
    sent = browser.post("/console/servants?x=1", data={"csrf_token": csrf_of(page), **form})
    assert sent.status_code == 303
    assert form["name"] in said_on(browser.get("/console/servants"))


def test_somebody_else_at_the_same_desk_does_not_get_to_see_it(hall: CityHall) -> None:
    make(hall)
    make(hall, "budi@jakarta.example")
    browser = inside(hall)
    token = csrf_of(browser.get("/console/account"))
    hall.leave(hours=2)
    late = browser.post("/console/servants", data={"csrf_token": token, "name": NOTE})
    kept = re.search(r'name="kept" value="([^"]+)"', late.text)
    assert kept
    form = {"email": "budi@jakarta.example", "password": PASSWORD, "csrf_token": csrf_of(late), "kept": kept[1]}
    answer = browser.post("/login", data={**form, "next": "/console/servants"})
    assert answer.location == "/console/servants"


def test_pages_that_were_open_can_still_send_after_the_next_log_in(hall: CityHall) -> None:
    make(hall)
    make(hall, "budi@jakarta.example")
    browser = inside(hall)
    begun = {"csrf_token": csrf_of(browser.get("/console/account")), "name": NOTE, "language": "id"}
    hall.leave(hours=2)
    enter(hall, browser=browser)  # in another tab
    assert browser.post("/console/account", data=begun).status_code == 303
    assert user(hall).name == NOTE
    hall.leave(hours=2)
    enter(hall, "budi@jakarta.example", browser=browser)
    late = browser.post("/console/account", data=begun)
    assert late.status_code == 400
    assert NOTE in said_on(late)  # for copying
    assert user(hall, "budi@jakarta.example").name is None


def test_a_new_log_in_in_the_same_browser_ends_the_one_before(hall: CityHall) -> None:
    make(hall)
    enter(hall, browser=inside(hall))
    assert [row.ended_at is None for row in log_ins(hall)] == [False, True]


@pytest.mark.parametrize("kept", ["x", "x.y.z", "WyIvIl0.aaaa.bbbb", "é", "-" * 10_000])
def test_forged_words_are_sent_nowhere(hall: CityHall, kept: str) -> None:
    make(hall)
    browser = hall.browser()
    form = {"email": RINA, "password": PASSWORD, "csrf_token": csrf_of(browser.get("/login")), "kept": kept}
    assert browser.post("/login", data=form).location == "/console/"


def test_passwords_and_codes_are_not_carried_along(hall: CityHall) -> None:
    make(hall)
    browser = inside(hall)
    token = csrf_of(browser.get("/console/account"))
    hall.leave(hours=2)
    form = {"csrf_token": token, "current": PASSWORD, "password": NEW_PASSWORD, "again": NEW_PASSWORD}
    late = browser.post("/console/account/password", data=form)
    assert PASSWORD not in late.text
    assert NEW_PASSWORD not in late.text


def test_words_too_many_to_carry_are_shown_for_copying(hall: CityHall) -> None:
    make(hall)
    browser = inside(hall)
    token = csrf_of(browser.get("/console/account"))
    hall.leave(hours=2)
    words = " ".join(f"{number * 7919 % 1_000_003}" for number in range(60_000))
    late = browser.post("/console/servants", data={"csrf_token": token, "name": words})
    assert late.status_code == 401
    assert 'name="kept"' not in late.text
    assert "Salin dulu tulisan Anda" in said_on(late)
    assert words in late.text


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/142.0 Safari/537.36 Edg/142.0",
         "Edge, Windows"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18.1 Safari/605.1.15",
         "Safari, macOS"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 CriOS/142.0 Safari/604.1",
         "Chrome, iPhone"),
        ("curl/8.5.0", ""),
        ("", ""),
        ("<script>alert(1)</script> Linux", "Linux"),
    ],
)  # fmt: skip
def test_browsers_by_name(agent: str, words: str) -> None:
    assert in_words(agent) == words
