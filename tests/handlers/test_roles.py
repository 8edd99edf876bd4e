"""The URL map of the whole app, walked as everybody who can log in, past a sealed case that most may not see."""

import pytest
from click.testing import Result
from sqlalchemy import select, update

from bot.accounts.roles import AGENCY_OFFICER, LEADERSHIP, ROLES
from bot.errors import RefusedError
from handlers.auth import create_user
from handlers.commands import users
from handlers.guards import GUARDS, SEEN_BY
from storage.models import LoginSession, User
from tests.handlers.city_hall import PASSWORD, CityHall
from tests.handlers.full_hall import full
from tests.handlers.sealed_cases import (
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
from tests.handlers.walks import addresses, is_at_log_in, is_in, is_refused, may, sent_from, steps

SECRETS = [text.encode() for text in (STORY, PLACE, LATER, ASKED, NEARBY, REPLIED)]
# One's own account: the same for everybody who logs in.
OWN_PAGES = {"console.account", "console.second_factor_page", "console.back_to_account"}
OWN_FORMS = {
    "console.save_account",
    "console.change_password",
    "console.prepare_second_factor",
    "console.confirm_second_factor",
    "console.remove_second_factor",
    "console.end_session",
    "console.end_other_sessions",
}
# Whatever else an agency's officer may open is opened here, by name; each looks at whose case it is.
FOR_AGENCIES = {
    "console.home",
    "console.find",
    "console.case",
    "console.act_on_case",
    "console.accept_cases",
    "console.back_to_case",
    "console.case_photo",
    "console.case_file",
    "console.cases_table",
    "console.cases_on_paper",
    "console.cases_pulse",
}
ABOUT_A_CASE = {"console.case", "console.act_on_case", "console.case_photo", "console.case_file"}
# Leadership reads. Whatever it may send beside its own account is named here.
SENT_BY_LEADERSHIP = {"console.here"}  # that they look at a ticket, which others are told
EVERYBODY = [
    ("administrator", None),
    ("coordinator", None),
    ("sealed_officer", None),
    ("leadership", None),
    ("agency_officer", "bina_marga"),
    ("agency_officer", "dinsos"),
]


def test_every_view_behind_a_log_in_says_who_may_see_it(hall: CityHall) -> None:
    guards = hall.app.extensions[GUARDS]
    views = {
        name: view
        for name, view in hall.app.view_functions.items()
        if guards.get(name.rpartition(".")[0]) == "login"
    }
    assert len(views) > 30
    assert not [name for name, view in views.items() if view not in SEEN_BY]
    assert not [name for name, view in views.items() if not {*SEEN_BY[view]} <= {*ROLES}]
    assert not [name for name, view in views.items() if not SEEN_BY[view]]


@pytest.mark.parametrize(("role", "agency"), EVERYBODY)
def test_everybody_reaches_exactly_what_is_declared(hall: CityHall, role: str, agency: str | None) -> None:
    number = full(hall)
    hall.app.config["WTF_CSRF_ENABLED"] = False
    browser = log_in(hall, role, agency)
    for endpoint, method, address in steps(hall.app, number):
        answer = browser.open(address, method=method)
        expected = not may(hall.app, endpoint, role)
        assert is_refused(answer) is expected, f"{method} {address} as {role}: {answer.status}"
        assert answer.status_code < 500, f"{method} {address} as {role}: {answer.status}"
    assert is_in(browser)


@pytest.mark.parametrize(("role", "agency"), EVERYBODY)
def test_nobody_is_shown_a_form_that_they_may_not_send(hall: CityHall, role: str, agency: str | None) -> None:
    number = full(hall)
    browser = log_in(hall, role, agency)
    shown = {
        (address, target)
        for endpoint, method, address in steps(hall.app, number)
        if method == "GET" and may(hall.app, endpoint, role)
        for target in sent_from(hall.app, browser.get(address)) - {"auth.log_out", "language.switch"}
    }
    assert shown
    assert {pair for pair in shown if not may(hall.app, pair[1], role)} == set()


def test_the_forms_of_a_page_are_found(hall: CityHall) -> None:
    number = full(hall)
    page = hall.coordinator().get(f"/console/tickets/{number}")
    assert "auth.log_out" in sent_from(hall.app, page)
    assert any(target.startswith("console.") for target in sent_from(hall.app, page))


def test_leadership_sends_nothing_but_its_own_account(hall: CityHall) -> None:
    forms = {
        rule.endpoint
        for rule in hall.app.url_map.iter_rules()
        if "POST" in (rule.methods or ()) and may(hall.app, rule.endpoint, LEADERSHIP)
    }
    assert forms == OWN_FORMS | SENT_BY_LEADERSHIP


def test_what_is_open_to_agencies_is_known_here(hall: CityHall) -> None:
    views = hall.app.view_functions
    opened = {name for name in views if AGENCY_OFFICER in SEEN_BY.get(views[name], ())}
    assert opened == FOR_AGENCIES | OWN_PAGES | OWN_FORMS


@pytest.mark.parametrize(("agency", "is_theirs"), [("bina_marga", True), ("dinsos", False)])
def test_another_agencys_case_is_not_there(hall: CityHall, agency: str, is_theirs: bool) -> None:
    number = full(hall)
    hall.app.config["WTF_CSRF_ENABLED"] = False
    browser = log_in(hall, "agency_officer", agency)
    before = hall.find(number).moves
    assert (browser.get(f"/console/cases/{number}").status_code == 200) is is_theirs
    for endpoint, method, address in steps(hall.app, number):
        if endpoint in ABOUT_A_CASE and not is_theirs:
            answer = browser.open(address, method=method, data={"note": "Halo", "sure": "yes"})
            assert answer.status_code == 404, f"{method} {address}: {answer.status}"
    assert hall.find(number).moves == before


@pytest.mark.parametrize("role", ["administrator", "leadership"])
def test_whose_log_in_has_ended_is_a_stranger_everywhere(hall: CityHall, role: str) -> None:
    number = full(hall)
    hall.app.config["WTF_CSRF_ENABLED"] = False
    browser = log_in(hall, role)
    with hall.database.begin() as session:
        session.execute(update(LoginSession).values(ended_at=hall.now))
    before = hall.everything()
    for _, method, address in steps(hall.app, number):
        answer = browser.open(address, method=method, data={"note": "Halo"} if method == "POST" else None)
        assert is_at_log_in(answer, method), f"{method} {address}: {answer.status}"
    assert hall.everything() == before


@pytest.mark.parametrize(
    ("role", "agency"),
    [
        ("coordinator", None),
        ("administrator", None),
        ("leadership", None),
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
    assert is_in(browser)
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
