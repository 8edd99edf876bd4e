"""The page of what the model did: its figures, its mistakes as labels only, and which version answered."""

import csv
import io
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update

from bot.accounts.roles import READERS
from bot.figures.counting import recount
from storage.models import Ticket
from tests.handlers.city_hall import CityHall, said_on
from tests.handlers.model.decided import WORDS, decided, read
from tests.handlers.sealed_cases import log_in
from tests.support.rolled_up import counted, figures
from tests.support.statements import statements_of

PAGE, TABLE = "/console/figures/model", "/console/figures/model.csv"
HOSTILE = '=1+1"><script>alert(1)</script>'


@pytest.fixture
def monday(hall: CityHall) -> CityHall:
    """A city of which two weeks were counted, on the Monday after them."""
    today = hall.now.astimezone(hall.rulebook.city.zone).date()
    counted(hall.database, today - timedelta(days=14), today, hall.now)
    hall.times.insert(0, hall.now - timedelta(days=3))  # what comes in now came in last week
    return hall


def last_week(hall: CityHall) -> None:
    """What is brought about from now on happens on the Friday before."""
    hall.times.append(hall.times[0])


def this_week(hall: CityHall) -> None:
    hall.times.append(hall.times[1])


def test_what_the_model_took_for_what_is_told_by_labels_alone(monday: CityHall, rina: FlaskClient) -> None:
    last_week(monday)
    for _ in range(2):
        decided(monday, read(monday))
    decided(monday, read(monday, "tanya", None), "lapor", "jalan_rusak")
    decided(monday, read(monday), "lapor", "sampah")
    this_week(monday)
    page = rina.get(PAGE)
    said = said_on(page)
    assert "Sampah → Saluran air dan kali 2" in said
    assert "bertanya → Jalan rusak 1" in said
    assert "Dari 4 pesan yang diputuskan petugas" in said
    assert WORDS not in page.text
    assert 'href="/console/examples?intent=lapor&amp;service=saluran_air"' in page.text
    assert "ragu (≥ 30 %) 4 1 dari 4" in said
    assert "melaporkan masalah 4 1 dari 4" in said


def test_the_table_counts_them(monday: CityHall, rina: FlaskClient) -> None:
    last_week(monday)
    decided(monday, read(monday))
    this_week(monday)
    answer = rina.get(TABLE)
    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert rows[0] == ["Model: maksud", "Model: soal", "Petugas: maksud", "Petugas: soal", "Pesan"]
    assert rows[1:] == [["melaporkan masalah", "Sampah", "melaporkan masalah", "Saluran air dan kali", "1"]]
    assert WORDS not in answer.text


def test_only_what_was_decided_in_the_period(monday: CityHall, rina: FlaskClient) -> None:
    last_week(monday)
    decided(monday, read(monday))
    this_week(monday)
    assert "Sampah → Saluran" in said_on(rina.get(f"{PAGE}?period=2026-W47"))
    assert "belum memutuskan pesan" in said_on(rina.get(f"{PAGE}?period=2026-W46"))


def test_nothing_of_somebody_with_a_sealed_case(monday: CityHall, rina: FlaskClient) -> None:
    last_week(monday)
    citizen = decided(monday, read(monday), "lapor", "perempuan_anak")
    number = monday.ticket()
    with monday.database.begin() as session:
        session.execute(update(Ticket).where(Ticket.number == number).values(citizen_id=citizen, sealed=True))
    this_week(monday)
    for text in (said_on(rina.get(PAGE)), rina.get(TABLE).text):
        assert "Sampah →" not in text
        assert "Perlindungan perempuan" not in text


def test_the_figures_lead_to_their_tickets(monday: CityHall, rina: FlaskClient) -> None:
    friday = monday.times[0].astimezone(monday.rulebook.city.zone).date()
    figures(monday.database, friday, alone=80, asked=12, by_people=8, wrong=5)
    figures(monday.database, friday, ("service", "sampah"), alone=40, asked=3, by_people=0, wrong=4)
    figures(monday.database, friday, ("service", "pohon"), alone=9, asked=0, by_people=1, wrong=0)
    page = rina.get(PAGE)
    said = said_on(page)
    assert "Dipahami model sendiri 80 ▲ 80 lebih banyak Dari semua yang dibaca 80 %" in said
    assert "Ditanyakan kepada warga 12 ▲ 12 lebih banyak Diserahkan kepada petugas 8" in said
    assert "Salah dipahami 5 ▲ 5 lebih banyak , memburuk Dari yang dipahami model 5 %" in said
    assert said.index("Sampah 40") < said.index("Pohon 9")
    assert 'href="/console/figures/behind?figure=wrong&amp;period=2026-W47"' in page.text
    assert "figure=wrong&amp;period=2026-W47&amp;by=service&amp;key=sampah" in page.text


def test_which_version_answered_since_when_and_how_sure(monday: CityHall, rina: FlaskClient) -> None:
    last_week(monday)
    read(monday, model="m-1", sure=0.8)
    read(monday, model="m-1", sure=0.6)
    monday.times.append(monday.times[0] + timedelta(days=1))
    read(monday, model="m-2", sure=0.9)
    this_week(monday)
    said = said_on(rina.get(PAGE))
    assert said.index("m-2 sejak 21 Nov 2026") < said.index("m-1 sejak 20 Nov 2026")
    assert "2 pesan contoh 70 % yakin" in said
    assert "Keyakinan: 77 %" in said


def test_a_city_on_its_first_day(rina: FlaskClient) -> None:
    assert "Belum ada hari yang dihitung." in said_on(rina.get(PAGE))
    assert len(rina.get(TABLE).data.splitlines()) == 1


@pytest.mark.parametrize("period", ["2026-W47", "2026-99", "0000", HOSTILE, "2031"])
def test_a_city_in_which_the_model_did_nothing(monday: CityHall, rina: FlaskClient, period: str) -> None:
    page = rina.get(PAGE, query_string={"period": period})
    assert page.status_code == 200
    assert "Model belum membaca pesan." in said_on(page)
    assert "<script>alert" not in page.text


def test_hostile_labels_stay_labels(monday: CityHall, rina: FlaskClient) -> None:
    last_week(monday)
    decided(monday, read(monday, HOSTILE, HOSTILE, model=HOSTILE), HOSTILE, HOSTILE)
    decided(monday, read(monday, "lapor", HOSTILE, model=HOSTILE))
    this_week(monday)
    page = rina.get(PAGE)
    assert page.status_code == 200
    assert "<script>alert" not in page.text
    assert ",=1+1" not in rina.get(TABLE).text


@pytest.mark.parametrize("path", [PAGE, TABLE])
def test_who_may_look(hall: CityHall, path: str) -> None:
    for role in READERS:
        assert log_in(hall, role).get(path).status_code == 200
    assert log_in(hall, "agency_officer", "bina_marga").get(path).status_code == 403


def test_both_databases_find_the_same(any_hall: CityHall) -> None:
    rina = any_hall.coordinator()
    decided(any_hall, read(any_hall, sure=0.8))
    zone = any_hall.rulebook.city.zone
    today = any_hall.now.astimezone(zone).date()
    assert list(recount(any_hall.database, any_hall.rulebook, today, today, any_hall.now))
    said = said_on(rina.get(PAGE))
    assert "Sampah → Saluran air dan kali 1" in said
    assert "m-1 sejak 23 Nov 2026" in said


def test_the_page_asks_the_database_little(monday: CityHall, rina: FlaskClient) -> None:
    last_week(monday)
    for _ in range(20):
        decided(monday, read(monday))
    this_week(monday)
    rina.get(PAGE)
    with statements_of(monday.database) as seen:
        rina.get(PAGE)
    assert len(seen) <= 15, "\n".join(seen)
