"""All agencies, services, kelurahan and channels beside each other, and the page of each."""

import csv
import io
import re
from datetime import date

import pytest
from flask.testing import FlaskClient

from storage.queries.figures.reading import AGENCY_SERVICE, AREA, CHANNEL, SERVICE
from tests.handlers.city_hall import said_on
from tests.handlers.figures.conftest import BEFORE, LAST_SUNDAY
from tests.handlers.figures.rolled import Rolled

ROW = re.compile(r'<th scope="row"><a href="/console/figures/\w+/[^"]*">([^<]+)</a>')
SOUTH, EAST = "Kota Administrasi Jakarta Selatan", "Kota Administrasi Jakarta Timur"


@pytest.fixture
def agencies(rolled: Rolled) -> Rolled:
    rolled.day(LAST_SUNDAY, filed=90, in_time=30, late=30, stars=40, rated=10)
    rolled.agency(LAST_SUNDAY, "bina_marga", filed=50, open=9, overdue=4, in_time=10, late=10, stars=48, rated=11)
    rolled.agency(LAST_SUNDAY, "dlh", filed=30, open=40, in_time=1, late=2)
    rolled.agency(LAST_SUNDAY, "sda", filed=10, open=3, in_time=20)
    rolled.agency(BEFORE, "bina_marga", filed=25, in_time=10)
    rolled.agency(BEFORE, "dishub", filed=5)
    rolled.took(LAST_SUNDAY, "answered", {40: 12}, of=("agency", "dlh"))
    return rolled


def rows(browser: FlaskClient, address: str) -> list[str]:
    page = browser.get(f"/console/figures/{address}")
    assert page.status_code == 200
    return ROW.findall(page.text)


def table(browser: FlaskClient, address: str) -> tuple[list[str], list[list[str]]]:
    answer = browser.get(f"/console/figures/{address}")
    assert (answer.status_code, answer.mimetype) == (200, "text/csv")
    header, *found = csv.reader(io.StringIO(answer.data.decode("utf-8-sig")))
    return header, found


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("", ["Dinas Bina Marga", "Dinas Lingkungan Hidup", "Dinas Sumber Daya Air", "Dinas Perhubungan"]),
        ("filed", ["Dinas Perhubungan", "Dinas Sumber Daya Air", "Dinas Lingkungan Hidup", "Dinas Bina Marga"]),
        ("-open", ["Dinas Lingkungan Hidup", "Dinas Bina Marga", "Dinas Sumber Daya Air", "Dinas Perhubungan"]),
        ("name", ["Dinas Bina Marga", "Dinas Lingkungan Hidup", "Dinas Perhubungan", "Dinas Sumber Daya Air"]),
        ("-on_time", ["Dinas Sumber Daya Air", "Dinas Bina Marga", "Dinas Lingkungan Hidup", "Dinas Perhubungan"]),
        ("on_time", ["Dinas Lingkungan Hidup", "Dinas Bina Marga", "Dinas Sumber Daya Air", "Dinas Perhubungan"]),
        ("nonsense", ["Dinas Bina Marga", "Dinas Lingkungan Hidup", "Dinas Sumber Daya Air", "Dinas Perhubungan"]),
        ("--filed", ["Dinas Bina Marga", "Dinas Lingkungan Hidup", "Dinas Sumber Daya Air", "Dinas Perhubungan"]),
    ],
)
def test_sorted_as_the_address_says(agencies: Rolled, sekda: FlaskClient, sort: str, order: list[str]) -> None:
    assert rows(sekda, f"agency?sort={sort}") == order


def test_a_heading_says_how_it_is_sorted_and_turns_it(agencies: Rolled, sekda: FlaskClient) -> None:
    page = sekda.get("/console/figures/agency?sort=-open").text
    assert page.count('aria-sort="descending"') == 1
    assert "sort=open&amp;" in page or "sort=open&" in page or 'sort=open"' in page
    assert "sort=-overdue" in page
    assert "sort=name" in page


def test_figures_lead_to_their_tickets_where_there_are_any(agencies: Rolled, sekda: FlaskClient) -> None:
    page = sekda.get("/console/figures/agency").text
    assert "behind?figure=overdue&amp;period=2026-W47&amp;by=agency&amp;key=bina_marga" in page
    assert "figure=overdue&amp;period=2026-W47&amp;by=agency&amp;key=dlh" not in page
    words = said_on(sekda.get("/console/figures/agency"))
    assert "Dinas Bina Marga 50 ▲ 100 %" in words


def test_as_a_file_with_numbers_to_go_on_with(agencies: Rolled, sekda: FlaskClient) -> None:
    header, found = table(sekda, "agency.csv?sort=-filed")
    first = dict(zip(header, found[0], strict=True))
    assert (first["Instansi"], first["Kode"], first["Masuk"]) == ("Dinas Bina Marga", "bina_marga", "50")
    assert (first["Tepat waktu"], first["Masuk, sebelumnya"]) == ("0.5", "25")
    answered = dict(zip(header, found[1], strict=True))["Jawaban pertama"]
    assert 0.5 < float(answered) < 1  # hours
    assert len(found) == 4


def test_a_file_is_harmless_to_a_spreadsheet(rolled: Rolled, sekda: FlaskClient) -> None:
    rolled.day(LAST_SUNDAY, of=(AREA, "=HYPERLINK(1)"), filed=3)
    _, found = table(sekda, "area.csv")
    assert found[0][:2] == ["'=HYPERLINK(1)", "'=HYPERLINK(1)"]


def test_kelurahan_by_part_of_the_city(rolled: Rolled, sekda: FlaskClient) -> None:
    for name, filed in (("Tebet Timur", 5), ("Bukit Duri", 9), ("Malaka Sari", 20), ("", 2), ("<b>", 1)):
        rolled.day(LAST_SUNDAY, of=(AREA, name), filed=filed)
    assert rows(sekda, "area") == ["Malaka Sari", "Bukit Duri", "Tebet Timur", "Tanpa kelurahan", "&lt;b&gt;"]
    words = said_on(sekda.get("/console/figures/area"))
    assert f"{EAST} 20" in words
    assert f"{SOUTH} 14" in words
    assert "Tanpa kelurahan yang dikenal 3" in words
    assert rows(sekda, f"area?city={SOUTH}") == ["Bukit Duri", "Tebet Timur"]
    assert len(rows(sekda, "area?city=Atlantis")) == 5


def test_no_more_kelurahan_than_can_be_read_but_all_in_the_file(rolled: Rolled, sekda: FlaskClient) -> None:
    for n in range(70):
        rolled.day(LAST_SUNDAY, of=(AREA, f"Kelurahan {n}"), filed=n + 1)
    assert len(rows(sekda, "area")) == 60
    assert "Ini 60 dari 70" in said_on(sekda.get("/console/figures/area"))
    assert len(table(sekda, "area.csv")[1]) == 70


@pytest.mark.parametrize(
    "address",
    ["nonsense", "agency_service", "all", "nonsense.csv", "nonsense/dlh", "agency/no_such", "area/Atlantis",
     "service/x%2Fy", "channel/pigeon"],
)  # fmt: skip
def test_what_there_is_not(agencies: Rolled, sekda: FlaskClient, address: str) -> None:
    assert sekda.get(f"/console/figures/{address}").status_code == 404


def test_one_agency_with_its_services_beside_the_city(agencies: Rolled, sekda: FlaskClient) -> None:
    agencies.day(LAST_SUNDAY, of=(AGENCY_SERVICE, "bina_marga/jalan_rusak"), filed=40, open=5)
    agencies.day(LAST_SUNDAY, of=(AGENCY_SERVICE, "dlh/sampah"), filed=30)
    page = sekda.get("/console/figures/agency/bina_marga")
    words = said_on(page)
    for known in (
        "Dinas Bina Marga Pekan lalu, 16–22 Nov 2026",
        "Masuk 50 ▲ 100 % lebih banyak",
        "Masuk 56 % dari seluruh kota 50 90",
        "Tepat waktu 50 % 50 %",
        "Kepuasan (bintang) 0,4 di atas kota, lebih baik 4,4 4,0",
        "Layanan Nama Masuk",
        "Jalan rusak 40",
    ):
        assert known in words, known
    assert "Sampah 30" not in words
    assert page.text.count("<figure") == 4


def test_one_service_with_its_agencies(agencies: Rolled, sekda: FlaskClient) -> None:
    agencies.day(LAST_SUNDAY, of=(SERVICE, "sampah"), filed=31)
    for agency, filed in (("dlh", 30), ("dlh/piket_malam", 1)):
        agencies.day(LAST_SUNDAY, of=(AGENCY_SERVICE, f"{agency}/sampah"), filed=filed)
    words = said_on(sekda.get("/console/figures/service/sampah"))
    assert "Instansi Nama Masuk" in words
    assert "Dinas Lingkungan Hidup 30" in words
    assert "Dinas Lingkungan Hidup, Piket malam 1" in words


def test_one_kelurahan_and_those_without_one(rolled: Rolled, sekda: FlaskClient) -> None:
    rolled.day(LAST_SUNDAY, of=(AREA, "Tebet Timur"), filed=12, in_time=9, late=1)
    rolled.day(LAST_SUNDAY, of=(AREA, ""), filed=7)
    words = said_on(sekda.get("/console/figures/area/Tebet Timur"))
    assert "Masuk 12" in words
    assert "Jawaban pertama" not in words  # not kept by kelurahan
    assert "Tanpa kelurahan" in said_on(sekda.get("/console/figures/area/-"))


def test_one_channel(rolled: Rolled, sekda: FlaskClient) -> None:
    rolled.day(LAST_SUNDAY, of=(CHANNEL, "whatsapp"), filed=12, confirmed=4, received=30, sent=50)
    rolled.cost(LAST_SUNDAY, "IDR", "8000", of=(CHANNEL, "whatsapp"), received=30, sent=50)
    words = said_on(sekda.get("/console/figures/channel/whatsapp"))
    assert "Biaya pesan per laporan ditutup Rp 2.000" in words


def test_what_is_known_and_quiet_has_a_page(agencies: Rolled, sekda: FlaskClient) -> None:
    assert "Masuk 0" in said_on(sekda.get("/console/figures/agency/bpbd"))
    assert "Masuk 0" in said_on(sekda.get("/console/figures/agency/bina_marga?period=2026-10"))


def test_what_has_left_the_city_keeps_its_page(rolled: Rolled, sekda: FlaskClient) -> None:
    rolled.agency(date(2026, 10, 5), "dinas_lama", filed=4)
    assert sekda.get("/console/figures/agency/dinas_lama?period=2026-11").status_code == 200
