"""The paper from the counter: what it says, to whom, and that its code leads to the citizen's page."""

import re

import pytest
import segno
from flask.testing import FlaskClient

from bot.tickets.citizen_page import short_address_of
from tests.handlers.city_hall import CityHall, said_on
from tests.handlers.intake.window import save, tickets, with_model

QUIET = 4


def paper(page: str) -> str:
    found = re.search(r'<article class="paper-receipt".*?</article>', page, re.DOTALL)
    assert found
    return found[0]


def modules(svg: str) -> list[list[int]]:
    """What is dark on the drawing, read off at the middle of each module, without the quiet zone."""
    side = int(re.findall(r'viewBox="0 0 (\d+) ', svg)[0])
    grid = [[0] * side for _ in range(side)]
    for x, y, length in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\3z", svg):
        for column in range(int(length)):
            grid[int(y)][int(x) + column] = 1
    assert not any(any(row) for row in (*grid[:QUIET], *grid[-QUIET:])), "there is no quiet zone"
    return [row[QUIET:-QUIET] for row in grid[QUIET:-QUIET]]


def receipt(rina: FlaskClient, **fields: str) -> str:
    return paper(rina.get(save(rina, **fields).location).text)


def test_it_says_what_was_understood_who_has_it_and_until_when(hall: CityHall, rina: FlaskClient) -> None:
    with_model(hall)
    said = receipt(rina, area="Tomang")
    [ticket] = tickets(hall)
    for words in (
        ticket.number,
        "Pengaduan Warga Jakarta",
        "Jalan rusak, depan pasar Jaya (Tomang)",
        "motor sering jatuh",
        "Dinas Bina Marga",
        "30 Nov 2026",
        "Loket Pengaduan, Balai Kota",
        "Hari kerja 08.00-15.00",
    ):
        assert words in said


def test_its_code_leads_to_the_page_of_the_ticket(hall: CityHall, rina: FlaskClient) -> None:
    said = receipt(rina)
    [ticket] = tickets(hall)
    address = re.findall(r"localhost(/t/\w+)<", said)[0]
    expected = segno.make(f"http://localhost{address}", error="m", micro=False)
    assert f"http://localhost{address}" == short_address_of(hall.rulebook, ticket)
    assert modules(said) == [list(row) for row in expected.matrix]
    assert rina.get(address).status_code == 200


def test_nothing_of_it_needs_a_style_or_script_of_its_own(hall: CityHall, rina: FlaskClient) -> None:
    said = receipt(rina)
    assert "style=" not in said
    assert "<script" not in said
    assert "<style" not in said


def test_with_a_number_it_tells_how_to_look_it_up(hall: CityHall, rina: FlaskClient) -> None:
    said = receipt(rina, phone="0812 9000 0001", way="sms", consent="yes")
    assert "localhost/t, lalu isi nomor laporan dan empat angka terakhir nomor HP Anda" in said
    assert "Kabar dikirim lewat SMS" in said
    assert "0001" not in re.sub(r"/t/.*?<", "", said)


def test_without_a_number_it_says_to_keep_the_paper(hall: CityHall, rina: FlaskClient) -> None:
    said = receipt(rina)
    assert "Simpan kertas ini" in said
    assert "empat angka" not in said


def test_a_sealed_one_tells_nothing_to_whoever_finds_it(hall: CityHall, rina: FlaskClient) -> None:
    words = "Suami saya sering memukul saya"
    said = receipt(rina, words=words, service="perempuan_anak", place="Jalan Cikini 8")
    for secret in ("memukul", "Cikini", "Perlindungan", "empat angka"):
        assert secret not in said


@pytest.mark.parametrize(("kind", "service"), [("saran", "taman"), ("apresiasi", "taman")])
def test_ideas_and_praise_have_no_target(hall: CityHall, rina: FlaskClient, kind: str, service: str) -> None:
    assert "Target" not in receipt(rina, kind=kind, service=service, words="Taman kota bagus sekali")


def test_an_emergency_says_what_to_do_rather_than_a_date(hall: CityHall, rina: FlaskClient) -> None:
    said = receipt(rina, kind="darurat", service="kebakaran", words="Rumah tetangga kebakaran")
    assert "Telepon 112" in said
    assert "Target" not in said


def test_there_is_none_for_a_number_that_nobody_has(rina: FlaskClient) -> None:
    page = rina.get("/console/intake/JK-000000-0/receipt")
    assert page.status_code == 404
    assert "Tidak ada laporan bernomor" in said_on(page)
