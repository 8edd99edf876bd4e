"""The kept examples: looked through with filters, taken back, and what is exported of them."""

import json
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from handlers.commands import nlu
from storage.models import Example
from tests.handlers.city_hall import CityHall, csrf_of, said_on
from tests.handlers.console.test_triage import decide, unsure
from tests.handlers.sealed_cases import log_in


def kept(hall: CityHall) -> list[int]:
    with hall.database.read() as session:
        return list(session.scalars(select(Example.id).order_by(Example.id)))


def exported(hall: CityHall, folder: Path) -> list[dict[str, object]]:
    hall.app.cli.add_command(nlu.commands)
    target = folder / "out.jsonl"
    done = hall.app.test_cli_runner().invoke(args=["nlu", "export-corrections", str(target)])
    assert done.exit_code == 0, done.output
    return [json.loads(line) for line in target.read_text(encoding="utf-8").splitlines()]


def test_what_was_decided_is_listed_with_who_decided_it(hall: CityHall, rina: FlaskClient) -> None:
    decide(rina, unsure(hall))
    decide(rina, unsure(hall, "<b>usul</b> untuk taman"), intent="saran", service="taman", place="")
    page = rina.get("/console/examples")
    said = said_on(page)
    assert "2 contoh" in said
    assert "semrawut sekali di depan pasar Jaya Tempat: depan pasar Jaya melaporkan masalah Parkir liar" in said
    assert "rina@jakarta.example" in said
    assert "&lt;b&gt;usul&lt;/b&gt;" in page.text


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("intent=saran", 1),
        ("service=parkir_liar", 1),
        ("by=me", 2),
        ("intent=khayal", 2),
        ("service=taman&intent=lapor", 0),
    ],
)
def test_filters_stand_in_the_address_bar(hall: CityHall, rina: FlaskClient, query: str, count: int) -> None:
    decide(rina, unsure(hall))
    decide(rina, unsure(hall, "usul untuk taman"), intent="saran", service="taman")
    assert f"{count} contoh" in said_on(rina.get(f"/console/examples?{query}"))


@pytest.mark.parametrize("page", ["0", "-3", "999", "x", "9" * 30])
def test_pages_past_the_end(hall: CityHall, rina: FlaskClient, page: str) -> None:
    decide(rina, unsure(hall))
    shown = rina.get(f"/console/examples?page={page}")
    assert shown.status_code == 200
    assert ("Halaman ini kosong" in said_on(shown)) is (page == "999")


def test_one_is_taken_back_and_exported_no_more(hall: CityHall, rina: FlaskClient, tmp_path: Path) -> None:
    decide(rina, unsure(hall))
    decide(rina, unsure(hall, "bau sekali di gang Salak"), service="pencemaran", place="gang Salak")
    assert [(e["text"], e["service"], e["place"]) for e in exported(hall, tmp_path)] == [
        ("semrawut sekali di depan pasar Jaya", "parkir_liar", "depan pasar Jaya"),
        ("bau sekali di gang Salak", "pencemaran", "gang Salak"),
    ]
    first = kept(hall)[0]
    for says in ("Contoh ditarik", "sudah ditarik"):
        form = {"csrf_token": csrf_of(rina.get("/console/examples"))}
        done = rina.post(f"/console/examples/{first}/remove", data=form)
        assert says in said_on(rina.get(done.location))
    assert [e["text"] for e in exported(hall, tmp_path)] == ["bau sekali di gang Salak"]


def test_leadership_looks_and_takes_nothing_back(hall: CityHall, rina: FlaskClient) -> None:
    decide(rina, unsure(hall))
    reader = log_in(hall, "leadership")
    page = reader.get("/console/examples")
    assert "1 contoh" in said_on(page)
    assert "/remove" not in page.text
    form = {"csrf_token": csrf_of(page)}
    assert reader.post(f"/console/examples/{kept(hall)[0]}/remove", data=form).status_code == 403
    assert len(kept(hall)) == 1
