"""Views kept under a name: one click away, their owner's alone."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from storage.models import SavedView
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
