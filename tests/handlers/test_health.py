"""``/healthz``: alive for load balancers, every part for people, and what is bad said in a sentence."""

from typing import Any

import pytest
from sqlalchemy import event

from handlers.health import MEANS
from storage.database import open_database
from storage.models import Heartbeat, InboundMessage, OutboundMessage
from tests.handlers.city_hall import CityHall
from tests.support.statements import statements_of


def deep(hall: CityHall) -> dict[str, Any]:
    answer = hall.browser().get("/healthz?deep=1")
    found: dict[str, Any] = answer.json
    assert (answer.status_code == 200) is found["ok"] is (not found["bad"])
    return found


def beat(hall: CityHall) -> None:
    with hall.database.begin() as session:
        session.merge(Heartbeat(worker="here:1", at=hall.now))


def came(hall: CityHall, number: int = 1, state: str = "new", lane: int = 1) -> None:
    with hall.database.begin() as session:
        for n in range(number):
            session.add(
                InboundMessage(
                    channel="sms", external_id=f"SM{hall.now:%H%M%S}{n}", address_hash="a", address="+62800",
                    received_at=hall.now, text="x", content={"text": "x"}, raw={}, state=state, lane=lane,
                )
            )  # fmt: skip


def test_all_is_well_and_nothing_is_bad(hall: CityHall) -> None:
    beat(hall)
    found = deep(hall)
    assert found["bad"] == {}
    assert found["load"]["state"] == "normal"
    assert hall.browser().get("/healthz").json == {"ok": True}


def test_a_silent_worker_is_bad_and_it_is_said_what_that_means(hall: CityHall) -> None:
    beat(hall)
    hall.wait(seconds=31)
    assert deep(hall)["bad"] == {"worker": MEANS["worker"]}


def test_overload_shows_long_before_messages_are_very_old(hall: CityHall) -> None:
    came(hall)
    hall.wait(seconds=61)
    beat(hall)
    found = deep(hall)
    assert set(found["bad"]) == {"load"}
    assert (found["load"]["state"], found["load"]["oldest_s"], found["load"]["waiting"]) == ("overloaded", 61, 1)
    assert hall.browser().get("/healthz").status_code == 200, "messages are still taken in"
    hall.wait(minutes=5)
    beat(hall)
    assert set(deep(hall)["bad"]) == {"load", "unprocessed"}


def test_a_message_that_waits_for_more_of_a_burst_is_no_overload(hall: CityHall) -> None:
    came(hall, state="held")
    hall.wait(seconds=30)
    beat(hall)
    found = deep(hall)
    assert found["unprocessed"]["oldest_s"] is None


@pytest.mark.parametrize(
    ("lane", "low", "bad"), [(1, False, {"unsent", "load"}), (2, True, {"unsent"}), (3, True, set())]
)
def test_low_value_sends_wait_without_being_bad(hall: CityHall, lane: int, low: bool, bad: set[str]) -> None:
    with hall.database.begin() as session:
        session.add(
            OutboundMessage(
                key="k", channel="sms", recipient="+62800", wording="w", body={"text": "x"}, lane=lane,
                created_at=hall.now, due_at=hall.now,
            )
        )  # fmt: skip
    hall.wait(minutes=6)
    beat(hall)
    found = deep(hall)
    assert set(found["bad"]) == bad
    assert found["load"]["low_value_sends_wait"] is low


def test_a_database_that_is_away_is_named(hall: CityHall) -> None:
    here = hall.app.extensions["suarakota"]
    away = open_database("postgresql://nobody@127.0.0.1:9/none")
    object.__setattr__(here, "database", away)
    answer = hall.browser().get("/healthz?deep=1")
    assert (answer.status_code, answer.json["bad"]) == (503, {"database": MEANS["database"]})
    assert "127.0.0.1" not in answer.text


def test_a_database_that_can_be_read_and_not_written_is_named(hall: CityHall) -> None:
    """A disk that is full or broken, a server that has become a standby."""
    beat(hall)
    read_only = "PRAGMA query_only=ON" if hall.database.is_sqlite else "SET default_transaction_read_only = on"

    def closed(connection: Any, *_: object) -> None:
        cursor = connection.cursor()
        cursor.execute(read_only)
        cursor.close()
        connection.commit()

    event.listen(hall.database.engine, "connect", closed)
    hall.database.dispose()
    assert deep(hall)["bad"] == {"database": MEANS["database"]}
    event.remove(hall.database.engine, "connect", closed)
    hall.database.dispose()
    assert deep(hall)["bad"] == {}


def test_a_slow_nlu_server_is_asked_outside_of_any_transaction(hall: CityHall) -> None:
    """Asked inside, on SQLite nobody could write until it answers."""
    begun: list[str] = []
    event.listen(hall.database.engine, "begin", lambda _: begun.append("begin"))
    event.listen(hall.database.engine, "commit", lambda _: begun.append("end"))
    event.listen(hall.database.engine, "rollback", lambda _: begun.append("end"))

    class Slow:
        def is_ready(self) -> bool:
            assert begun.count("begin") == begun.count("end")
            return False

    object.__setattr__(hall.app.extensions["suarakota"], "nlu", Slow())
    beat(hall)
    assert set(deep(hall)["bad"]) == {"nlu"}


def test_the_deep_look_stays_cheap(hall: CityHall) -> None:
    deep(hall)
    with statements_of(hall.database) as seen:
        deep(hall)
    assert len(seen) <= 10, seen
