"""The picture of the city: what it shows is what was counted, and it is kind about what was not."""

import re
from datetime import date

import pytest
from flask.testing import FlaskClient

from bot.figures.spans import bucket_of
from storage.queries.figures.reading import AGENCY, AREA, SERVICE
from tests.handlers.city_hall import CityHall, said_on
from tests.handlers.figures.conftest import BEFORE, LAST_MONDAY, LAST_SUNDAY, TODAY
from tests.handlers.figures.rolled import Rolled
from tests.handlers.sealed_cases import log_in
from tests.support.statements import statements_of

PAGE = "/console/figures"


def shown(browser: FlaskClient, address: str = PAGE) -> str:
    page = browser.get(address)
    assert page.status_code == 200
    return said_on(page)


@pytest.fixture
def week(rolled: Rolled) -> Rolled:
    """Last week and the one before."""
    rolled.days(
        BEFORE, date(2026, 11, 15), filed=10, in_time=8, late=2, open=100, overdue=10, claimed=9, confirmed=5
    )
    rolled.days(LAST_MONDAY, date(2026, 11, 21), filed=20, in_time=7, late=3, open=110, claimed=9, confirmed=6)
    rolled.day(LAST_SUNDAY, filed=20, urgent=3, open=120, overdue=30, open_month=7, open_days=1200, claimed=9,
               confirmed=6, silent=12, unreachable=2, reopened=4, misrouted=5, stars=45, rated=11, received=60,
               sent=80)  # fmt: skip
    rolled.day(TODAY, filed=3, silent=1, open=122)
    return rolled


def test_the_headline_figures_of_a_week(week: Rolled, sekda: FlaskClient) -> None:
    words = shown(sekda)
    for known in (
        "Pekan lalu 140 laporan masuk, 100 % lebih banyak dibanding pekan sebelumnya",
        "Masuk 140 ▲ 100 % lebih banyak",
        "Darurat 3",
        "Masih terbuka 120 ▲ 20 % lebih banyak , memburuk",
        "Umur rata-rata (hari) 10,0",
        "Lewat tenggat 30",
        "Terbuka lebih dari 30 hari 7",
        "Tepat waktu 70 % ▼ turun 10 poin , memburuk",
        "Dinyatakan selesai 63 = sama",
        "Dipastikan warga 42 ▲ 20 % lebih banyak , membaik",
        "Tanpa jawaban warga 12",
        "Warga tidak terjangkau 2",
        "Dibuka kembali 4",
        "Salah alamat 5",
        "Kepuasan (bintang) 4,1",
        "Dinilai warga 11",
        "Hari ini sejauh ini: 3 masuk, 1 ditutup.",
        "16–22 Nov 2026",
    ):
        assert known in words, known


def test_how_long_it_took_and_what_it_cost(week: Rolled, sekda: FlaskClient) -> None:
    hours = 3600
    week.took(LAST_SUNDAY, "answered", {bucket_of(5 * hours): 15, bucket_of(90 * hours): 5})
    week.took(BEFORE, "answered", {bucket_of(10 * hours): 20})
    week.cost(LAST_SUNDAY, "IDR", "5600", received=1, sent=2)
    week.cost(BEFORE, "", "0", received=1)
    words = shown(sekda)
    assert re.search(r"Jawaban pertama (4,[89]|5|5,[12]) jam ▼ [\d,]+ jam lebih cepat , membaik", words), words
    assert re.search(r"Jawaban pertama, 9 dari 10 3,\d hari", words)
    assert "Biaya pesan per laporan ditutup Rp 100" in words  # 5.600 for 42 confirmed, 12 silent, 2 unreachable
    assert "Pesan per laporan ditutup 2,5" in words


def test_services_kelurahan_and_agencies(week: Rolled, sekda: FlaskClient) -> None:
    for name, met, late in (("bina_marga", 10, 30), ("dlh", 30, 10), ("dishub", 5, 4), ("coordinators", 0, 90)):
        week.agency(LAST_SUNDAY, name, in_time=met, late=late, overdue=late)
    week.day(LAST_SUNDAY, of=(SERVICE, "sampah"), filed=70)
    week.day(LAST_SUNDAY, of=(AREA, "Tebet Timur"), filed=33)
    week.day(LAST_SUNDAY, of=(AREA, ""), filed=99)
    words = shown(sekda)
    worst, best = words.split("Paling perlu perhatian")[1].split("Paling tepat waktu")
    assert "Dinas Bina Marga 25 % 30 30" in worst
    assert "Dinas Lingkungan Hidup 75 %" in best
    assert "Dinas Perhubungan" not in worst + best  # too few
    assert "Koordinator" not in worst + best
    assert "Sampah 70" in words
    assert "Tebet Timur 33" in words
    assert "Tanpa kelurahan" not in words


def test_a_share_of_a_few_is_said_as_it_is(rolled: Rolled, sekda: FlaskClient) -> None:
    rolled.day(LAST_SUNDAY, filed=1, in_time=3, late=1)
    assert "Tepat waktu 3 dari 4" in shown(sekda)


def test_the_charts_say_their_numbers(week: Rolled, sekda: FlaskClient) -> None:
    page = sekda.get(PAGE).text
    assert page.count("<figure") == 4
    assert 'role="img"' in page
    words = shown(sekda)
    assert "16–22 Nov 2026 140 56" in words  # filed and closed
    assert "9–15 Nov 2026 70 35" in words


@pytest.mark.parametrize(
    ("period", "told"),
    [
        ("2026-11", "Bulan ini sejauh ini 210 laporan masuk"),
        ("2026-10", "Bulan lalu 0 laporan masuk"),
        ("2026-Q4", "Triwulan ini sejauh ini 210 laporan masuk"),
        ("2026", "Tahun ini sejauh ini 210 laporan masuk"),
        ("2026-W46", "Pekan 9–15 Nov 2026 70 laporan masuk"),
    ],
)
def test_every_period(week: Rolled, sekda: FlaskClient, period: str, told: str) -> None:
    assert told in shown(sekda, f"{PAGE}?period={period}")


def test_a_week_is_compared_with_the_same_days(hall: CityHall, week: Rolled, sekda: FlaskClient) -> None:
    week.day(date(2026, 11, 24), filed=30)
    hall.wait(days=2)
    week.counted(date(2026, 11, 24), date(2026, 11, 25))
    words = shown(sekda)
    assert (
        "Pekan ini sejauh ini 33 laporan masuk, 18 % lebih sedikit dibanding hari yang sama pekan sebelumnya"
        in words
    )
    assert "23–24 Nov 2026" in words


@pytest.mark.parametrize(
    ("asked", "notice"),
    [
        ("2031", "Periode itu belum tiba"),
        ("2026-W49", "Periode itu belum tiba"),
        ("2025-03", "Sebelum 1 Sep 2026 belum ada yang dihitung"),
        ("2026-W99", "Periode itu tidak dikenal"),
        ("%00'\"><b>", "Periode itu tidak dikenal"),
        ("2026-13", "Periode itu tidak dikenal"),
    ],
)
def test_periods_that_there_are_not(week: Rolled, sekda: FlaskClient, asked: str, notice: str) -> None:
    assert notice in shown(sekda, f"{PAGE}?period={asked}")


def test_before_and_after_lead_no_further_than_was_counted(week: Rolled, sekda: FlaskClient) -> None:
    first = sekda.get(f"{PAGE}?period=2026-09").text
    assert 'rel="prev"' not in first
    assert "period=2026-10" in first
    last = sekda.get(f"{PAGE}?period=2026-11").text
    assert 'rel="next"' not in last
    assert "belum ada pembandingnya" in first
    assert "period=2026-Q4" in last  # the kinds lead to the same time


@pytest.mark.parametrize(
    "address", ["", "/agency", "/area/Tebet%20Timur", "/behind?figure=filed", "/agency?period=2026-10"]
)
def test_an_empty_city_is_told_kindly(sekda: FlaskClient, address: str) -> None:
    assert "Belum ada hari yang dihitung." in shown(sekda, PAGE + address)


def test_on_its_very_first_day_a_city_sees_what_there_is(hall: CityHall, sekda: FlaskClient) -> None:
    first = Rolled(hall.database, hall.now)
    first.counted(TODAY, TODAY)
    first.day(TODAY, filed=2, open=2)
    words = shown(sekda)
    assert "Pekan ini sejauh ini 2 laporan masuk." in words
    assert "hari pertama, belum selesai" in words


def test_what_was_not_counted_for_days_is_not_shown_as_nothing(
    hall: CityHall, week: Rolled, sekda: FlaskClient
) -> None:
    hall.wait(days=9)
    assert "23 Nov 2026" in shown(sekda)  # and not the empty week of which nothing is known


def test_few_statements(hall: CityHall, week: Rolled, sekda: FlaskClient) -> None:
    for name in ("bina_marga", "dlh", "sda"):
        week.days(date(2026, 9, 1), LAST_SUNDAY, of=(AGENCY, name), filed=3, in_time=2, late=1)
    for address in ("", "?period=2026", "/agency?period=2026", "/agency/dlh?period=2026", "/area"):
        with statements_of(hall.database) as statements:
            assert sekda.get(PAGE + address).status_code == 200
        assert len(statements) <= 15, statements


@pytest.mark.parametrize("address", ["", "/agency", "/agency/dlh", "/agency.csv", "/behind?figure=filed"])
def test_who_may_look(hall: CityHall, week: Rolled, address: str) -> None:
    for role in ("administrator", "coordinator", "sealed_officer", "leadership"):
        assert log_in(hall, role).get(PAGE + address).status_code == 200
    assert log_in(hall, "agency_officer", "dlh").get(PAGE + address).status_code == 403
    assert hall.browser().get(PAGE + address).status_code == 302


def test_nothing_is_changed_by_looking(hall: CityHall, week: Rolled, sekda: FlaskClient) -> None:
    before = hall.everything()
    for address in ("", "?period=2026", "/agency", "/agency/dlh", "/agency.csv"):
        sekda.get(PAGE + address).get_data()
    changed = {name for name, rows in hall.everything().items() if rows != before[name]}
    assert changed <= {"login_sessions", "users"}
