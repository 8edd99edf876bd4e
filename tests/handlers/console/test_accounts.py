"""Administrators' pages about accounts, and everybody's page about their own."""

import threading

import pytest
from click.testing import Result
from flask.testing import FlaskClient
from sqlalchemy import func, select

from bot.accounts import accounts
from bot.accounts.accounts import Person
from bot.accounts.unfit import SENTENCES, Unfit
from handlers.account_words import PROBLEMS, ROLE_MEANS, ROLE_NAMES
from handlers.commands import users
from storage.database import Database
from storage.models import AuditEntry, User
from tests.handlers.city_hall import PASSWORD, CityHall, csrf_of, said_on
from tests.handlers.doors import (
    BUDI,
    NEW_PASSWORD,
    RINA,
    audited,
    code_of,
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

ADMIN, LIST = "admin@jakarta.example", "/console/accounts"


@pytest.fixture
def admin(hall: CityHall) -> FlaskClient:
    make(hall, ADMIN, "administrator")
    return inside(hall, ADMIN)


def count(hall: CityHall) -> int:
    with hall.database.read() as session:
        return session.scalars(select(func.count(User.id))).one()


def page_of(hall: CityHall, email: str = RINA) -> str:
    return f"{LIST}/{user(hall, email).id}"


def test_a_new_account_chooses_its_password_by_a_letter(hall: CityHall, admin: FlaskClient) -> None:
    form = {"email": " Rina@Jakarta.example ", "name": "  Rina   Sari ", "role": "coordinator", "agency": ""}
    assert send(admin, LIST, LIST, **form).location == LIST
    rina = user(hall)
    assert (rina.name, rina.role, rina.agency, rina.disabled_at) == ("Rina Sari", "coordinator", None, None)
    assert "menunggu kata sandi" in said_on(admin.get(LIST))
    [letter] = letters(hall)
    assert letter.body["subject"] == "Akun Anda di konsol pengaduan Jakarta"
    assert "26-11-2026 09:00" in letter.body["text"]
    for guess in ("", "nobody has this password"):
        assert enter(hall, password=guess)[1].status_code == 401
    browser = hall.browser()
    path = link_in(letter)
    form = {"csrf_token": csrf_of(browser.get(path)), "password": NEW_PASSWORD, "again": NEW_PASSWORD}
    assert browser.post(path, data=form).location == "/login"
    assert enter(hall, password=NEW_PASSWORD)[1].status_code == 302
    assert ("create_account", "") in audited(hall)


def test_whoever_has_a_password_is_written_to_otherwise(hall: CityHall, admin: FlaskClient) -> None:
    make(hall)
    send(admin, page_of(hall), f"{page_of(hall)}/link")
    [letter] = letters(hall)
    assert letter.body["subject"].startswith("Kata sandi baru")
    assert "26-11-2026 09:00" in letter.body["text"]
    assert enter(hall)[1].status_code == 302  # the old one counts until the link is used


def test_the_audit_tells_what_was_changed(hall: CityHall, admin: FlaskClient) -> None:
    make(hall)
    send(admin, page_of(hall), page_of(hall), name="Rina", role="agency_officer", agency="dlh")
    send(admin, LIST, LIST, email=BUDI, role="leadership")
    with hall.database.read() as session:
        told = [row.data for row in session.scalars(select(AuditEntry).order_by(AuditEntry.id))]
    assert told == [
        {"role": "agency_officer", "agency": "dlh"},
        {"email": BUDI, "role": "leadership", "agency": None},
    ]


def test_an_agencys_officer_gets_an_agency(hall: CityHall, admin: FlaskClient) -> None:
    form = {"email": RINA, "role": "agency_officer", "agency": "bina_marga"}
    assert send(admin, LIST, LIST, **form).status_code == 303
    assert user(hall).agency == "bina_marga"
    assert "Petugas instansi" in said_on(admin.get(LIST))


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"email": "bukan alamat"}, "bukan alamat e-mail"),
        ({"email": "a@b@c"}, "bukan alamat e-mail"),
        ({"email": "a@b.example\r\nBcc: c@d.example"}, "bukan alamat e-mail"),
        ({"email": "x" * 250 + "@b.example"}, "bukan alamat e-mail"),
        ({"email": ADMIN.upper()}, "sudah punya akun"),
        ({"role": "governor"}, "salah satu peran"),
        ({"role": ""}, "salah satu peran"),
        ({"role": "agency_officer"}, "perlu satu instansi"),
        ({"role": "agency_officer", "agency": "dinas_khayal"}, "tidak ada di kota ini"),
        ({"role": "agency_officer", "agency": "coordinators"}, "tidak ada di kota ini"),
        ({"role": "leadership", "agency": "dlh"}, "perlu satu instansi"),
        ({"name": "N" * 81}, "paling panjang 80"),
    ],
)
def test_accounts_that_cannot_be(hall: CityHall, admin: FlaskClient, fields: dict[str, str], says: str) -> None:
    form = {"email": RINA, "name": "Rina <script>", "role": "coordinator", "agency": "", **fields}
    page = send(admin, LIST, LIST, **form)
    assert page.status_code == 409
    assert says in said_on(page)
    if "name" not in fields:
        assert 'value="Rina &lt;script&gt;"' in page.text  # what was typed is still there
    assert count(hall) == 1
    assert letters(hall) == []


def test_a_form_sent_twice_makes_one_account_and_says_so(hall: CityHall, admin: FlaskClient) -> None:
    form = {"email": RINA, "role": "coordinator"}
    assert [send(admin, LIST, LIST, **form).status_code for _ in range(2)] == [303, 409]
    assert len(letters(hall)) == 1


def test_another_role_ends_the_log_ins(hall: CityHall, admin: FlaskClient) -> None:
    make(hall)
    rina, page = inside(hall), page_of(hall)
    assert send(admin, page, page, name="Rina", role="coordinator").status_code == 303
    assert is_in(rina)
    assert send(admin, page, page, name="Rina", role="agency_officer", agency="dlh").status_code == 303
    assert not is_in(rina)
    assert (user(hall).role, user(hall).agency) == ("agency_officer", "dlh")
    rina = inside(hall)
    assert send(admin, page, page, name="Rina", role="agency_officer", agency="bina_marga").status_code == 303
    assert not is_in(rina)
    assert audited(hall)[-1] == ("change_account", f"user:{user(hall).id}")


def test_disabling_ends_everything_at_once(hall: CityHall, admin: FlaskClient) -> None:
    make(hall)
    rina, page = inside(hall), page_of(hall)
    send(admin, page, f"{page}/link")
    assert send(admin, page, f"{page}/disable").status_code == 303
    assert not is_in(rina)
    assert enter(hall)[1].status_code == 401
    assert hall.browser().get(link_in(letters(hall)[0])).status_code == 410
    assert "Nonaktif sejak 23 Nov 2026" in said_on(admin.get(page))
    assert send(admin, page, f"{page}/link").status_code == 409
    assert send(admin, page, f"{page}/enable").status_code == 303
    assert not is_in(rina)
    assert enter(hall)[1].status_code == 302


@pytest.mark.parametrize("step", ["disable", ""])
def test_nobody_puts_themselves_out(hall: CityHall, admin: FlaskClient, step: str) -> None:
    make(hall, BUDI, "administrator")
    page = page_of(hall, ADMIN)
    answer = send(admin, page, f"{page}/{step}".rstrip("/"), role="coordinator")
    assert answer.status_code == 409
    assert "Akun sendiri" in said_on(answer)
    assert (user(hall, ADMIN).role, user(hall, ADMIN).disabled_at) == ("administrator", None)


def test_one_may_change_ones_own_name_there(hall: CityHall, admin: FlaskClient) -> None:
    page = page_of(hall, ADMIN)
    assert send(admin, page, page, name="Ayu", role="administrator").status_code == 303
    assert (user(hall, ADMIN).name, is_in(admin)) == ("Ayu", True)


def test_the_last_administrator_stays(database: Database, hall: CityHall) -> None:
    """Two who put each other out at the same moment: one of them remains."""
    with database.begin() as session:
        one, two = (
            accounts.create(session, Person(f"{name}@jakarta.example", "administrator"), "x", hall.now).id
            for name in ("satu", "dua")
        )
    together, refused = threading.Barrier(2), []

    def put_out(whom: int, by: int) -> None:
        together.wait()
        try:
            with database.begin() as session:
                accounts.disable(session, accounts.of(session, whom), by, hall.now)
        except Unfit as unfit:
            refused.append(unfit.problem)
        except Exception as error:  # a deadlock that the database ends is a refusal too
            refused.append(type(error).__name__)

    threads = [threading.Thread(target=put_out, args=pair) for pair in ((one, two), (two, one))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.read() as session:
        left = session.scalars(select(User.id).where(User.disabled_at.is_(None))).all()
    assert len(left) == 1
    assert len(refused) == 1


@pytest.mark.parametrize("path", ["999999", "999999/disable", "999999/link", "999999/second-factor"])
def test_an_account_that_there_is_not(hall: CityHall, admin: FlaskClient, path: str) -> None:
    token = csrf_of(admin.get(LIST))
    assert admin.post(f"{LIST}/{path}", data={"csrf_token": token, "role": "coordinator"}).status_code == 404


def test_the_list_tells_what_there_is_to_know(hall: CityHall, admin: FlaskClient) -> None:
    make(hall)
    make(hall, BUDI, "agency_officer", "dlh")
    turn_on(hall, inside(hall))
    page = said_on(admin.get(LIST))
    for words in (
        RINA,
        BUDI,
        "Koordinator",
        "Petugas instansi",
        "Dinas Lingkungan Hidup",
        "menyala",
        "belum pernah",
        "23 Nov 2026",
    ):
        assert words in page, words
    assert (user(hall).totp_secret or "?") not in page


def test_other_roles_have_no_such_pages(hall: CityHall) -> None:
    make(hall)
    rina = inside(hall)
    for path in (LIST, page_of(hall)):
        assert rina.get(path).status_code == 403
    assert LIST not in rina.get("/console/account").text


@pytest.mark.parametrize(
    ("role", "agency"),
    [
        ("administrator", None),
        ("coordinator", None),
        ("sealed_officer", None),
        ("leadership", None),
        ("agency_officer", "dlh"),
    ],
)
def test_everybody_has_a_page_about_themselves(hall: CityHall, role: str, agency: str | None) -> None:
    make(hall, RINA, role, agency)
    rina = inside(hall)
    home = rina.get("/console/")
    assert 'href="/console/account"' in home.text
    page = said_on(rina.get("/console/account"))
    assert RINA in page
    answer = send(rina, "/console/account", "/console/account", name=" Rina  Sari", language="en")
    assert answer.location == "/console/account"
    assert (user(hall).name, user(hall).language) == ("Rina Sari", "en")
    assert '<html lang="en"' in rina.get("/console/account").text
    turn_on(hall, rina)
    _, half = enter(hall)
    assert half.location.startswith("/login/code")


@pytest.mark.parametrize(
    ("fields", "says"),
    [({"language": "jv"}, "salah satu bahasa"), ({"language": "id", "name": "N" * 81}, "paling panjang 80")],
)
def test_what_cannot_be_saved_of_oneself(hall: CityHall, fields: dict[str, str], says: str) -> None:
    make(hall)
    page = send(inside(hall), "/console/account", "/console/account", **fields)
    assert page.status_code == 409
    assert says in said_on(page)


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"current": "salah semua"}, "yang sekarang salah"),
        ({"password": "pendek"}, "sedikitnya 10"),
        ({"password": "jakarta2026!"}, "mudah ditebak"),
        ({"again": "lain lagi dong"}, "tidak sama"),
        ({"current": ""}, "yang sekarang salah"),
    ],
)
def test_a_password_that_is_not_changed(hall: CityHall, fields: dict[str, str], says: str) -> None:
    make(hall)
    rina = inside(hall)
    form = {"current": PASSWORD, "password": NEW_PASSWORD, "again": NEW_PASSWORD, **fields}
    page = send(rina, "/console/account", "/console/account/password", **form)
    assert page.status_code == 409
    assert says in said_on(page)
    assert NEW_PASSWORD not in page.text
    assert enter(hall)[1].status_code == 302


def test_guesses_at_an_open_desk_are_counted_like_those_at_the_log_in(hall: CityHall) -> None:
    make(hall)
    rina = inside(hall)
    form = {"password": NEW_PASSWORD, "again": NEW_PASSWORD}
    pages = [
        send(rina, "/console/account", "/console/account/password", current="salah semua", **form)
        for _ in range(5)
    ]
    assert {page.status_code for page in pages} == {409}
    last = send(rina, "/console/account", "/console/account/password", current=PASSWORD, **form)
    assert "Terlalu banyak percobaan" in said_on(last)
    assert audited(hall) == []


def test_every_problem_and_role_has_its_words() -> None:
    assert SENTENCES.keys() <= PROBLEMS.keys()
    assert set(ROLE_NAMES) == set(ROLE_MEANS) == set(accounts.ROLES)


def run(hall: CityHall, *arguments: str) -> Result:
    hall.app.cli.add_command(users.reset_link)
    return hall.app.test_cli_runner().invoke(args=["reset-link", *arguments])


def test_an_operator_gets_a_link_where_no_letter_arrives(hall: CityHall) -> None:
    make(hall)
    turn_on(hall, inside(hall))
    told = run(hall, f" {RINA}", "--without-second-factor")
    assert told.exit_code == 0, told.output
    path = told.output.splitlines()[0].removeprefix("http://localhost")
    browser = hall.browser()
    form = {"csrf_token": csrf_of(browser.get(path)), "password": NEW_PASSWORD, "again": NEW_PASSWORD}
    assert browser.post(path, data=form).location == "/login"
    assert enter(hall, password=NEW_PASSWORD)[1].location == "/console/"
    assert not any("/reset/" in letter.body["text"] for letter in letters(hall))
    assert ("reset_link_by_operator", f"user:{user(hall).id}") in audited(hall)
    assert run(hall, "tidak@ada.example").exit_code != 0


def test_the_second_factor_stays_where_nobody_said_otherwise(hall: CityHall) -> None:
    make(hall)
    turn_on(hall, inside(hall))
    assert run(hall, RINA).exit_code == 0
    assert code_of(hall)
