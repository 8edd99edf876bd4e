"""The map's page: filters, the kelurahan in a list that needs no script, and the ground for the drawing."""

import csv
import io
import json
import re
from html import unescape
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from bot.rulebook import Rulebook
from storage.database import Database
from storage.models import AuditEntry
from tests.handlers.city_hall import CityHall, on, said_on
from tests.handlers.map.pinned import ANCOL, TEBET, pinned
from tests.handlers.sealed_cases import sealed_ticket
from tests.support.settings import isolated_settings
from tests.support.statements import statements_of

HOSTILE = '"><script>alert(1)</script>'


def names_on(page: str) -> list[list[object]]:
    found = re.search(r'data-names="([^"]*)"', page)
    assert found
    told: list[list[object]] = json.loads(unescape(found[1]))
    return told


def test_the_kelurahan_stand_beside_the_map_with_what_has_no_pin(hall: CityHall) -> None:
    hall.forwarded(kelurahan="Tebet Timur", location=TEBET)
    hall.leave(days=60)
    rina = hall.coordinator()
    pinned(hall)
    hall.ticket(kelurahan="Tebet Timur")
    hall.ticket(kelurahan="Ancol")
    hall.ticket()
    page = rina.get("/console/map")
    said = said_on(page)
    assert "5 laporan terbuka, 1 lewat tenggat. 2 mempunyai pin di peta" in said
    assert re.search(r"Tebet Timur .*? 3 terbuka 1 lewat tenggat 1 tanpa pin Ancol 1 terbuka – lewat", said)
    assert "1 laporan tidak menyebut kelurahan , 1 di antaranya juga tanpa pin." in said


@pytest.mark.parametrize(
    ("query", "address"),
    [
        ("", "/console/queue/all?area=Tebet+Timur&status=open"),
        ("?service=jalan_rusak", "/console/queue/all?area=Tebet+Timur&service=jalan_rusak&status=open"),
        ("?agency=bina_marga", "/console/queue/all?agency=bina_marga&area=Tebet+Timur&status=open"),
        ("?age=within-7", "/console/queue/all?age=within-7&area=Tebet+Timur&status=open"),
    ],
)
def test_a_count_leads_to_its_list(hall: CityHall, rina: FlaskClient, query: str, address: str) -> None:
    number = pinned(hall)
    page = unescape(rina.get(f"/console/map{query}").text)
    links = re.findall(r'href="(/console/queue/[^"]*area[^"]*)"', page)
    assert [sorted(re.split("[?&]", link)) for link in links] == [sorted(re.split("[?&]", address))]
    assert number in rina.get(links[0]).text


def test_the_lists_of_what_is_overdue_and_urgent_are_their_own_queues(hall: CityHall) -> None:
    hall.forwarded(kelurahan="Tebet Timur", location=TEBET)
    hall.leave(days=60)
    rina = hall.coordinator()
    pinned(hall, service="kebakaran", kind="darurat", urgent=True)
    assert 'href="/console/queue/overdue?area=Tebet+Timur"' in rina.get("/console/map?overdue=1").text
    assert 'href="/console/queue/emergencies?area=Tebet+Timur"' in rina.get("/console/map?urgent=1").text


def test_the_filters_stay_as_they_were_chosen(hall: CityHall, rina: FlaskClient) -> None:
    pinned(hall)
    page = rina.get("/console/map?service=jalan_rusak&age=within-7&overdue=1&agency=nobody").text
    assert '<option value="jalan_rusak" selected>' in page
    assert '<option value="within-7" selected>' in page
    assert 'name="overdue" value="1" checked' in page
    assert 'name="urgent" value="1" >' in page
    assert 'data-points="/console/map/points?service=jalan_rusak&amp;age=within-7&amp;overdue=1"' in page


def test_the_ground_has_the_names_of_kelurahan_where_their_pins_are(hall: CityHall, rina: FlaskClient) -> None:
    pinned(hall)
    pinned(hall, ANCOL, kelurahan="Ancol")
    hall.ticket(kelurahan="Cempaka Putih Timur")  # nobody knows where that is
    shown = names_on(rina.get("/console/map?service=sampah").text)  # the ground is the same under every filter
    assert sorted(shown) == [["Ancol", -6.127, 106.8345], ["Tebet Timur", -6.2264, 106.8583]]


def test_an_empty_city_has_a_map_too(rina: FlaskClient) -> None:
    page = rina.get("/console/map")
    assert page.status_code == 200
    assert "Tidak ada laporan terbuka." in said_on(page)
    assert 'data-bounds=""' in page.text
    assert "Tidak ada laporan terbuka dengan saringan ini." in said_on(rina.get("/console/map?service=sampah"))


def test_hostile_texts_stay_texts(hall: CityHall, rina: FlaskClient) -> None:
    pinned(hall, kelurahan=HOSTILE)
    page = rina.get("/console/map", query_string={"service": HOSTILE, "agency": HOSTILE})
    assert "<script>alert" not in page.text
    assert names_on(page.text)[0][0] == HOSTILE
    told = rina.get("/console/map/points")
    assert told.mimetype == "application/json"
    assert told.get_json()["tickets"][0]["area"] == HOSTILE


def test_the_table_holds_the_kelurahan_under_the_same_filters(hall: CityHall, rina: FlaskClient) -> None:
    pinned(hall)
    hall.ticket(kelurahan="Tebet Timur")
    hall.ticket(kelurahan="=1+1", service="sampah")
    sealed_ticket(hall, kelurahan="Tebet Barat", location=TEBET)
    rows = list(csv.reader(io.StringIO(rina.get("/console/map.csv").data.decode("utf-8-sig"))))
    assert rows == [
        ["Kelurahan", "Terbuka", "Lewat tenggat", "Tanpa pin"],
        ["Tebet Timur", "2", "0", "1"],
        ["'=1+1", "1", "0", "1"],
    ]
    narrowed = rina.get("/console/map.csv?service=sampah")
    assert "Tebet" not in narrowed.text
    assert "/console/map.csv?service=sampah" in rina.get("/console/map?service=sampah").text


def test_without_a_tile_server_none_is_asked(rina: FlaskClient) -> None:
    page = rina.get("/console/map")
    assert 'data-tiles=""' in page.text
    assert "tiles.example" not in page.headers["Content-Security-Policy"]


def test_tiles_come_from_where_the_settings_say(
    sqlite_database: Database, rulebook: Rulebook, tmp_path: Path
) -> None:
    tiles = "https://{s}.tiles.example/{z}/{x}/{y}.png"
    settings = isolated_settings(
        public_url="http://localhost", media_folder=tmp_path, map_tiles=tiles, map_attribution="© <b>peta</b>"
    )
    page = on(sqlite_database, rulebook, settings).coordinator().get("/console/map")
    assert f'data-tiles="{tiles}"' in page.text
    assert 'data-attribution="© &lt;b&gt;peta&lt;/b&gt;"' in page.text
    assert "img-src 'self' data: https://*.tiles.example" in page.headers["Content-Security-Policy"]


def test_a_look_is_written_down_once(hall: CityHall, rina: FlaskClient) -> None:
    rina.get("/console/map")
    rina.get("/console/map?overdue=1")
    with hall.database.read() as session:
        seen = [row.subject for row in session.query(AuditEntry).all() if row.subject == "page:map"]
    assert seen == ["page:map"]


def test_the_page_asks_the_database_little(hall: CityHall, rina: FlaskClient) -> None:
    for n in range(30):
        pinned(hall, kelurahan=f"Kelurahan {n}")
    rina.get("/console/map")
    with statements_of(hall.database) as seen:
        page = rina.get("/console/map")
    assert len(seen) <= 15, "\n".join(seen)
    assert "18 kelurahan lainnya" in said_on(page)
