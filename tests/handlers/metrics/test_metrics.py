"""``/metrics``: who may read it, that it holds nothing of citizens, and what it costs."""

from dataclasses import replace

import pytest
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families

from bot.watching.gauges import GAUGES, PREFIX
from handlers.edge import KEY, Edge
from handlers.metrics.page import page, watch_of
from handlers.web import create_web
from storage.database import open_database
from tests.handlers.city_hall import NAME, PHONE, CityHall
from tests.support.settings import isolated_settings
from tests.support.statements import statements_of

MINE = "a token for whoever watches"
WORDS = "Rahasia sekali: jalan berlubang di Jl. Cempaka Wangi"


def watched(hall: CityHall, *tokens: str) -> FlaskClient:
    """The same city, with these tokens."""
    here: Edge = hall.app.extensions[KEY]
    settings = isolated_settings(metrics_token=",".join(tokens))
    return create_web(replace(here, settings=settings)).test_client()


def code(client: FlaskClient, token: str = "", address: str = "127.0.0.1", **headers: str) -> int:
    given = {"Authorization": token} if token else {}
    answer = client.get("/metrics", headers=given | headers, environ_overrides={"REMOTE_ADDR": address})
    return answer.status_code


@pytest.mark.parametrize(
    ("address", "headers", "expected"),
    [
        ("127.0.0.1", {}, 200),
        ("203.0.113.9", {}, 404),
        ("127.0.0.1", {"X-Forwarded-For": "203.0.113.9"}, 404),
        ("127.0.0.1", {"Host": "lapor.example"}, 404),
    ],
)
def test_without_a_token_only_this_machine(
    hall: CityHall, address: str, headers: dict[str, str], expected: int
) -> None:
    assert code(watched(hall), "", address, **headers) == expected
    assert code(watched(hall), "Bearer ", address, **headers) == expected


@pytest.mark.parametrize(
    "given", ["", "Bearer", "Bearer ", "Bearer wrong", f"Basic {MINE}", MINE, "Bearer ünicode"]
)
def test_with_a_token_nobody_without_it_not_even_here(hall: CityHall, given: str) -> None:
    assert code(watched(hall, MINE), given) == 404


def test_the_token_opens_from_anywhere_and_can_be_changed(hall: CityHall) -> None:
    client = watched(hall, "the next one", MINE)
    for token in ("the next one", MINE):
        assert code(client, f"Bearer {token}", "203.0.113.9", **{"X-Forwarded-For": "198.51.100.1"}) == 200


def test_it_is_the_format_of_prometheus_and_every_gauge_stands_in_the_table(hall: CityHall) -> None:
    hall.ticket()
    answer = hall.browser().get("/metrics")
    assert answer.content_type == "text/plain; version=0.0.4; charset=utf-8"
    families = {family.name: family for family in text_string_to_metric_families(answer.text)}
    gauges = {name.removeprefix(PREFIX) for name, family in families.items() if family.type == "gauge"}
    assert gauges <= GAUGES.keys()
    assert {"database_up", "unprocessed_messages", "load_state", "leader_present"} <= gauges
    assert families["suarakota_database_up"].samples[0].value == 1


def test_requests_are_counted_by_view_and_never_by_address(hall: CityHall) -> None:
    browser = hall.browser()
    browser.get("/t/JK-ABCDEF-1/a-secret-of-somebody?phone=0812")
    browser.get("/no/such/page-by-rina")
    text = browser.get("/metrics").text
    assert 'suarakota_http_requests_total{endpoint="nowhere",status="4xx"}' in text
    for part in ("a-secret", "ABCDEF", "0812", "page-by-rina", "/t/"):
        assert part not in text, part


def test_nothing_of_a_citizen_is_in_it(hall: CityHall) -> None:
    number = hall.ticket(WORDS, place="Jl. Cempaka Wangi 7")
    hall.handover(WORDS)
    hall.forwarded(WORDS)
    text = hall.browser().get("/metrics").text
    assert 'suarakota_people_waiting{what="questions"} 1.0' in text, "there was something to tell"
    for part in (PHONE, PHONE[1:], "Cempaka", "berlubang", number, *NAME.split()):
        assert part not in text, part


def test_every_label_is_a_word_of_ours(hall: CityHall) -> None:
    """Whatever a series is told apart by is short and no number, text or address of anybody."""
    hall.forwarded(WORDS)
    hall.handover(WORDS)
    for family in text_string_to_metric_families(hall.browser().get("/metrics").text):
        for sample in family.samples:
            for name, value in sample.labels.items():
                assert len(value) < 60, (family.name, name, value)
                assert value == "+Inf" or not any(char in value for char in "+@/ "), (family.name, name, value)


def test_room_on_the_disks_is_told_also_when_the_database_is_away(hall: CityHall) -> None:
    here: Edge = hall.app.extensions[KEY]
    away = replace(here, database=open_database("postgresql://nobody@127.0.0.1:9/none"))
    for edge, expected in ((here, {"media", "database"}), (away, {"media"})):
        families = {
            family.name: family for family in text_string_to_metric_families(page(watch_of(edge)).decode())
        }
        free, size = (families[f"suarakota_disk_{name}"].samples for name in ("free_bytes", "bytes"))
        assert {sample.labels["what"] for sample in free} == expected
        assert all(0 < one.value <= other.value for one, other in zip(free, size, strict=True))


def test_a_bucket_lies_on_no_disk_of_ours(hall: CityHall) -> None:
    here: Edge = hall.app.extensions[KEY]
    there = replace(here, settings=isolated_settings(media_bucket="photos"))
    assert 'suarakota_disk_free_bytes{what="media"}' not in page(watch_of(there)).decode()


def test_a_scrape_is_a_dozen_statements(hall: CityHall) -> None:
    browser = hall.browser()
    browser.get("/metrics")
    with statements_of(hall.database) as seen:
        assert browser.get("/metrics").status_code == 200
    assert len(seen) <= 12, seen


def test_a_scrape_writes_nothing_and_waits_for_no_writer(hall: CityHall) -> None:
    """On SQLite a writer holds everybody up who wants to write; whoever watches does not."""
    hall.browser().get("/metrics")
    with hall.database.begin() as session:
        session.connection()
        assert hall.browser().get("/metrics").status_code == 200
