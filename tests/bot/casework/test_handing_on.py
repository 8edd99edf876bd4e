"""A worker whose model is away lets those with a model go first, and answers by words when nobody comes."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.casework.handing_on import NOT_LONGER_THAN, OTHERS_FIRST
from bot.casework.rounds import Worker
from nlu.patient import PatientNlu
from scheduler.worker import beat
from storage.models import OutboundMessage
from tests.support.desk import Number, ScriptedNlu, meaning

REPORT, EMERGENCY = "lampu jalan mati di Jl. Kenanga 5", "ada kebakaran di Jl. Kenanga 5, tolong"
UNDERSTOOD = meaning("lapor", "lampu_jalan", place="Jl. Kenanga 5")
A_MOMENT_S = 0.01


class Server(ScriptedNlu):
    """A language model of one host."""

    def answers(self) -> bool:
        return not self.away


def worker_with(number: Number, server: Server, name: str) -> Worker:
    nlu = PatientNlu(server)
    return Worker(number.database, number.rulebook, nlu, number.clock, name, lambda: nlu.is_away)


@pytest.fixture
def sick(number: Number) -> Worker:
    """A worker whose model has just gone away; it does not know yet."""
    server = Server()
    server.away = True
    return worker_with(number, server, "sick")


@pytest.fixture
def well(number: Number) -> Worker:
    """A worker on another host, with a model."""
    beat(number.database, "well", number.clock.now())
    return number.worker("well")


def told(number: Number) -> list[str]:
    with number.database.read() as session:
        return list(session.scalars(select(OutboundMessage.wording).order_by(OutboundMessage.id)))


def test_what_it_has_in_hand_is_answered_by_another(number: Number, sick: Worker, well: Worker) -> None:
    number.hears(REPORT, UNDERSTOOD)
    sick.round()
    assert told(number) == []
    number.clock.move(seconds=A_MOMENT_S)
    assert sick.round() == 0, "it does not take it again at once"
    assert well.round() == 1
    assert told(number)
    assert "received_wait" not in told(number)


def test_what_is_new_is_left_to_others_first(number: Number, sick: Worker, well: Worker) -> None:
    number.hears("halo", who="sim:2")
    sick.round()
    number.hears(REPORT, UNDERSTOOD)
    number.clock.move(seconds=A_MOMENT_S)
    assert sick.round() == 0
    assert well.round() == 2


def test_what_nobody_takes_is_answered_by_words(number: Number, sick: Worker, well: Worker) -> None:
    number.hears(REPORT)
    sick.round()
    number.clock.move(seconds=OTHERS_FIRST.total_seconds() - 1)
    assert sick.round() == 0
    number.clock.move(seconds=2)
    assert sick.round() == 1
    assert told(number) == ["received_wait"]


def test_emergencies_wait_for_nobody(number: Number, sick: Worker, well: Worker) -> None:
    number.hears(EMERGENCY)
    assert sick.round() == 1
    before = told(number)
    assert before, "answered though the model has just failed"
    number.hears(EMERGENCY, who="sim:2")
    assert sick.round() == 1
    assert len(told(number)) > len(before)


def test_alone_it_waits_for_nobody(number: Number, sick: Worker) -> None:
    number.hears(REPORT)
    sick.round()
    assert told(number) == ["received_wait"]


def test_a_worker_that_is_gone_is_nobody(number: Number, sick: Worker, well: Worker) -> None:
    number.clock.move(minutes=1)
    number.hears(REPORT)
    sick.round()
    assert told(number) == ["received_wait"]


def test_where_every_model_fails_it_ends(number: Number, sick: Worker) -> None:
    """Handed to and fro for a while, then answered by words."""
    server = Server()
    server.away = True
    workers = (sick, worker_with(number, server, "other"))
    number.hears(REPORT)
    end = number.clock.now() + NOT_LONGER_THAN + OTHERS_FIRST + timedelta(seconds=2)
    while number.clock.now() < end and not told(number):
        for worker in workers:
            beat(number.database, worker.owner, number.clock.now())
            worker.round()
        number.clock.move(seconds=1)
    assert told(number) == ["received_wait"]
