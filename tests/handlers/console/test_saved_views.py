"""Views kept under a name: one click away, their owner's alone."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from storage.models import AuditEntry, SavedView
from tests.handlers.city_hall import CityHall, csrf_of, said_on
from tests.handlers.sealed_cases import log_in


def keep(browser: FlaskClient, path: str, called: str) -> TestResponse:
    form = {"csrf_token": csrf_of(browser.get("/console/")), "called": called}
    return browser.post(f"/console/queue/{path}", data=form)


def kept(hall: CityHall) -> list[tuple[str, str]]:
    with hall.database.read() as session:
        return [(view.name, view.query) for view in session.scalars(select(SavedView).order_by(SavedView.id))]


def test_a_view_is_one_click_away(any_hall: CityHall) -> None:
    hall, rina = any_hall, any_hall.coordinator()
    sent = keep(rina, "overdue/views?agency=dlh&evil=1&page=3&q=bau sampah", "Sampah telat")
    assert sent.location == "/console/queue/overdue?q=bau+sampah&agency=dlh"
    assert kept(hall) == [("Sampah telat", "overdue?q=bau+sampah&agency=dlh")]
    page = rina.get("/console/queue/all")
    assert '<a href="/console/queue/overdue?q=bau+sampah&amp;agency=dlh" >Sampah telat</a>' in page.text
    there = rina.get("/console/queue/overdue?q=bau+sampah&agency=dlh").text
    assert 'aria-current="true">Sampah telat</a>' in there


def test_the_same_view_twice_is_one(hall: CityHall, rina: FlaskClient) -> None:
    for _ in range(2):
        assert keep(rina, "all/views?agency=dlh", "DLH").status_code == 303
    assert "sudah tersimpan" in said_on(rina.get("/console/queue/all"))
    assert len(kept(hall)) == 1


def test_a_name_stands_for_one_view(hall: CityHall, rina: FlaskClient) -> None:
    keep(rina, "all/views?agency=dlh", "Sampah")
    again = keep(rina, "all/views?agency=dishub", "Sampah")
    assert again.status_code == 409
    assert "pilih nama lain" in said_on(again)
    assert 'value="Sampah"' in again.text
    assert kept(hall) == [("Sampah", "all?agency=dlh")]
    budi = hall.coordinator("budi@jakarta.example")
    assert keep(budi, "all/views?agency=dishub", "Sampah").status_code == 303


@pytest.mark.parametrize("called", ["", "   ", "x" * 61, "\u202e"])
def test_a_name_that_is_none(hall: CityHall, rina: FlaskClient, called: str) -> None:
    refused = keep(rina, "all/views", called)
    assert refused.status_code == 409
    assert "paling panjang 60 huruf" in said_on(refused)
    assert kept(hall) == []


def test_thirty_are_enough(hall: CityHall, rina: FlaskClient) -> None:
    with hall.database.begin() as session:
        session.add_all(
            SavedView(user_id=hall.user_id(), name=f"n{n}", query="all", created_at=hall.now) for n in range(30)
        )
    assert keep(rina, "all/views", "satu lagi").status_code == 409
    assert len(kept(hall)) == 30


def test_script_in_a_name_is_text(hall: CityHall, rina: FlaskClient) -> None:
    keep(rina, "all/views", "<script>alert(1)</script>")
    assert "<script>alert" not in rina.get("/console/queue/all").text


def rename(browser: FlaskClient, path: str, view_id: object, called: str) -> TestResponse:
    form = {"csrf_token": csrf_of(browser.get("/console/")), "kept": str(view_id), "called": called}
    return browser.post(f"/console/queue/{path}", data=form)


def id_of(hall: CityHall, name: str) -> int:
    with hall.database.read() as session:
        return session.scalars(select(SavedView.id).where(SavedView.name == name)).one()


def test_another_name_is_given_where_the_view_is_shown(any_hall: CityHall) -> None:
    hall, rina = any_hall, any_hall.coordinator()
    keep(rina, "all/views?agency=dlh", "Sampah")
    assert "Ganti nama" not in rina.get("/console/queue/all").text
    there = rina.get("/console/queue/all?agency=dlh").text
    assert f'name="kept" value="{id_of(hall, "Sampah")}"' in there
    sent = rename(rina, "all/views/rename?agency=dlh", id_of(hall, "Sampah"), "  Sampah <DLH>  ")
    assert sent.location == "/console/queue/all?agency=dlh"
    assert kept(hall) == [("Sampah <DLH>", "all?agency=dlh")]
    page = rina.get("/console/queue/all?agency=dlh").text
    assert "Nama tampilan diganti." in page
    assert 'aria-current="true">Sampah &lt;DLH&gt;</a>' in page
    with hall.database.read() as session:
        newest = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert newest
    assert (newest.action, newest.subject) == ("rename_view", "queue:all")


def test_the_name_of_another_view_is_not_taken(any_hall: CityHall) -> None:
    hall, rina = any_hall, any_hall.coordinator()
    keep(rina, "all/views?agency=dlh", "Sampah")
    keep(rina, "all/views?agency=dishub", "Jalan")
    refused = rename(rina, "all/views/rename?agency=dishub", id_of(hall, "Jalan"), "Sampah")
    assert refused.status_code == 409
    assert "pilih nama lain" in said_on(refused)
    assert 'value="Sampah"' in refused.text
    assert [name for name, _ in kept(hall)] == ["Sampah", "Jalan"]
    assert rename(rina, "all/views/rename", id_of(hall, "Jalan"), "Jalan").status_code == 303


@pytest.mark.parametrize("called", ["", "   ", "x" * 61, "\u202e"])
def test_no_view_is_renamed_to_nothing(hall: CityHall, rina: FlaskClient, called: str) -> None:
    keep(rina, "all/views", "Semua")
    assert rename(rina, "all/views/rename", id_of(hall, "Semua"), called).status_code == 409
    assert kept(hall) == [("Semua", "all")]


@pytest.mark.parametrize("view_id", ["", "x", "-1", "9" * 30, "٣"])
def test_a_view_that_there_is_not(hall: CityHall, rina: FlaskClient, view_id: str) -> None:
    assert rename(rina, "all/views/rename", view_id, "Semua").status_code == 303
    assert "sudah tidak ada" in said_on(rina.get("/console/queue/all"))


def test_nobody_elses_view_is_renamed(hall: CityHall, rina: FlaskClient) -> None:
    keep(rina, "all/views", "Semua")
    budi = hall.coordinator("budi@jakarta.example")
    rename(budi, "all/views/rename", id_of(hall, "Semua"), "Milik Budi")
    assert kept(hall) == [("Semua", "all")]


def test_removing_ones_own_and_nobody_elses(hall: CityHall, rina: FlaskClient) -> None:
    keep(rina, "all/views?agency=dlh", "Sampah")
    page = rina.get("/console/queue/overdue")
    path = re.search(r"/console/views/\d+/remove", page.text)
    assert path
    form = {"csrf_token": csrf_of(page), "next": "/console/queue/overdue?agency=dlh"}
    budi = hall.coordinator("budi@jakarta.example")
    budi.post(path[0], data={**form, "csrf_token": csrf_of(budi.get("/console/"))})
    assert len(kept(hall)) == 1
    for _ in range(2):
        assert rina.post(path[0], data=form).location == "/console/queue/overdue?agency=dlh"
    assert "sudah tidak ada" in said_on(rina.get("/console/queue/all"))
    with hall.database.read() as session:
        assert session.scalar(select(func.count(SavedView.id))) == 0


def test_leadership_keeps_none(hall: CityHall) -> None:
    assert keep(log_in(hall, "leadership"), "all/views", "Saya").status_code == 403
