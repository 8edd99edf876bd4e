"""The page of emergencies: how fast each step came, the slowest on top, and nothing of what is sealed."""

import csv
import io
import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from bot.accounts.roles import LEADERSHIP
from bot.figures.counting import recount
from bot.status import Move
from tests.handlers.city_hall import CityHall, said_on
from tests.handlers.emergencies.raised import alarmed, emergency, taken
from tests.handlers.sealed_cases import SECRETS, log_in, sealed_ticket
from tests.support.statements import statements_of

PAGE, TABLE = "/console/figures/emergencies", "/console/figures/emergencies.csv"


def listed(page: str) -> list[str]:
    """The numbers of the list, in its order."""
    return re.findall(r'class="number" href="/console/tickets/([^"?]+)', page)


def count_all(hall: CityHall) -> None:
    zone = hall.rulebook.city.zone
    first, last = hall.times[0].astimezone(zone).date(), hall.now.astimezone(zone).date()
    assert list(recount(hall.database, hall.rulebook, first, last, hall.now))


def test_each_step_is_told_from_the_citizens_message_on(any_hall: CityHall) -> None:
    rina = any_hall.coordinator()
    number = emergency(any_hall, after=1)
    any_hall.wait(minutes=6)
    taken(any_hall, number)
    any_hall.moved(number, Move.FORWARD, "clock")
    any_hall.wait(minutes=23)
    any_hall.moved(number, Move.ACCEPT, "agency:gulkarmat")
    any_hall.wait(minutes=60)
    any_hall.moved(number, Move.CLAIM, "agency:gulkarmat")
    any_hall.wait(minutes=30)
    any_hall.moved(number, Move.CONFIRM)
    said = said_on(rina.get(PAGE))
    assert "Alarm terkirim: 1 menit" in said
    assert "Diambil petugas: 7 menit rina" in said
    assert "Instansi bertindak: 30 menit" in said
    assert "Dinyatakan selesai: 1,5 jam" in said
    assert "Dipastikan warga: 2 jam" in said
    assert "Tebet Timur, Dinas Penanggulangan Kebakaran" in said


def test_who_waits_stands_on_top_and_then_the_slowest(hall: CityHall, rina: FlaskClient) -> None:
    quick, slow = emergency(hall), emergency(hall)
    taken(hall, quick)
    hall.wait(minutes=30)
    taken(hall, slow)
    waits = emergency(hall)
    rejected = emergency(hall)
    hall.moved(rejected, Move.REJECT, "user:1")
    page = rina.get(PAGE)
    assert listed(page.text) == [waits, rejected, slow, quick]
    said = said_on(page)
    assert "Darurat 4 Diambil petugas 2 Menunggu diambil 1 Ditutup tanpa ada yang mengambil 1" in said
    assert "Ternyata bukan darurat (dicabut atau ditolak) 1" in said
    assert page.text.count("Belum diambil") == 1
    assert re.search(r"Diambil petugas 15 menit median – sebelumnya 30 menit paling lama 2 dari 4", said)


def test_a_period_holds_its_own(hall: CityHall, rina: FlaskClient) -> None:
    first = emergency(hall)
    hall.wait(days=8)
    second = emergency(hall)
    count_all(hall)
    assert listed(rina.get(f"{PAGE}?period=2026-W48").text) == [first]
    assert listed(rina.get(f"{PAGE}?period=2026-W49").text) == [second]
    assert {*listed(rina.get(f"{PAGE}?period=2026").text)} == {first, second}


def test_it_is_compared_with_as_much_of_the_time_before(hall: CityHall) -> None:
    hall.coordinator()
    first = emergency(hall)
    hall.wait(minutes=12)
    taken(hall, first)
    hall.wait(days=4)
    emergency(hall)  # by then this week has not come as far
    hall.times.append(hall.times[0] + timedelta(days=8))
    second = emergency(hall)
    hall.wait(minutes=3)
    taken(hall, second)
    count_all(hall)
    rina = hall.coordinator("tuti@jakarta.example")
    said = said_on(rina.get(f"{PAGE}?period=2026-W49"))
    assert "Darurat 1 sebelumnya 1" in said
    assert "Diambil petugas 3 menit median 12 menit sebelumnya" in said


@pytest.mark.parametrize("period", ["", "2026-W48", "2026-13", "1999", "<script>", "2030-Q1"])
def test_a_city_without_any(rina: FlaskClient, period: str) -> None:
    page = rina.get(PAGE, query_string={"period": period})
    assert page.status_code == 200
    assert "Tidak ada darurat dalam periode ini." in said_on(page)
    assert "<script>" not in page.text.replace("<script src", "").replace("<script type", "")


def test_there_are_pages_of_them(hall: CityHall, rina: FlaskClient) -> None:
    every = {emergency(hall) for _ in range(30)}
    pages = [listed(rina.get(PAGE, query_string={"page": n}).text) for n in (1, 2)]
    assert [len(page) for page in pages] == [25, 5]
    assert {*pages[0], *pages[1]} == every
    assert listed(rina.get(PAGE, query_string={"page": "99999999"}).text) == pages[0]
    assert listed(rina.get(PAGE, query_string={"page": "77"}).text) == pages[1]


def test_the_table_has_the_same_in_minutes(hall: CityHall, rina: FlaskClient) -> None:
    number = emergency(hall, after=1)
    hall.wait(minutes=6)
    taken(hall, number)
    answer = rina.get(TABLE)
    header, row = csv.reader(io.StringIO(answer.data.decode("utf-8-sig")))
    assert header[0] == "Nomor"
    assert header[6:8] == ["Alarm terkirim (menit)", "Diambil petugas (menit)"]
    assert (row[0], row[5], row[6:]) == (number, "2026-11-23 09:00", ["1.0", "7.0", "", "", ""])


@pytest.mark.parametrize("role", ["coordinator", LEADERSHIP])
def test_of_a_sealed_one_number_and_first_times_are_all_that_is_told(hall: CityHall, role: str) -> None:
    number = sealed_ticket(hall, urgent=True, kelurahan="Tebet Barat")
    alarmed(hall, number)
    hall.moved(number, Move.CLAIM, "agency:dppapp")
    browser = log_in(hall, role)
    for text in (browser.get(PAGE).text, browser.get(TABLE).text):
        assert number in text
        assert "Tebet Barat" not in text
        assert not [secret for secret in SECRETS if secret in text and secret != "Darurat"]
    said = said_on(browser.get(PAGE))
    assert "Perkara tersegel" in said
    assert "Dinyatakan selesai: –" in said


def test_who_is_named_for_sealed_cases_sees_them_whole(hall: CityHall) -> None:
    number = sealed_ticket(hall, urgent=True, kelurahan="Tebet Barat")
    alarmed(hall, number)
    assert "Tebet Barat" in log_in(hall, "sealed_officer").get(PAGE).text


@pytest.mark.parametrize("path", [PAGE, TABLE])
def test_agencies_see_nothing_of_it(hall: CityHall, path: str) -> None:
    assert log_in(hall, "agency_officer", "bina_marga").get(path).status_code == 403


def test_hostile_texts_stay_texts(hall: CityHall, rina: FlaskClient) -> None:
    emergency(hall, kelurahan='=1+1"><script>alert(1)</script>')
    assert "<script>alert" not in rina.get(PAGE).text
    assert "'=1+1" in rina.get(TABLE).text


def test_the_page_asks_the_database_little(hall: CityHall, rina: FlaskClient) -> None:
    for _ in range(27):
        emergency(hall)
    count_all(hall)
    rina.get(PAGE)
    with statements_of(hall.database) as seen:
        rina.get(PAGE)
    assert len(seen) <= 15, "\n".join(seen)
