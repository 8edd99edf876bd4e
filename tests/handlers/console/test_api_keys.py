"""The page of API keys: administrators only, the key shown once, every change in the audit."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from bot.accounts.api_keys import FILE, SEE, START, UPDATE
from handlers.auth import create_user
from handlers.commands.api_keys import commands
from storage.models import ApiKey, AuditEntry
from tests.handlers.city_hall import PASSWORD, CityHall, csrf_of, said_on

PAGE = "/console/api-keys"


@pytest.fixture
def wira(hall: CityHall) -> FlaskClient:
    """An administrator who has logged in."""
    with hall.database.begin() as session:
        create_user(session, "wira@jakarta.example", PASSWORD, "administrator", hall.now)
    browser = hall.browser()
    form = {"email": "wira@jakarta.example", "password": PASSWORD, "csrf_token": csrf_of(browser.get("/login"))}
    browser.post("/login", data=form)
    return browser


def send(browser: FlaskClient, **fields: object) -> TestResponse:
    form = {"name": "Peta Kota", "scopes": [FILE, SEE], "days": "365", "agency": "", **fields}
    return browser.post(PAGE, data={**form, "csrf_token": csrf_of(browser.get(PAGE))})


def shown(text: str) -> list[str]:
    return re.findall(rf"{START}[\w-]{{43}}", text)


def keys(hall: CityHall) -> list[ApiKey]:
    with hall.database.read() as session:
        return list(session.scalars(select(ApiKey)))


def test_a_new_key_is_shown_on_that_answer_alone(hall: CityHall, wira: FlaskClient) -> None:
    answer = send(wira)
    (text,) = shown(answer.text)
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
    (key,) = keys(hall)
    assert (key.scopes, key.created_by, (key.expires_at - hall.now).days if key.expires_at else 0) == (
        [FILE, SEE], hall.user_id("wira@jakarta.example"), 365,
    )  # fmt: skip
    again = wira.get(PAGE)
    assert not shown(again.text)
    assert "Peta Kota" in said_on(again)
    assert text not in str(hall.everything())
    assert not [cookie for cookie in answer.headers.getlist("Set-Cookie") if text in cookie]


def test_it_opens_the_service_until_it_is_revoked(hall: CityHall, wira: FlaskClient) -> None:
    (text,) = shown(send(wira).text)
    headers = {"Authorization": f"Bearer {text}"}
    ask = hall.browser()
    assert ask.get("/open311/v2/requests.json", headers=headers).status_code == 200
    token = {"csrf_token": csrf_of(wira.get(PAGE))}
    for _ in range(2):
        assert wira.post(f"{PAGE}/1/revoke", data=token).location == PAGE
    assert ask.get("/open311/v2/requests.json", headers=headers).status_code == 403
    assert "dicabut" in said_on(wira.get(PAGE))
    assert wira.post(f"{PAGE}/99/revoke", data=token).status_code == 404


def test_each_change_is_in_the_audit(hall: CityHall, wira: FlaskClient) -> None:
    (text,) = shown(send(wira).text)
    wira.post(f"{PAGE}/1/revoke", data={"csrf_token": csrf_of(wira.get(PAGE))})
    with hall.database.read() as session:
        rows = session.scalars(select(AuditEntry).where(AuditEntry.action.like("%api_key%"))).all()
    assert [(row.action, row.subject) for row in rows] == [
        ("create_api_key", "page:api_keys"),
        ("revoke_api_key", "api_key:1"),
    ]
    assert rows[0].data == {"name": "Peta Kota", "scopes": sorted([FILE, SEE]), "agency": None}
    assert text[12:] not in str([row.data for row in rows])


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"name": ""}, "Tulis nama"),
        ({"scopes": []}, "Pilih sedikitnya"),
        ({"scopes": [UPDATE]}, "perlu satu instansi"),
        ({"agency": "tidak_ada"}, "Instansi itu tidak ada"),
        ({"days": "7"}, "berapa lama"),
    ],
)
def test_what_cannot_be_comes_back_with_the_reason(
    hall: CityHall, wira: FlaskClient, fields: dict[str, object], said: str
) -> None:
    answer = send(wira, **fields)
    assert answer.status_code == 409
    assert said in said_on(answer)
    assert not keys(hall)


def test_the_same_form_twice_makes_one_key(hall: CityHall, wira: FlaskClient) -> None:
    send(wira)
    again = send(wira)
    assert (again.status_code, len(keys(hall))) == (409, 1)
    assert 'value="Peta Kota"' in again.text


def test_coordinators_may_not(hall: CityHall, rina: FlaskClient) -> None:
    token = csrf_of(rina.get("/console/account"))
    assert rina.get(PAGE).status_code == 403
    assert rina.post(PAGE, data={"csrf_token": token, "name": "x", "scopes": FILE, "days": ""}).status_code == 403
    assert not keys(hall)


def test_at_the_command_line(hall: CityHall) -> None:
    run = hall.app.test_cli_runner()
    made = run.invoke(commands, ["create", "Peta Kota", "--scope", FILE, "--scope", UPDATE, "--agency", "dlh"])
    (text,) = shown(made.output)
    listed = run.invoke(commands, ["list"]).output
    assert "Peta Kota" in listed
    assert text not in listed
    assert "never used" in listed
    assert "no more" in run.invoke(commands, ["revoke", "1"]).output.replace("any more", "no more")
    assert "before" in run.invoke(commands, ["revoke", "1"]).output
    assert run.invoke(commands, ["revoke", "9"]).exit_code == 1
    wrong = run.invoke(commands, ["create", "Lain", "--scope", UPDATE])
    assert (wrong.exit_code, "agency" in wrong.output) == (1, True)
    with hall.database.read() as session:
        actions = session.scalars(select(AuditEntry.action)).all()
    assert actions == ["create_api_key", "revoke_api_key"]
