"""The simulator's clock: what falls due on the way happens in its order and at its hour."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from storage.database import Database
from storage.models import Conversation, FollowUp, Heartbeat, OutboundMessage
from tests.handlers.simulator_fixtures import POTHOLE, Simulator
from tests.support.clock import MoveableClock, at

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def simulator(database: Database, clock: MoveableClock) -> Simulator:
    return Simulator(database, clock, movable=True)


@pytest.fixture
def quick(sqlite_database: Database, clock: MoveableClock) -> Simulator:
    """On one database only, where its kind makes no difference."""
    return Simulator(sqlite_database, clock, movable=True)


def written(simulator: Simulator) -> list[tuple[str, datetime]]:
    """Everything that was said, with the simulated time at which it was written."""
    with simulator.database.read() as session:
        rows = session.scalars(select(OutboundMessage).order_by(OutboundMessage.id))
        return [(row.wording, row.created_at) for row in rows]


def claimed(simulator: Simulator) -> None:
    simulator.send(POTHOLE)
    simulator.work()
    simulator.claim()
    simulator.work()


def test_with_nothing_due_it_goes_straight_there(simulator: Simulator) -> None:
    start = simulator.clock.now()
    assert simulator.travel(hours=1) == [start + HOUR]
    state = simulator.state()
    assert (state["now"], state["ahead_s"]) == ((start + HOUR).isoformat(), 3600)
    simulator.clock.move(minutes=1)
    assert simulator.state()["now"] == (start + HOUR + timedelta(minutes=1)).isoformat(), "time goes on"


def test_it_stops_where_something_falls_due(simulator: Simulator) -> None:
    claimed(simulator)
    asked_again = at("2026-11-27T10:00+07:00")  # three working days on
    assert simulator.state()["next_follow_up"] == asked_again.isoformat()
    stops = simulator.travel(days=4)
    assert stops == [asked_again, simulator.clock.now() + 4 * DAY]
    assert written(simulator)[-1] == ("follow_confirm_again", asked_again)


def test_what_is_due_in_the_night_is_said_in_the_morning(quick: Simulator) -> None:
    quick.send(POTHOLE)
    quick.work()
    quick.clock.at = at("2026-11-24T22:30+07:00")
    quick.claim()
    quick.work()
    assert "follow_confirm" not in [wording for wording, _ in written(quick)]
    quick.travel(days=1)
    assert written(quick)[-1] == ("follow_confirm", at("2026-11-25T07:00+07:00"))


def test_a_fortnight_is_lived_through_in_order(quick: Simulator) -> None:
    """Silence after a claim: asked, asked once more, closed; each step once and at its time."""
    claimed(quick)
    quick.travel(days=15)
    unasked = [(wording, when) for wording, when in written(quick) if wording.startswith("follow_")]
    assert [wording for wording, _ in unasked] == [
        "follow_confirm",
        "follow_confirm_again",
        "follow_closed_silent",
    ]
    assert unasked == sorted(unasked, key=lambda entry: entry[1])
    assert unasked[2][1] - unasked[0][1] >= 13 * DAY


def test_an_agency_that_does_nothing_is_chased_without_a_flood(quick: Simulator) -> None:
    quick.send(POTHOLE)
    quick.work()
    start = len(written(quick))
    stops = quick.travel(days=14)
    letters = [when for wording, when in written(quick)[start:] if wording == "mail"]
    assert letters == sorted(set(letters)), "one at a time"
    assert set(letters) <= set(stops)
    assert 4 <= len(letters) <= 7


def test_it_waits_until_the_work_is_done(simulator: Simulator) -> None:
    simulator.send(POTHOLE)
    until = simulator.clock.now() + HOUR
    answer = simulator.move(until=until.isoformat()).get_json()
    assert (answer["waiting"], answer["arrived"]) == (True, False)
    assert answer["now"] == simulator.clock.now().isoformat()
    simulator.work()
    simulator.work()
    assert simulator.move(until=until.isoformat()).get_json()["arrived"]


def test_while_the_model_is_away_a_day_is_no_thousand_steps(quick: Simulator) -> None:
    quick.nlu.away = True
    quick.send(POTHOLE)
    quick.work()
    assert len(quick.travel(days=1)) < 20


def test_back_to_now(simulator: Simulator) -> None:
    claimed(simulator)
    simulator.travel(days=2)
    with simulator.database.begin() as session:
        later = simulator.time.now() + timedelta(seconds=30)
        session.add(Heartbeat(worker="one", at=simulator.time.now()))
        session.execute(update(Conversation).values(lease_until=later, lease_owner="one"))
    answer = simulator.move(back=True).get_json()
    assert (answer["now"], answer["ahead_s"]) == (simulator.clock.now().isoformat(), 0)
    with simulator.database.read() as session:
        assert session.scalars(select(Heartbeat.at)).one() == simulator.clock.now(), "signs of life go along"
        assert session.scalars(select(Conversation.lease_until)).one() is None
    simulator.send("halo", citizen="b")
    simulator.work()
    simulator.clock.move(seconds=5)
    simulator.work()
    assert len(simulator.texts("b")) == 2, "who writes now is answered now"


def test_a_message_that_waited_in_the_future_is_read_after_going_back(quick: Simulator) -> None:
    quick.send(POTHOLE)
    quick.work()
    quick.travel(days=2)
    quick.nlu.away = True
    quick.send("lampu jalan mati di depan pasar")
    quick.work()
    quick.move(back=True)
    quick.nlu.away = False
    quick.work()
    quick.work()
    assert [message.state for message in quick.stored()] == ["done", "done"]


@pytest.mark.parametrize(
    "fields",
    [{}, {"until": "soon"}, {"until": "2026-11-25T10:00"}, {"until": "2027-03-01T10:00+07:00"}, {"until": None}],
)
def test_what_is_no_time_to_go_to_is_refused(quick: Simulator, fields: dict[str, object]) -> None:
    answer = quick.move(**fields)
    assert answer.status_code == 400
    assert answer.get_json()["error"].endswith(".")
    assert quick.state()["ahead_s"] == 0


def test_the_past_is_not_gone_to(quick: Simulator) -> None:
    answer = quick.move(until=(quick.clock.now() - DAY).isoformat()).get_json()
    assert (answer["arrived"], answer["ahead_s"]) == (True, 0)


def test_where_citizens_are_written_to_for_real_it_stands(sqlite_database: Database, clock: MoveableClock) -> None:
    real = Simulator(sqlite_database, clock)
    assert real.move(until=(clock.now() + HOUR).isoformat()).status_code == 400
    assert real.settings.has_twilio
    assert not real.settings.clock_can_move
    assert 'id="moves" hidden' in real.browser.get("/simulator").text


def test_from_elsewhere_it_is_not_moved(quick: Simulator) -> None:
    headers = {"X-CSRFToken": quick.token(), "X-Forwarded-For": "127.0.0.1"}
    until = (quick.clock.now() + HOUR).isoformat()
    assert quick.browser.post("/simulator/clock", json={"until": until}, headers=headers).status_code == 404
    assert quick.browser.post("/simulator/clock", json={"until": until}).status_code == 400, "without our token"
    assert quick.state()["ahead_s"] == 0


def test_follow_ups_are_never_left_behind(quick: Simulator) -> None:
    claimed(quick)
    quick.travel(days=21)
    with quick.database.read() as session:
        waiting = session.scalars(select(FollowUp).where(FollowUp.state == "waiting")).all()
    assert [step.kind for step in waiting if step.due_at <= quick.time.now()] == []
