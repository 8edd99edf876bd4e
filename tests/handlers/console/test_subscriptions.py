"""The page of subscriptions: made, tried, stopped, gone on with, ended by administrators; secrets seen once."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from handlers.commands import subscriptions as command
from storage.models import AuditEntry, OutboundMessage, Subscription
from tests.handlers.city_hall import CityHall, csrf_of, said_on
from tests.handlers.sealed_cases import log_in

PAGE = "/console/subscriptions"
URL = "https://sistem.example/hook"
SECRET = re.compile(r"whsec_[A-Za-z0-9+/=]+")


@pytest.fixture
def boss(hall: CityHall) -> FlaskClient:
    return log_in(hall, "administrator")


def sent(boss: FlaskClient, path: str = "", **fields: object) -> TestResponse:
    return boss.post(f"{PAGE}{path}", data={"csrf_token": csrf_of(boss.get(PAGE)), **fields})


def made(boss: FlaskClient, **fields: object) -> str:
    """The secret of a new subscription."""
    page = sent(boss, **{"name": "Gudang data", "url": URL, "types": ["ticket.closed"], **fields})
    assert page.status_code == 200, said_on(page)
    assert page.headers["Cache-Control"] == "no-store"
    found = SECRET.search(page.text)
    assert found
    return found[0]


def rows(hall: CityHall) -> list[Subscription]:
    with hall.database.read() as session:
        return list(session.scalars(select(Subscription).order_by(Subscription.id)))


def test_a_secret_is_shown_once_and_stands_nowhere_in_clear(hall: CityHall, boss: FlaskClient) -> None:
    secret = made(boss)
    [row] = rows(hall)
    assert (row.secret, row.url, row.kinds, row.agency) == (secret, URL, ["ticket.closed"], None)
    assert not SECRET.search(boss.get(PAGE).text)
    stored = hall.database.engine.raw_connection().driver_connection
    assert stored is not None
    everything = repr(stored.execute("SELECT * FROM subscriptions").fetchall())
    assert secret not in everything
    assert "sistem.example" not in everything
    with hall.database.read() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "create_subscription")).one()
    assert "whsec" not in str(entry.data)
    assert URL not in str(entry.data)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"name": " "}, "Beri nama"),
        ({"name": "x" * 81}, "Beri nama"),
        ({"types": ["ticket.eaten"]}, "Pilih jenis kejadian"),
        ({"agency": "dinas_khayal"}, "Instansi itu tidak ada"),
        ({"agency": "coordinators"}, "Instansi itu tidak ada"),
        ({"url": ""}, "Tulis alamat lengkap"),
        ({"url": "https://a:b@sistem.example/"}, "Tulis alamat lengkap"),
        ({"url": "http://sistem.example/"}, "harus https"),
        ({"url": "http://127.0.0.1:8000/"}, "harus https"),
        ({"url": "https://127.0.0.1/"}, "internet umum"),
        ({"url": "https://[::ffff:10.1.2.3]/"}, "internet umum"),
        ({"url": "https://169.254.169.254/"}, "internet umum"),
        ({"url": "https://sistem.example:25/"}, "Port itu"),
        ({"url": "https://sistem.example/" + "a" * 500}, "Tulis alamat lengkap"),
    ],
)
def test_what_cannot_be_is_refused_and_what_was_typed_stays(
    hall: CityHall, boss: FlaskClient, fields: dict[str, object], sentence: str
) -> None:
    page = sent(boss, **{"name": "Gudang", "url": URL, **fields})
    assert page.status_code == 409
    assert sentence in said_on(page)
    if "name" not in fields:
        assert 'value="Gudang"' in page.text
    assert rows(hall) == []


def test_a_test_is_written_and_a_suspended_one_refuses_it(hall: CityHall, boss: FlaskClient) -> None:
    made(boss)
    [row] = rows(hall)
    assert sent(boss, f"/{row.id}/ping").status_code == 303
    with hall.database.read() as session:
        written = session.scalars(select(OutboundMessage).where(OutboundMessage.channel == "subscriber")).one()
    assert '"type":"ping"' in written.body["text"]
    sent(boss, f"/{row.id}/suspend")
    assert "dihentikan" in said_on(boss.get(PAGE))
    refused = sent(boss, f"/{row.id}/ping")
    assert (refused.status_code, "lanjutkan dulu" in said_on(refused)) == (409, True)


@pytest.mark.parametrize("where", ["", "now"])
def test_stopping_going_on_and_ending(hall: CityHall, boss: FlaskClient, where: str) -> None:
    made(boss)
    [row] = rows(hall)
    for path, after in (("suspend", True), ("suspend", True), ("resume", False), ("resume", False)):
        assert sent(boss, f"/{row.id}/{path}", **{"from": where}).location == PAGE
        assert (rows(hall)[0].suspended_at is not None) is after
    assert sent(boss, f"/{row.id}/end").location == PAGE
    assert "Gudang data" not in said_on(boss.get(PAGE))
    assert sent(boss, f"/{row.id}/end").location == PAGE
    assert "sudah tercatat" in said_on(boss.get(PAGE))
    for path in ("ping", "suspend", "resume", "rotate"):
        assert sent(boss, f"/{row.id}/{path}").status_code == 404
    assert boss.get(f"{PAGE}/{row.id}/end").location == PAGE


def test_another_secret_is_shown_once(hall: CityHall, boss: FlaskClient) -> None:
    first = made(boss)
    [row] = rows(hall)
    page = sent(boss, f"/{row.id}/rotate")
    assert page.headers["Cache-Control"] == "no-store"
    second = SECRET.search(page.text)
    assert second
    assert second[0] != first
    assert (rows(hall)[0].secret, rows(hall)[0].secret_before) == (second[0], first)


def test_how_it_stands_is_seen(hall: CityHall, boss: FlaskClient) -> None:
    made(boss, agency="bina_marga", types=list(command.events.TYPES))
    with hall.database.begin() as session:
        row = session.scalars(select(Subscription)).one()
        row.failing_since, row.error, row.succeeded_at = hall.now, "http_500", hall.now
    said = said_on(boss.get(PAGE))
    for words in ("gagal sejak", "http_500", "semua", "Dinas Bina Marga", URL):
        assert words in said


def test_coordinators_see_on_their_first_page_that_somebody_is_told_no_more(
    hall: CityHall, boss: FlaskClient
) -> None:
    made(boss)
    rina = hall.coordinator()
    assert "tidak lagi dikabari" not in said_on(rina.get("/console/"))
    with hall.database.begin() as session:
        row = session.scalars(select(Subscription)).one()
        row.suspended_at, row.suspended_for = hall.now, "failing"
    assert "1 sistem lain tidak lagi dikabari" in said_on(rina.get("/console/"))
    assert PAGE not in rina.get("/console/").text
    assert PAGE in boss.get("/console/").text


@pytest.mark.parametrize("role", ["coordinator", "sealed_officer", "leadership"])
def test_only_administrators(hall: CityHall, role: str) -> None:
    assert log_in(hall, role).get(PAGE).status_code == 403


def run(hall: CityHall, *arguments: str) -> tuple[int, str]:
    hall.app.cli.add_command(command.commands)
    done = hall.app.test_cli_runner().invoke(args=["subscriptions", *arguments])
    return done.exit_code, done.output


def test_the_command_line(hall: CityHall) -> None:
    assert run(hall, "list") == (0, "There are no subscriptions.\n")
    code, said = run(hall, "add", "Gudang", URL, "--type", "ticket.filed", "--agency", "dlh")
    assert code == 0
    assert SECRET.search(said)
    code, said = run(hall, "list")
    assert "Gudang  https://sistem.example/hook  posted to, 0 waiting" in said
    assert not SECRET.search(said)
    code, said = run(hall, "add", "Dalam", "https://10.0.0.1/")
    assert (code, "internet umum" in said) == (1, True)
    code, said = run(hall, "end", "1")
    assert (code, "Subscription 1 has ended." in said) == (0, True)
    assert run(hall, "end", "1")[0] == 1
    assert len(rows(hall)) == 1
