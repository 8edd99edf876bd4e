"""Two lists of the console: whom the leadership calls, and who may report for others."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from bot.tickets import tickets
from storage.models import CivilServant
from tests.handlers.city_hall import CityHall, csrf_of, said_on


@pytest.fixture
def hall(any_hall: CityHall) -> CityHall:
    """Once on each database."""
    return any_hall


def praise(hall: CityHall, story: str = "Terima kasih petugas taman", **more: object) -> str:
    return hall.ticket(story, **{"kind": "apresiasi", "service": "taman", "place": "RPTRA Kenanga", **more})


def test_whom_to_call_for_what(hall: CityHall, rina: FlaskClient) -> None:
    number = praise(hall, "Terima kasih Pak Budi, telepon saya 0812 0000 0456", place="dekat 0812 0000 0789")
    hall.ticket("Jalan berlubang")
    praise(hall, "yang tersegel", sealed=True)
    words = said_on(rina.get("/console/praise"))
    for expected in ("November 2026", "1 ucapan", "0 sudah ditelepon", "Dinas Pertamanan", number, "23 Nov 2026",
                     "Terima kasih Pak Budi, telepon saya [telepon]", "dekat [telepon]"):  # fmt: skip
        assert expected in words
    assert "Jalan berlubang" not in words
    assert "yang tersegel" not in words


def test_a_call_is_noted_once_with_who_and_when(hall: CityHall, rina: FlaskClient) -> None:
    number = praise(hall)
    page = rina.get("/console/praise")
    for _ in range(2):
        sent = rina.post(
            f"/console/praise/{number}/called", data={"csrf_token": csrf_of(page), "month": "2026-11"}
        )
        assert sent.location == "/console/praise?month=2026-11"
        hall.wait(minutes=5)
    words = said_on(rina.get("/console/praise"))
    assert "Sudah ditelepon rina@jakarta.example, 23 Nov 2026, 09.00" in words
    assert "1 sudah ditelepon" in words
    assert hall.kinds(number).count("called") == 1
    assert rina.get(f"/console/praise/{number}/called").location == "/console/praise"


def test_only_praise_is_called_about(hall: CityHall, rina: FlaskClient) -> None:
    form = {"csrf_token": csrf_of(rina.get("/console/"))}
    for number in (hall.ticket("Jalan berlubang"), praise(hall, sealed=True), "JK-000000-0"):
        assert rina.post(f"/console/praise/{number}/called", data=form).status_code == 404


def test_one_month_at_a_time(hall: CityHall, rina: FlaskClient) -> None:
    old = praise(hall)
    hall.wait(days=7, hours=14, minutes=59)  # 30 November, 23:59 in Jakarta
    last = praise(hall)
    hall.wait(minutes=1)
    new = praise(hall)

    def shown(query: str) -> set[str]:
        page = rina.get(f"/console/praise{query}").text
        return {number for number in (old, last, new) if number in page}

    assert shown("?month=2026-11") == {old, last}
    assert shown("?month=2026-12") == shown("") == {new}
    assert shown("?month=2026-10") == set()
    for nonsense in ("2026-13", "2026-1", "x", "2099-01", "%00", "２０２６-11"):
        assert shown(f"?month={nonsense}") == {new}


def test_what_waits_for_its_unit_says_so(hall: CityHall, rina: FlaskClient) -> None:
    praise(hall, service="pelayanan_petugas")
    assert "Belum diteruskan ke unitnya." in said_on(rina.get("/console/praise"))


def add(browser: FlaskClient, **fields: str) -> TestResponse:
    form = {"csrf_token": csrf_of(browser.get("/console/servants")), **fields}
    return browser.post("/console/servants", data=form)


BUDI = {"name": "Budi Contoh", "unit": "Kelurahan Tebet Timur", "phone": "0812 3456 7890"}


def test_registering_and_removing(hall: CityHall, rina: FlaskClient) -> None:
    for _ in range(2):
        assert add(rina, **BUDI).status_code == 303
    page = rina.get("/console/servants")
    for expected in ("Budi Contoh", "Kelurahan Tebet Timur", "23 Nov 2026", "rina@jakarta.example"):
        assert expected in said_on(page)
    assert "sudah tercatat sebelumnya" in said_on(page)
    assert "3456 7890" not in page.text.replace('placeholder="0812 3456 7890"', "")
    with hall.database.read() as session:
        assert len(session.scalars(select(CivilServant)).all()) == 1
    path = re.search(r"/console/servants/\d+/remove", page.text)
    assert path
    for _ in range(2):
        assert rina.post(path[0], data={"csrf_token": csrf_of(page)}).status_code == 303
    assert "Belum ada petugas yang terdaftar." in said_on(rina.get("/console/servants"))
    assert rina.get(path[0]).location == "/console/servants"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"phone": "12"}, "bukan nomor telepon"),
        ({"phone": "<script>"}, "bukan nomor telepon"),
        ({"name": ""}, "Tulis nama"),
        ({"unit": "x" * 10_000}, "Tulis unit kerja"),
    ],
)
def test_what_cannot_be_registered_stays_in_the_form(
    hall: CityHall, rina: FlaskClient, wrong: dict[str, str], said: str
) -> None:
    page = add(rina, **{**BUDI, **wrong})
    assert page.status_code == 409
    assert said in said_on(page)
    assert "<script>alert" not in page.text
    kept = {**BUDI, **wrong}["unit"]
    assert f'value="{kept}"' in page.text


def test_the_same_number_for_somebody_else(hall: CityHall, rina: FlaskClient) -> None:
    add(rina, **BUDI)
    page = add(rina, **{**BUDI, "name": "Orang lain", "phone": "+6281234567890"})
    assert "sudah terdaftar" in said_on(page)


def test_the_mark_is_on_the_agencys_page(hall: CityHall) -> None:
    number, token = hall.forwarded()
    assert "Dilaporkan petugas" not in said_on(hall.browser().get(f"/agency/{token}"))
    with hall.database.begin() as session:
        tickets.by_number(session, number).on_behalf = True
    assert "Dilaporkan petugas" in said_on(hall.browser().get(f"/agency/{token}"))
