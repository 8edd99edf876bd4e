"""A forgotten password: the same answer for everybody, a letter with a link for whoever has an account."""

import time
from typing import Any

import pytest
from argon2 import PasswordHasher
from werkzeug.test import TestResponse

from handlers.auth.reset import ANSWERED_AFTER_S
from storage.models import LoginFailure, ResetLink, User
from tests.handlers.city_hall import PASSWORD, CityHall, csrf_of, said_on
from tests.handlers.doors import (
    BUDI,
    NEW_PASSWORD,
    RINA,
    audited,
    enter,
    inside,
    is_in,
    letters,
    link_in,
    make,
    send,
    turn_on,
    user,
)


def ask(hall: CityHall, email: str = RINA) -> TestResponse:
    browser = hall.browser()
    token = csrf_of(browser.get("/login/forgot"))
    return browser.post("/login/forgot", data={"csrf_token": token, "email": email})


def choose(hall: CityHall, path: str, password: str = NEW_PASSWORD, again: str | None = None) -> TestResponse:
    browser = hall.browser()
    page = browser.get(path)
    if page.status_code != 200:
        return page
    form = {"csrf_token": csrf_of(page), "password": password, "again": password if again is None else again}
    return browser.post(path, data=form)


def links(hall: CityHall) -> list[Any]:
    with hall.database.read() as session:
        return session.query(ResetLink).order_by(ResetLink.id).all()


def test_a_letter_leads_to_a_new_password(hall: CityHall) -> None:
    make(hall)
    desk = inside(hall)
    assert ask(hall, f" {RINA.upper()} ").location == "/login/forgot?sent=1"
    [letter] = letters(hall)
    assert letter.body["subject"] == "Kata sandi baru untuk konsol pengaduan Jakarta"
    assert "sebelum 23-11-2026 10:00" in letter.body["text"]
    assert "Pilih kata sandi</a>" in letter.body["html"]
    path = link_in(letter)
    assert path.rpartition("/")[2] not in links(hall)[0].token_hash
    assert choose(hall, path).location == "/login"
    assert not is_in(desk)
    assert enter(hall)[1].status_code == 401
    assert enter(hall, password=NEW_PASSWORD)[1].status_code == 302
    assert audited(hall) == [("password_by_link", f"user:{user(hall).id}")]


def test_the_letter_is_written_in_the_accounts_language(hall: CityHall) -> None:
    make(hall)
    with hall.database.begin() as session:
        session.get_one(User, user(hall).id).language = "en"
    ask(hall)
    assert letters(hall)[0].body["subject"].startswith("A new password")


def test_following_the_link_changes_nothing(hall: CityHall) -> None:
    make(hall)
    ask(hall)
    path, before = link_in(letters(hall)[0]), hall.everything()
    for method in ("GET", "HEAD", "GET"):
        assert hall.browser().open(path, method=method).status_code == 200
    assert hall.everything() == before


def test_the_answer_tells_nobody_who_has_an_account(hall: CityHall) -> None:
    make(hall)
    known, unknown = ask(hall), ask(hall, "tidak@ada.example")
    assert (known.status_code, known.location) == (unknown.status_code, unknown.location)
    assert "Kalau alamat itu punya akun" in said_on(hall.browser().get(known.location))
    assert letters(hall, "tidak@ada.example") == []


@pytest.mark.parametrize("email", [RINA, "tidak@ada.example", "", "x" * 10_000, "a\r\nBcc: b@c.example"])
def test_the_answer_always_takes_as_long(hall: CityHall, email: str) -> None:
    make(hall)
    browser = hall.browser()
    form = {"csrf_token": csrf_of(browser.get("/login/forgot")), "email": email}
    began = time.monotonic()
    assert browser.post("/login/forgot", data=form).status_code == 303
    assert time.monotonic() - began >= ANSWERED_AFTER_S


def test_a_disabled_account_gets_no_letter(hall: CityHall) -> None:
    make(hall)
    with hall.database.begin() as session:
        session.get_one(User, user(hall).id).disabled_at = hall.now
    assert ask(hall).location == "/login/forgot?sent=1"
    assert letters(hall) == []


def test_nobody_is_flooded_with_letters_and_the_answer_stays_the_same(hall: CityHall) -> None:
    make(hall)
    answers = {(answer.status_code, answer.location) for answer in (ask(hall) for _ in range(7))}
    assert answers == {(303, "/login/forgot?sent=1")}
    assert len(letters(hall)) == 5
    assert enter(hall)[1].status_code == 302  # asking for letters locks nobody out
    hall.wait(minutes=16)
    ask(hall)
    assert len(letters(hall)) == 6


def test_a_link_works_once(hall: CityHall) -> None:
    make(hall)
    ask(hall)
    path = link_in(letters(hall)[0])
    browser, other = hall.browser(), hall.browser()
    form = {
        "csrf_token": csrf_of(other.get(path)),
        "password": "lampu badai tua sekali",
        "again": "lampu badai tua sekali",
    }
    assert choose(hall, path).status_code == 303
    assert browser.get(path).status_code == 410
    assert other.post(path, data=form).status_code == 410
    assert enter(hall, password=NEW_PASSWORD)[1].status_code == 302


def test_the_other_links_end_with_it(hall: CityHall) -> None:
    make(hall)
    ask(hall)
    ask(hall)
    older, newer = (link_in(letter) for letter in letters(hall))
    assert choose(hall, newer).status_code == 303
    assert choose(hall, older).status_code == 410


def test_a_link_ends_after_an_hour(hall: CityHall) -> None:
    make(hall)
    ask(hall)
    hall.wait(minutes=60)
    page = choose(hall, link_in(letters(hall)[0]))
    assert page.status_code == 410
    assert "Minta tautan baru" in said_on(page)


def test_a_link_of_an_account_that_was_disabled_meanwhile_is_closed(hall: CityHall) -> None:
    make(hall)
    ask(hall)
    with hall.database.begin() as session:
        session.get_one(User, user(hall).id).disabled_at = hall.now
    assert choose(hall, link_in(letters(hall)[0])).status_code == 410


@pytest.mark.parametrize("token", ["x", "A" * 43, "A" * 5_000, "%00", "..", "é"])
def test_a_forged_link_is_closed(hall: CityHall, token: str) -> None:
    assert hall.browser().get(f"/reset/{token}").status_code in (404, 410)


@pytest.mark.parametrize(
    ("password", "again", "says"),
    [
        ("pendek", None, "sedikitnya 10 karakter"),
        ("x" * 201, None, "paling panjang 200"),
        ("password1234", None, "terlalu mudah ditebak"),
        ("rina@jakarta.example", None, "terlalu mudah ditebak"),
        (NEW_PASSWORD, "kuda laut menari cepat", "tidak sama"),
    ],
)
def test_a_password_that_is_not_taken(hall: CityHall, password: str, again: str | None, says: str) -> None:
    make(hall)
    ask(hall)
    path = link_in(letters(hall)[0])
    page = choose(hall, path, password, again)
    assert page.status_code == 409
    assert says in said_on(page)
    assert enter(hall)[1].status_code == 302
    assert choose(hall, path).status_code == 303  # the link still works


def test_it_unlocks_but_does_not_take_the_second_factor_off(hall: CityHall) -> None:
    make(hall)
    turn_on(hall, inside(hall))
    for _ in range(6):
        enter(hall, password="salah semua")
    ask(hall)
    assert choose(hall, link_in(letters(hall)[-1])).status_code == 303
    assert enter(hall, password=NEW_PASSWORD)[1].location == "/login/code?next="


def test_what_is_kept_of_failures_goes_after_a_day(hall: CityHall) -> None:
    for number in range(20):
        enter(hall, f"orang{number}@ada.example")
    hall.wait(days=1, minutes=1)
    enter(hall, "baru@ada.example")
    with hall.database.read() as session:
        assert session.query(LoginFailure).count() == 2, "of the address and of the network"


def test_the_password_stays_with_the_costs_of_today(hall: CityHall) -> None:
    """A hash made at other costs is made anew at the log-in; one made at these stays."""
    make(hall)
    old = PasswordHasher(time_cost=2, memory_cost=8, parallelism=1).hash(PASSWORD)
    with hall.database.begin() as session:
        session.get_one(User, user(hall).id).password_hash = old
    assert enter(hall)[1].status_code == 302
    renewed = user(hall).password_hash
    assert renewed != old
    assert "t=1" in renewed
    assert enter(hall)[1].status_code == 302
    assert user(hall).password_hash == renewed


def test_whoever_owns_the_account_is_told_of_its_new_password(hall: CityHall) -> None:
    make(hall)
    browser = inside(hall)
    fields = {"current": PASSWORD, "password": NEW_PASSWORD, "again": NEW_PASSWORD}
    assert send(browser, "/console/account", "/console/account/password", **fields).status_code == 303
    (letter,) = letters(hall)
    assert "Kata sandi akun Anda diganti" in letter.body["subject"]
    assert "/login/forgot" in letter.body["text"]
    assert NEW_PASSWORD not in letter.body["text"]


def test_and_when_an_administrator_takes_the_second_factor_off(hall: CityHall) -> None:
    rina = make(hall)
    turn_on(hall, inside(hall))
    make(hall, BUDI, "administrator")
    page = f"/console/accounts/{rina}"
    assert send(inside(hall, BUDI), page, f"{page}/second-factor").status_code == 303
    assert [letter.body["subject"].rpartition(": ")[2] for letter in letters(hall)] == [
        "Langkah kedua akun Anda dinyalakan",
        "Langkah kedua akun Anda dimatikan",
    ]
