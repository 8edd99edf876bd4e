"""All of an agency's cases behind a log-in: views, counts, pages, several accepted at once, table and paper."""

import csv
import io
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from bot.status import Move
from bot.tickets import tickets
from handlers.console.agencies.case_list import ON_A_PAGE
from storage.models import AuditEntry, Incident
from tests.handlers.city_hall import CityHall, csrf_of, said_on
from tests.handlers.sealed_cases import STORY, log_in, sealed_ticket
from tests.support.statements import statements_of

MINE, THEIRS = "bina_marga", "dishub"


@pytest.fixture
def tini(hall: CityHall) -> FlaskClient:
    """An officer of the agency."""
    return log_in(hall, "agency_officer", MINE)


def shown(page: TestResponse, *numbers: str) -> set[str]:
    return {number for number in numbers if number in page.text}


def looks(hall: CityHall, action: str = "looked") -> list[tuple[str, dict[str, object]]]:
    with hall.database.read() as session:
        rows = session.scalars(select(AuditEntry).where(AuditEntry.action == action).order_by(AuditEntry.id))
        return [(row.subject, row.data) for row in rows]


def accept(browser: FlaskClient, *numbers: str, **fields: str) -> TestResponse:
    form = {"csrf_token": csrf_of(browser.get("/console/")), "next": "/console/?tab=new", **fields}
    return browser.post("/console/cases/accept", data={**form, "number": list(numbers)})


def test_tabs_with_counts_sorted_by_deadline(any_hall: CityHall) -> None:
    hall = any_hall
    tini = log_in(hall, "agency_officer", MINE)
    new, _ = hall.forwarded("Lubang pertama")
    hall.wait(hours=1)
    work, _ = hall.forwarded("Lubang kedua")
    hall.moved(work, Move.ACCEPT, "agency:bina_marga")
    asked, _ = hall.forwarded("Lubang ketiga")
    hall.moved(asked, Move.ASK, "agency:bina_marga", "Mana?")
    claimed, _ = hall.forwarded("Lubang keempat")
    hall.moved(claimed, Move.CLAIM, "agency:bina_marga", "Sudah")
    closed, _ = hall.forwarded("Lubang kelima")
    hall.moved(closed, Move.WITHDRAW)
    theirs, _ = hall.forwarded("Parkir liar", service="parkir_liar")
    hall.ticket("Belum diteruskan")
    everything = (new, work, asked, claimed, closed, theirs)
    for tab, found in {
        "open": {new, work, asked, claimed}, "new": {new}, "work": {work}, "asked": {asked}, "overdue": set(),
        "claimed": {claimed}, "closed": {closed}, "nonsense": {new, work, asked, claimed},
    }.items():  # fmt: skip
        assert shown(tini.get(f"/console/?tab={tab}"), *everything) == found, tab
    page = tini.get("/console/")
    for told in ("Terbuka 4", "Baru 1", "Dikerjakan 1", "Menunggu warga 1", "Klaim selesai 1", "Ditutup 1"):
        assert told in said_on(page)
    assert page.text.index(new) < page.text.index(work) < page.text.index(claimed)
    hall.wait(days=30)
    page = tini.get("/console/?tab=overdue")
    assert shown(page, *everything) == {new, work, asked}
    assert "Lewat tenggat 3" in said_on(page)


def test_narrowed_by_service_kelurahan_and_text(hall: CityHall, tini: FlaskClient) -> None:
    hole, _ = hall.forwarded("Lubang dekat pasar 100% dalam", kelurahan="Gambir")
    lamp, _ = hall.forwarded("Lampu mati", service="lampu_jalan", kelurahan="Menteng")
    for query, found in (
        ({"service": "lampu_jalan"}, {lamp}),
        ({"area": "Gambir"}, {hole}),
        ({"q": "PASAR lubang"}, {hole}),
        ({"q": "menteng"}, {lamp}),
        ({"q": lamp.lower().replace("-", " ")}, {lamp}),
        ({"q": "100%"}, {hole}),
        ({"q": "%"}, {hole}),
        ({"q": "_"}, set()),
        ({"q": "' OR 1=1 --"}, set()),
        ({"q": "\x00"}, {hole, lamp}),
        ({"q": "x" * 10_000}, set()),
        ({"service": "sampah"}, set()),
        ({"service": "khayal", "unit": "khayal"}, {hole, lamp}),
    ):
        page = tini.get("/console/", query_string=query)
        assert page.status_code == 200
        assert shown(page, hole, lamp) == found, query
    assert 'value="PASAR &lt;b&gt;"' in tini.get("/console/", query_string={"q": "PASAR <b>"}).text


def test_the_address_holds_the_view(hall: CityHall, tini: FlaskClient) -> None:
    hall.forwarded("Lubang", kelurahan="Gambir")
    page = tini.get("/console/?area=Gambir&q=lubang")
    assert 'href="/console/?tab=closed&amp;area=Gambir&amp;q=lubang"' in page.text
    assert 'hx-get="/console/?area=Gambir&amp;q=lubang"' in page.text


def test_of_sealed_cases_a_list_tells_no_more_than_the_deadline(hall: CityHall) -> None:
    number = sealed_ticket(hall)
    tini = log_in(hall, "agency_officer", "dppapp")
    assert number in tini.get("/console/").text
    for query in ("q=suamiku", "service=perempuan_anak", "q=kenari"):
        assert number not in tini.get(f"/console/?{query}").text
    for path in ("/console/", "/console/cases/paper", "/console/cases/table"):
        page = tini.get(path)
        assert number in page.text, path
        for secret in (STORY, "Gang Kenari", "Perlindungan perempuan"):
            assert secret not in page.text, path


def test_pages_and_one_past_the_end(hall: CityHall, tini: FlaskClient) -> None:
    numbers = [hall.forwarded(f"Lubang {n}")[0] for n in range(ON_A_PAGE + 2)]
    first, second = tini.get("/console/"), tini.get("/console/?page=2")
    assert shown(first, *numbers) == set(numbers[:ON_A_PAGE])
    assert shown(second, *numbers) == set(numbers[ON_A_PAGE:])
    assert "51–52 dari 52" in said_on(second)
    past = tini.get("/console/?page=3")
    assert past.status_code == 200
    assert "Halaman 3 tidak ada; semuanya 2 halaman" in said_on(past)
    for nonsense in ("0", "-1", "x", "9" * 40, "²"):
        assert shown(tini.get("/console/", query_string={"page": nonsense}), *numbers) == set(
            numbers[:ON_A_PAGE]
        ) or (nonsense == "9" * 40)


def test_few_statements_however_many_cases(hall: CityHall, tini: FlaskClient) -> None:
    for n in range(30):
        hall.forwarded(f"Lubang {n}")
    with statements_of(hall.database) as statements:
        tini.get("/console/")
    assert len(statements) <= 15, statements


def test_one_case_of_what_many_report(hall: CityHall, tini: FlaskClient) -> None:
    lead, _ = hall.forwarded("Lubang besar")
    follower, _ = hall.forwarded("Lubang yang sama")
    with hall.database.begin() as session:
        leading, other = (tickets.by_number(session, number) for number in (lead, follower))
        incident = Incident(
            service="jalan_rusak", lead_id=leading.id, members=2, created_at=hall.now, last_at=hall.now
        )
        session.add(incident)
        session.flush()
        leading.incident_id = other.incident_id = incident.id
    page = tini.get("/console/")
    assert shown(page, lead, follower) == {lead}
    assert "+1 warga" in said_on(page)
    case = tini.get(f"/console/cases/{follower}")
    assert "bagian dari kasus lain" in said_on(case)
    assert f'href="/console/cases/{lead}"' in case.text
    assert f"/cases/{follower}/accept" not in case.text
    accept(tini, follower)
    assert hall.find(follower).status == "waiting"


def test_accepting_several_at_once(any_hall: CityHall) -> None:
    hall = any_hall
    tini = log_in(hall, "agency_officer", MINE)
    one, two, gone = (hall.forwarded(f"Lubang {n}")[0] for n in range(3))
    hall.moved(gone, Move.WITHDRAW)
    theirs, _ = hall.forwarded("Parkir", service="parkir_liar")
    answer = accept(tini, one, two, two, gone, theirs, "JK-000000-0", "<script>")
    assert (answer.status_code, answer.location) == (303, "/console/?tab=new")
    words = said_on(tini.get("/console/"))
    assert "2 laporan diterima." in words
    assert "4 dilewati: sudah berubah." in words
    assert [hall.find(n).status for n in (one, two, gone, theirs)] == [
        "in_progress", "in_progress", "withdrawn", "waiting",
    ]  # fmt: skip
    assert [event.actor for event in hall.history(one)[-2:]] == [
        "agency:bina_marga",
        f"user:{hall.user_id('agency_officer.bina_marga@jakarta.example')}",
    ]
    assert looks(hall, "accept_cases") == [("agency:bina_marga", {})]
    accept(tini, one, two)
    assert hall.kinds(one).count("accept") == 1


def test_accepting_nothing_or_from_another_site_or_towards_one(hall: CityHall, tini: FlaskClient) -> None:
    number, _ = hall.forwarded()
    tini.get("/console/")
    before = hall.everything()
    assert "Tandai dulu" in said_on(tini.get(accept(tini).location))
    assert tini.post("/console/cases/accept", data={"number": number}).status_code == 400
    assert hall.everything() == before
    assert accept(tini, number, next="https://jahat.example/").location == "/console/"


def test_a_table_that_is_harmless_in_a_spreadsheet(hall: CityHall, tini: FlaskClient) -> None:
    number, _ = hall.forwarded('=HYPERLINK("http://jahat")', place="@SUM(A1)")
    hall.forwarded("Parkir", service="parkir_liar")
    answer = tini.get("/console/cases/table")
    assert answer.mimetype == "text/csv"
    header, row = csv.reader(io.StringIO(answer.data.decode("utf-8-sig")))
    assert header[:3] == ["Nomor", "Status", "Layanan"]
    assert (row[0], row[5], row[-1]) == (number, "'@SUM(A1)", '\'=HYPERLINK("http://jahat")')
    assert looks(hall) == [("agency:bina_marga", {"what": "csv", "cases": 1})]


def test_on_paper(hall: CityHall, tini: FlaskClient) -> None:
    number, _ = hall.forwarded("Lubang <script>alert(1)</script>", place="Jalan Melati 3")
    page = tini.get("/console/cases/paper?tab=new")
    assert number in page.text
    assert "Jalan Melati 3" in page.text
    assert "<script>alert" not in page.text
    assert [subject for subject, _ in looks(hall)] == ["agency:bina_marga"]


def test_every_look_at_a_case_is_written_down_and_one_at_the_list(hall: CityHall, tini: FlaskClient) -> None:
    number, _ = hall.forwarded()
    theirs, _ = hall.forwarded("Parkir", service="parkir_liar")
    tini.get("/console/")
    tini.get("/console/cases/pulse")
    assert looks(hall) == [("page:home", {})]
    tini.get(f"/console/cases/{number}")
    assert tini.get(f"/console/cases/{theirs}").status_code == 404
    assert looks(hall)[1:] == [(f"ticket:{number}", {})]


def test_the_list_learns_of_changes(hall: CityHall, tini: FlaskClient) -> None:
    number, _ = hall.forwarded()

    def version(page: TestResponse) -> str:
        return page.text.split("pulse?version=")[1].split('"')[0]

    seen = version(tini.get("/console/"))
    assert tini.get(f"/console/cases/pulse?version={seen}").status_code == 204
    hall.forwarded("Parkir", service="parkir_liar")
    assert tini.get(f"/console/cases/pulse?version={seen}").status_code == 204
    hall.moved(number, Move.ACCEPT, "agency:bina_marga")
    told = tini.get(f"/console/cases/pulse?version={seen}")
    assert (told.status_code, told.headers["HX-Trigger"]) == (200, "changed")
    assert version(told) == version(tini.get("/console/")) != seen


@pytest.mark.parametrize("path", ["cases/pulse", "cases/paper", "cases/table"])
def test_only_for_officers_of_an_agency(hall: CityHall, path: str) -> None:
    assert hall.browser().get(f"/console/{path}").status_code == 302
    assert log_in(hall, "coordinator").get(f"/console/{path}").status_code == 403


def test_an_officer_of_an_agency_that_the_city_has_no_more(hall: CityHall) -> None:
    hall.forwarded()
    budi = log_in(hall, "agency_officer", "dinas_lama")
    page = budi.get("/console/")
    assert page.status_code == 200
    assert "Tidak ada laporan yang terbuka" in said_on(page)


def test_the_deadline_of_an_hour_is_no_other_days(hall: CityHall, tini: FlaskClient) -> None:
    number, _ = hall.forwarded()
    with hall.database.begin() as session:
        tickets.by_number(session, number).solve_by = hall.now - timedelta(minutes=1)
    assert number in tini.get("/console/?tab=overdue").text
