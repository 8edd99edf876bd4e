"""Who may come in where: the URL map of the whole app, walked as a stranger."""

import pytest
from flask import Flask
from werkzeug.routing import Rule

from handlers.guards import CHECKS, GUARDS
from storage.models import LoginFailure, User
from tests.handlers.city_hall import PASSWORD, CityHall, csrf_of, said_on
from tests.handlers.walks import is_at_log_in

VALUES = {"token": "AAAAAAAAAAAAAAAAAAAAAA", "number": "JK-000000-0", "action": "accept", "filename": "style.css"}


def addresses(app: Flask) -> list[tuple[Rule, str]]:
    """Every route of ours with an address that it answers."""
    routes = app.url_map.bind("localhost")
    rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint != "static"]
    return [
        (rule, routes.build(rule.endpoint, {name: VALUES.get(name, "1") for name in rule.arguments}))
        for rule in rules
    ]


def kind_of(app: Flask, rule: Rule) -> str:
    return str(app.extensions[GUARDS][rule.endpoint.rpartition(".")[0]])


def test_every_endpoint_has_a_guard(hall: CityHall) -> None:
    for rule, _ in addresses(hall.app):
        blueprint = rule.endpoint.rpartition(".")[0]
        assert hall.app.extensions[GUARDS].get(blueprint) in CHECKS, f"{rule.endpoint} has no guard"


def test_a_stranger_gets_nowhere(hall: CityHall) -> None:
    """Log-in, 403 or 404 wherever it is not public: with GET, and with POST from a page of ours."""
    hall.app.config["WTF_CSRF_ENABLED"] = False
    stranger = hall.browser()
    for rule, address in addresses(hall.app):
        for method in (rule.methods or set()) & {"GET", "POST"}:
            answer = stranger.open(address, method=method)
            expected = {
                "login": is_at_log_in(answer, method),
                "link": answer.status_code in (303, 404),
                "loopback": answer.status_code == 404,
                "provider": answer.status_code == 403,
                "key": answer.status_code == 403,
                "watcher": answer.status_code in (200, 405),  # on this machine: tests/handlers/metrics
                "public": True,
            }
            assert expected[kind_of(hall.app, rule)], f"{method} {address}: {answer.status}"


def test_every_form_needs_a_token_of_ours(hall: CityHall) -> None:
    rina = hall.coordinator()
    before = hall.everything()
    for rule, address in addresses(hall.app):
        if "POST" in (rule.methods or ()) and kind_of(hall.app, rule) in ("login", "link", "public"):
            assert rina.post(address).status_code in (400, 404), address
    assert hall.everything() == before


def test_pages_forbid_scripts_of_others_and_framing(hall: CityHall) -> None:
    for path in ("/login", "/nowhere"):
        page = hall.browser().get(path)
        assert "default-src 'self'" in page.headers["Content-Security-Policy"]
        assert page.headers["X-Frame-Options"] == "DENY"
        assert page.headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert page.headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert "<script" not in page.text
        assert "style=" not in page.text


def test_logging_in_and_out(hall: CityHall) -> None:
    rina = hall.coordinator()
    home = rina.get("/console/")
    assert home.status_code == 200
    out = rina.post("/logout", data={"csrf_token": csrf_of(home)})
    assert out.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert rina.get("/console/").location == "/login?next=%2Fconsole%2F"
    assert "Please" not in rina.get("/login").text


def test_a_disabled_account_is_out_at_once(hall: CityHall) -> None:
    rina = hall.coordinator()
    with hall.database.begin() as session:
        session.get_one(User, hall.user_id()).disabled_at = hall.now
    assert rina.get("/console/").status_code == 302


def test_five_failures_lock_the_address_for_a_quarter_of_an_hour(hall: CityHall) -> None:
    hall.coordinator("rina@jakarta.example")
    browser = hall.browser()
    wrong = {"email": "Rina@jakarta.example ", "csrf_token": csrf_of(browser.get("/login"))}
    for _ in range(5):
        page = browser.post("/login", data={**wrong, "password": "salah"})
        assert (page.status_code, "kata sandi salah" in page.text) == (401, True)
    right = {**wrong, "password": PASSWORD}
    locked = browser.post("/login", data=right)
    assert locked.status_code == 429
    assert "15 menit" in said_on(locked)
    hall.wait(minutes=16)
    assert browser.post("/login", data=right).status_code == 302
    with hall.database.read() as session:
        assert session.query(LoginFailure).count() == 6, "the network's stay for a day"


def test_guessing_at_many_addresses_from_one_network_is_stopped(hall: CityHall) -> None:
    hall.coordinator("rina@jakarta.example")
    browser = hall.browser()
    token = {"csrf_token": csrf_of(browser.get("/login"))}
    for n in range(30):
        guess = token | {"email": f"orang{n}@jakarta.example", "password": "Musim hujan 26"}
        assert browser.post("/login", data=guess).status_code == 401
    right = token | {"email": "rina@jakarta.example", "password": PASSWORD}
    assert browser.post("/login", data=right).status_code == 429
    hall.wait(minutes=16)
    assert browser.post("/login", data=right).status_code == 302


def test_another_network_is_not_locked_with_it(hall: CityHall) -> None:
    hall.coordinator("rina@jakarta.example")
    browser = hall.browser()
    token = {"csrf_token": csrf_of(browser.get("/login"))}
    for n in range(30):
        browser.post("/login", data=token | {"email": f"orang{n}@jakarta.example", "password": "Musim hujan 26"})
    right = token | {"email": "rina@jakarta.example", "password": PASSWORD}
    elsewhere = {"REMOTE_ADDR": "203.0.113.9"}
    assert browser.post("/login", data=right, environ_overrides=elsewhere).status_code == 302


def test_whoever_logs_in_well_costs_their_network_nothing(hall: CityHall) -> None:
    hall.coordinator("rina@jakarta.example")
    for _ in range(31):
        browser = hall.browser()
        token = {"csrf_token": csrf_of(browser.get("/login"))}
        form = token | {"email": "rina@jakarta.example", "password": PASSWORD}
        assert browser.post("/login", data=form).status_code == 302


def test_an_unknown_address_is_answered_like_a_wrong_password(hall: CityHall) -> None:
    browser = hall.browser()
    form = {"email": "tidak@ada.example", "password": "apa saja", "csrf_token": csrf_of(browser.get("/login"))}
    page = browser.post("/login", data=form)
    assert page.status_code == 401
    assert "E-mail atau kata sandi salah." in page.text
    assert 'value="tidak@ada.example"' in page.text


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "/\t/evil.example",
        "javascript:alert(1)",
        "evil",
    ],
)
def test_nobody_is_led_elsewhere_after_the_log_in(hall: CityHall, target: str) -> None:
    hall.coordinator("rina@jakarta.example")
    browser = hall.browser()
    form = {"email": "rina@jakarta.example", "password": PASSWORD, "next": target}
    page = browser.get("/login", query_string={"next": target})
    answer = browser.post("/login", data={**form, "csrf_token": csrf_of(page)})
    assert answer.location == "/console/"


def test_one_comes_back_to_where_one_wanted_to_go(hall: CityHall) -> None:
    hall.coordinator("rina@jakarta.example")
    browser = hall.browser()
    page = browser.get("/console/?status=done", follow_redirects=True)
    form = {"email": "rina@jakarta.example", "password": PASSWORD, "next": "/console/?status=done"}
    assert 'value="/console/?status=done"' in page.text
    answer = browser.post("/login", data={**form, "csrf_token": csrf_of(page)})
    assert answer.location == "/console/?status=done"


def test_a_failed_log_in_is_in_the_log_without_what_was_typed(
    hall: CityHall, capsys: pytest.CaptureFixture[str]
) -> None:
    hall.coordinator("rina@jakarta.example")
    browser = hall.browser()
    form = {
        "email": "rina@jakarta.example",
        "password": "Musim hujan 26",
        "csrf_token": csrf_of(browser.get("/login")),
    }
    capsys.readouterr()
    browser.post("/login", data=form)
    said = capsys.readouterr().out
    assert "log_in_failed" in said
    assert "rina" not in said
    assert "Musim" not in said


def test_a_refused_page_is_in_the_log(hall: CityHall, capsys: pytest.CaptureFixture[str]) -> None:
    rina = hall.coordinator()
    capsys.readouterr()
    assert rina.get("/console/accounts").status_code == 403
    assert "forbidden" in capsys.readouterr().out
