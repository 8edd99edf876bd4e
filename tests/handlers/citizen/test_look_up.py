"""The page on which a ticket is found again: kind to its reporter, and of no use to anybody who guesses."""

import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from bot.tickets import tickets
from tests.handlers.citizen.visiting import path_of
from tests.handlers.city_hall import CityHall, csrf_of, said_on


@pytest.fixture
def number(any_hall: CityHall) -> str:
    """Reported from a number that ends in 1230."""
    return any_hall.forwarded()[0]


def ask(browser: FlaskClient, number: str, digits: str, **environment: str) -> TestResponse:
    form = {"csrf_token": csrf_of(browser.get("/t")), "number": number, "digits": digits}
    return browser.post("/t", data=form, environ_overrides=environment)


def test_number_and_digits_lead_to_the_page(any_hall: CityHall, number: str) -> None:
    answer = ask(any_hall.browser(), number.lower().replace("-", " "), "1230")
    assert answer.status_code == 303
    assert answer.headers["Location"] == path_of(any_hall, number)


def test_unknown_number_and_wrong_digits_are_one_answer(any_hall: CityHall, number: str) -> None:
    with any_hall.database.begin() as session:
        tickets.by_number(session, any_hall.forwarded()[0]).sealed = True
    answers = [ask(any_hall.browser(), *typed) for typed in ((number, "1231"), ("JK-7Q2M9X-Q", "1230"))]
    words = [re.sub(r'value="[^"]*"', "", answer.text) for answer in answers]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert words[0] == words[1]
    assert "tidak cocok" in words[0]


def test_a_sealed_ticket_is_not_found(hall: CityHall) -> None:
    number, _ = hall.forwarded()
    with hall.database.begin() as session:
        tickets.by_number(session, number).sealed = True
    assert ask(hall.browser(), number, "1230").status_code == 404


@pytest.mark.parametrize(
    ("typed", "digits", "says"),
    [
        ("JK-7Q2M9X-4", "1230", "keliru di nomor itu"),
        ("JK-7Q2", "1230", "belum lengkap"),
        ("JK-7Q2M9X-Q", "12a0", "angka saja"),
        ("JK-7Q2M9X-Q", "", "angka saja"),
        ("<script>alert(1)</script>", "<b>", "belum lengkap"),
        ("x" * 10_000, "1" * 10_000, "belum lengkap"),
    ],
)
def test_a_slip_is_told_kindly_and_not_counted(hall: CityHall, typed: str, digits: str, says: str) -> None:
    before, browser = hall.everything(), hall.browser()
    for _ in range(8):
        answer = ask(browser, typed, digits)
        assert answer.status_code == 409
        assert says in answer.text
    assert "<script>alert" not in answer.text
    assert hall.everything() == before


def test_after_five_failures_it_says_until_when(any_hall: CityHall, number: str) -> None:
    for n in range(5):
        assert ask(any_hall.browser(), number, f"{n:04}").status_code == 404
    answer = ask(any_hall.browser(), number, "1230")
    until = (any_hall.now + timedelta(minutes=15, hours=7)).strftime("%H.%M")
    assert answer.status_code == 429
    assert f"Coba lagi sesudah 23 Nov 2026, {until}." in said_on(answer)
    any_hall.wait(minutes=16)
    assert ask(any_hall.browser(), number, "1230").status_code == 303


def test_who_guesses_over_many_tickets_is_locked_out_by_address(any_hall: CityHall, number: str) -> None:
    others = [any_hall.ticket() for _ in range(30)]
    for other in others:
        assert ask(any_hall.browser(), other, "0000", REMOTE_ADDR="36.65.1.7").status_code == 404
    assert ask(any_hall.browser(), number, "1230", REMOTE_ADDR="36.65.1.7").status_code == 429
    assert ask(any_hall.browser(), number, "1230", REMOTE_ADDR="36.65.1.8").status_code == 303


def test_behind_our_proxy_it_is_the_address_that_the_proxy_saw(any_hall: CityHall, number: str) -> None:
    others = [any_hall.ticket() for _ in range(30)]
    for n, other in enumerate(others):
        forwarded = f"10.9.8.{n}, 36.65.1.7"
        assert ask(any_hall.browser(), other, "0000", HTTP_X_FORWARDED_FOR=forwarded).status_code == 404
    assert ask(any_hall.browser(), number, "1230", HTTP_X_FORWARDED_FOR="1.2.3.4, 36.65.1.7").status_code == 429
    assert ask(any_hall.browser(), number, "1230", HTTP_X_FORWARDED_FOR="36.65.1.8").status_code == 303


def test_what_a_stranger_says_of_the_address_is_not_believed(hall: CityHall) -> None:
    numbers = [hall.ticket() for _ in range(31)]
    for n, number in enumerate(numbers):
        claim = {"REMOTE_ADDR": "36.65.1.7", "HTTP_X_FORWARDED_FOR": f"36.66.1.{n}"}
        answer = ask(hall.browser(), number, "0000", **claim)
    assert answer.status_code == 429


def test_looking_at_the_form_changes_nothing_and_needs_no_link(hall: CityHall) -> None:
    before = hall.everything()
    page = hall.browser().get("/t")
    assert page.status_code == 200
    assert "<script" not in page.text
    assert hall.everything() == before


def test_without_our_token_nothing_is_looked_up(hall: CityHall) -> None:
    number, _ = hall.forwarded()
    answer = hall.browser().post("/t", data={"number": number, "digits": "1230"})
    assert answer.status_code == 400
    assert "Kirim sekali lagi" in answer.text
    assert number in answer.text


def test_nothing_of_it_is_stored_or_found_or_told_to_others(hall: CityHall) -> None:
    headers = hall.browser().get("/t").headers
    assert headers["Cache-Control"] == "private, no-store"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "noindex" in headers["X-Robots-Tag"]
