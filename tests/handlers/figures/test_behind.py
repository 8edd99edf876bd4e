"""Every figure leads to its tickets: as many as it says, and nothing of what is sealed."""

import csv
import io
import re
from datetime import date, timedelta
from html import unescape

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from bot.figures import counting
from bot.status import Move
from storage.models import AuditEntry
from tests.handlers.city_hall import NAME, PHONE, CityHall, said_on
from tests.handlers.sealed_cases import PLACE, SECRETS, STORY, log_in, sealed_ticket

LISTED = re.compile(r'<tr id="(JK-[^"]+)"')
FIGURE = re.compile(r'<a href="(/console/figures/behind[^"]+)">([^<]+)</a>')
BEHIND = "/console/figures/behind"


def count(hall: CityHall) -> None:
    """Everything up to now, a day later, so that the day is over."""
    hall.wait(days=1)
    today = hall.now.astimezone(hall.rulebook.city.zone).date()
    list(counting.recount(hall.database, hall.rulebook, today - timedelta(days=2), today, hall.now))


@pytest.fixture
def busy(hall: CityHall) -> CityHall:
    """A day on which much happened."""
    denied, _ = hall.forwarded("Lubang di depan pasar", kelurahan="Tebet Timur")
    hall.moved(denied, Move.CLAIM, "agency:bina_marga")
    hall.moved(denied, Move.DENY)
    hall.moved(denied, Move.CLAIM, "agency:bina_marga")
    done, _ = hall.forwarded("Lampu mati", service="lampu_jalan")
    hall.moved(done, Move.CLAIM, "agency:bina_marga")
    hall.moved(done, Move.CONFIRM)
    back, _ = hall.forwarded("Sampah", service="sampah")
    hall.moved(back, Move.SEND_BACK, "agency:dlh", "Bukan kami")
    hall.ticket("Kebakaran", service="kebakaran", urgent=True)
    count(hall)
    return hall


def listed(browser: FlaskClient, address: str) -> list[str]:
    page = browser.get(unescape(address))
    assert page.status_code == 200
    return LISTED.findall(page.text)


@pytest.mark.parametrize("page", ["", "/agency", "/service", "/area", "/channel", "/agency/bina_marga"])
def test_as_many_tickets_as_the_figure_says(busy: CityHall, sekda: FlaskClient, page: str) -> None:
    found = FIGURE.findall(sekda.get(f"/console/figures{page}").text)
    assert len(found) > 5
    for address, said in found:
        words = said_on(sekda.get(unescape(address)))
        total = int(re.findall(r"(\d+) laporan", words)[0])
        once = len(listed(sekda, address))
        again = sum(int(times) - 1 for times in re.findall(r"\((\d+)×\)", words))
        assert once + again == total, address
        if said.isdigit():
            assert total == int(said), address


def test_the_title_says_what_whose_and_when(busy: CityHall, sekda: FlaskClient) -> None:
    address = f"{BEHIND}?figure=reopened&period=2026-11&by=agency&key=bina_marga"
    assert "Dibuka kembali, Dinas Bina Marga, November 2026 1–23 Nov 2026 1 laporan" in said_on(sekda.get(address))
    whole = said_on(sekda.get(f"{BEHIND}?figure=claimed&period=2026-11"))
    assert "Dinyatakan selesai, Jakarta, November 2026" in whole
    of_both = f"{BEHIND}?figure=filed&period=2026-11&by=agency_service&key=bina_marga/lampu_jalan"
    assert "Masuk, Dinas Bina Marga, Penerangan jalan umum" in said_on(sekda.get(of_both))
    assert len(listed(sekda, of_both)) == 1


def test_what_counted_twice_stands_once_and_says_so(busy: CityHall, sekda: FlaskClient) -> None:
    address = f"{BEHIND}?figure=claimed&period=2026-11"
    words = said_on(sekda.get(address))
    assert "3 laporan" in words
    assert re.search(r"Terhitung lebih dari sekali: JK-\S+ \(2×\)", words)
    assert len(listed(sekda, address)) == 2


@pytest.mark.parametrize(
    "query",
    [
        "",
        "figure=nonsense",
        "figure=filed&by=nonsense",
        "figure=filed&by=agency_service_x",
        "figure=age",
        "figure=%00",
    ],
)
def test_figures_that_there_are_not(busy: CityHall, sekda: FlaskClient, query: str) -> None:
    assert sekda.get(f"{BEHIND}?{query}").status_code in (404,)
    assert sekda.get(f"{BEHIND}.csv?{query}").status_code == 404


@pytest.mark.parametrize("key", ["no_such", "", "-", "'; --", "a/b/c", "%00"])
def test_keys_that_there_are_not_have_nothing(busy: CityHall, sekda: FlaskClient, key: str) -> None:
    words = said_on(sekda.get(f"{BEHIND}?figure=filed&by=agency&key={key}"))
    assert "Tidak ada laporan di balik angka ini." in words


def test_a_key_of_nothing_is_the_whole_city(busy: CityHall, sekda: FlaskClient) -> None:
    whole, odd = (f"{BEHIND}?figure=reopened&period=2026-11{more}" for more in ("", "&key=bina_marga"))
    assert listed(sekda, odd) == listed(sekda, whole) != []


def test_pages(busy: CityHall, sekda: FlaskClient) -> None:
    for _ in range(61):
        busy.ticket()
    count(busy)
    address = f"{BEHIND}?figure=filed&period=2026-11"
    first, second = listed(sekda, address), listed(sekda, f"{address}&page=2")
    assert (len(first), len(second)) == (50, 15)
    assert not set(first) & set(second)
    assert 'rel="next"' in sekda.get(address).text
    assert "Halaman 9 tidak ada; daftar ini sampai halaman 2." in said_on(sekda.get(f"{address}&page=9"))
    for nonsense in ("0", "-1", "x", "²", "9" * 30):
        assert listed(sekda, f"{address}&page={nonsense}") == first


@pytest.fixture
def sealed(hall: CityHall) -> str:
    """A sealed ticket among two others."""
    hall.ticket("Satu", kelurahan="Tebet Timur")
    number = sealed_ticket(hall, kelurahan="Tebet Timur")
    hall.ticket("Dua", kelurahan="Tebet Timur")
    count(hall)
    return number


@pytest.mark.parametrize(
    "of", ["", "&by=area&key=Tebet Timur", "&by=service&key=perempuan_anak", "&by=agency&key=dppapp"]
)
def test_of_what_is_sealed_not_even_which_it_is(hall: CityHall, sealed: str, sekda: FlaskClient, of: str) -> None:
    address = f"{BEHIND}?figure=filed{of}"
    page = sekda.get(address)
    assert "1 di antaranya tersegel" in said_on(page)
    file = sekda.get(address.replace("behind?", "behind.csv?")).get_data(as_text=True)
    for secret in (sealed, *SECRETS):
        if secret not in ("Darurat", "Perlindungan perempuan dan anak"):  # the title says what was asked for
            assert secret not in page.text
            assert secret not in file
    assert file.count("Tersegel") == 1
    seen = log_in(hall, "sealed_officer").get(address)
    assert sealed in seen.text
    assert not [secret for secret in (STORY, PLACE) if secret in seen.text]


def test_as_a_file(busy: CityHall, sekda: FlaskClient) -> None:
    address = f"{BEHIND}.csv?figure=filed&period=2026-11&by=area&key=Tebet Timur"
    answer = sekda.get(address)
    header, *rows = csv.reader(io.StringIO(answer.data.decode("utf-8-sig")))
    assert len(rows) == 1
    row = dict(zip(header, rows[0], strict=True))
    assert (row["Kelurahan"], row["Layanan"]) == ("Tebet Timur", "Jalan rusak")
    flat = " ".join(rows[0])
    assert not [secret for secret in (NAME, PHONE) if secret in flat]


def test_a_look_at_a_list_is_written_down(busy: CityHall, sekda: FlaskClient) -> None:
    sekda.get(f"{BEHIND}?figure=filed")
    sekda.get(f"{BEHIND}.csv?figure=late").get_data()
    with busy.database.read() as session:
        subjects = session.scalars(select(AuditEntry.subject).where(AuditEntry.action == "looked")).all()
    assert {"figure:filed", "figure:late"} <= set(subjects)


def test_leadership_is_shown_no_form_of_work(busy: CityHall, sekda: FlaskClient, rina: FlaskClient) -> None:
    for browser in (sekda, rina):
        page = browser.get(f"{BEHIND}?figure=filed").text
        assert 'type="checkbox"' not in page
        assert 'id="bulk"' not in page


def test_what_stood_is_told_as_of_then(busy: CityHall, sekda: FlaskClient) -> None:
    words = said_on(sekda.get(f"{BEHIND}?figure=open&period=2026-11"))
    assert "seperti pada akhir periode itu" in words
    assert date(2026, 11, 24) == busy.now.date()
