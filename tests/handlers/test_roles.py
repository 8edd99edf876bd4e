"""The URL map of the whole app, walked as everybody who can log in, past a sealed case that most may not see."""

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import select
from werkzeug.routing import Rule

from bot.errors import RefusedError
from bot.roles import AGENCY_OFFICER
from handlers.auth import create_user
from handlers.commands import users
from handlers.guards import SEEN_BY
from storage.models import User
from tests.handlers.city_hall import PASSWORD, CityHall
from tests.handlers.sealed_cases import (
    AGENCY,
    ASKED,
    LATER,
    NEARBY,
    OTHER_AGENCY,
    PLACE,
    PROOF,
    REPLIED,
    STORY,
    log_in,
    sealed_ticket,
)

SECRETS = [text.encode() for text in (STORY, PLACE, LATER, ASKED, NEARBY, REPLIED)]
FOR_AGENCIES = {
    "console.home",
    "console.find",
    "console.case",
    "console.act_on_case",
    "console.back_to_case",
    "console.case_photo",
    "console.case_file",
}


def addresses(app: Flask, number: str) -> list[tuple[Rule, str]]:
    """Every route of ours with addresses that lead to the sealed case, its conversation and its files."""
    values = {"token": "AAAAAAAAAAAAAAAAAAAAAA", "number": number, "filename": "style.css"}
    routes = app.url_map.bind("localhost")
    found = []
    for rule in app.url_map.iter_rules():
        for action in ("accept", "send_back", "claim") if "action" in rule.arguments else ("",):
            filled = {name: values.get(name, action or "1") for name in rule.arguments}
            filled |= {name: "1" for name in rule.arguments if name.endswith("_id")}
            found.append((rule, routes.build(rule.endpoint, filled)))
    return [(rule, address) for rule, address in found if rule.endpoint != "static"]


@pytest.mark.parametrize(
    ("role", "agency"),
    [
        ("coordinator", None),
        ("administrator", None),
        ("agency_officer", OTHER_AGENCY),
        ("agency_officer", "dinsos"),
    ],
)
def test_nobody_reads_a_sealed_case_who_is_not_named_for_it(hall: CityHall, role: str, agency: str | None) -> None:
    number = sealed_ticket(hall, urgent=True)
    hall.app.config["WTF_CSRF_ENABLED"] = False
    browser = log_in(hall, role, agency)
    ticket = hall.find(number)
    photo = log_in(hall, "sealed_officer").get(f"/console/cases/{number}/file/1").data
    assert photo.startswith(b"\xff\xd8")
    secrets = [*SECRETS, PROOF, photo]
    fields = {"note": "Halo", "agency": "dlh", "service": "lainnya", "date": "2026-12-01", "sure": "yes"}
    for rule, address in addresses(hall.app, number):
        if rule.endpoint == "auth.log_out":
            continue
        for method in sorted((rule.methods or set()) & {"GET", "POST"}):
            answer = browser.open(address, method=method, data=fields if method == "POST" else None)
            leaks = [secret for secret in secrets if secret in answer.data]
            assert not leaks, f"{method} {address} shows {leaks}"
    after = hall.find(number)
    assert (after.status, after.moves, after.agency) == (ticket.status, ticket.moves, ticket.agency)
    assert [event.kind for event in hall.history(number)][-1] == "seen"  # the officer's, before the walk
    assert [event.kind for event in hall.history(number)].count("seen") == 1


def test_the_walk_finds_what_is_there_to_be_found(hall: CityHall) -> None:
    """The same addresses show all of it to somebody who is named for sealed cases."""
    number = sealed_ticket(hall)
    dewi = log_in(hall, "sealed_officer")
    shown = b"".join(
        dewi.get(address).data for _, address in addresses(hall.app, number) if "/logout" not in address
    )
    assert not [secret for secret in [*SECRETS, PROOF] if secret not in shown]


@pytest.mark.parametrize("agency", [AGENCY, OTHER_AGENCY])
def test_an_agencys_officer_reaches_only_what_is_made_for_them(hall: CityHall, agency: str) -> None:
    number = sealed_ticket(hall)
    hall.app.config["WTF_CSRF_ENABLED"] = False
    browser = log_in(hall, "agency_officer", agency)
    for rule, address in addresses(hall.app, number):
        if not rule.endpoint.startswith("console."):
            continue
        for method in sorted((rule.methods or set()) & {"GET", "POST"}):
            refused = browser.open(address, method=method).status_code == 403
            assert refused is (rule.endpoint not in FOR_AGENCIES), f"{method} {address}"


def test_what_is_open_to_agencies_is_known_here(hall: CityHall) -> None:
    views = hall.app.view_functions
    assert {name for name in views if AGENCY_OFFICER in SEEN_BY.get(views[name], ())} == FOR_AGENCIES


def test_a_role_that_nobody_knows_reaches_nothing(hall: CityHall) -> None:
    browser = hall.coordinator()
    with hall.database.begin() as session:
        session.get_one(User, hall.user_id()).role = "governor"
    for path in ("duty", "blocked", "servants", "praise"):
        assert browser.get(f"/console/{path}").status_code == 403, path


def create(hall: CityHall, *arguments: str) -> Result:
    hall.app.cli.add_command(users.create_user)
    return hall.app.test_cli_runner().invoke(args=["create-user", *arguments, "--password", PASSWORD])


def test_creating_the_accounts(hall: CityHall) -> None:
    assert create(hall, "dewi@jakarta.example", "--role", "sealed_officer").exit_code == 0
    made = create(hall, "tini@jakarta.example", "--role", "agency_officer", "--agency", "dppapp")
    assert "can log in as agency_officer of dppapp." in made.output
    with hall.database.read() as session:
        accounts = session.scalars(select(User).order_by(User.email)).all()
        assert [(user.role, user.agency) for user in accounts] == [
            ("sealed_officer", None),
            ("agency_officer", "dppapp"),
        ]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--role", "agency_officer"), "needs an agency"),
        (("--role", "agency_officer", "--agency", ""), "is no agency of this city"),
        (("--role", "agency_officer", "--agency", "dinas_khayal"), "is no agency of this city"),
        (("--role", "agency_officer", "--agency", "coordinators"), "is no agency of this city"),
        (("--role", "sealed_officer", "--agency", "dppapp"), "no other has one"),
        (("--agency", "dppapp"), "no other has one"),
        (("--role", "governor"), "Invalid value"),
    ],
)
def test_accounts_that_cannot_be(hall: CityHall, arguments: tuple[str, ...], message: str) -> None:
    made = create(hall, "x@jakarta.example", *arguments)
    assert made.exit_code != 0
    assert message in made.output
    with hall.database.read() as session:
        assert session.scalar(select(User.id)) is None


def test_an_agency_officer_without_an_agency_is_refused_everywhere(hall: CityHall) -> None:
    with hall.database.begin() as session, pytest.raises(RefusedError, match="needs an agency"):
        create_user(session, "x@jakarta.example", PASSWORD, "agency_officer", hall.now)
