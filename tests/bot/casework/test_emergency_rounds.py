"""Emergencies have a round of their own, which does not wait for a model that is slow to answer for the others."""

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import select

from bot.casework.rounds import Worker
from nlu.client import NluUnavailableError, Understanding
from scheduler.worker import ALL_BUT_EMERGENCIES, EMERGENCIES
from storage.models import InboundMessage
from tests.support.desk import Number, meaning

REPORT, EMERGENCY = "lampu jalan mati di Jl. Kenanga 5", "ada kebakaran di Jl. Kenanga 5, tolong"
UNDERSTOOD = meaning("lapor", "lampu_jalan", place="Jl. Kenanga 5")


class Slow:
    """A model that answers when it is told to."""

    def __init__(self) -> None:
        self.asked, self.may_answer = threading.Event(), threading.Event()

    def understand(self, texts: Sequence[str]) -> list[Understanding]:
        self.asked.set()
        assert self.may_answer.wait(20)
        return [UNDERSTOOD for _ in texts]


class GivenUp:
    """The same, for those who do not wait."""

    def understand(self, texts: Sequence[str]) -> list[Understanding]:
        raise NluUnavailableError("It takes too long.")


def outcomes(number: Number) -> dict[str, str | None]:
    with number.database.read() as session:
        return dict(session.execute(select(InboundMessage.text, InboundMessage.outcome)).all())  # type: ignore[arg-type]


def two_rounds(number: Number) -> tuple[Slow, Worker, Worker]:
    """A model that takes its time, who waits for it, and who does not."""
    slow = Slow()
    others = Worker(number.database, number.rulebook, slow, number.clock, "one", lanes=ALL_BUT_EMERGENCIES)
    urgent = Worker(number.database, number.rulebook, GivenUp(), number.clock, "one", lanes=EMERGENCIES)
    return slow, others, urgent


def test_an_emergency_is_answered_while_a_report_waits_for_the_model(number: Number) -> None:
    slow, others, urgent = two_rounds(number)
    number.hears(REPORT, UNDERSTOOD)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(others.round)
        assert slow.asked.wait(20)
        number.hears(EMERGENCY, who="sim:2")
        assert urgent.round() == 1
        assert outcomes(number) == {REPORT: None, EMERGENCY: "emergency"}
        slow.may_answer.set()
        assert waiting.result(20) == 1
    assert outcomes(number)[REPORT] == "filed"


def test_each_round_leaves_the_other_its_messages(number: Number) -> None:
    others = Worker(number.database, number.rulebook, number.nlu, number.clock, "one", lanes=ALL_BUT_EMERGENCIES)
    urgent = Worker(number.database, number.rulebook, number.nlu, number.clock, "one", lanes=EMERGENCIES)
    number.hears(REPORT, UNDERSTOOD)
    assert urgent.round() == 0
    number.hears(EMERGENCY, who="sim:2")
    assert others.round() == 1
    assert urgent.round() == 1
    assert urgent.round() == others.round() == 0


def test_an_emergency_behind_a_report_that_is_being_understood_is_next(number: Number) -> None:
    slow, others, urgent = two_rounds(number)
    number.hears(REPORT, UNDERSTOOD)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(others.round)
        assert slow.asked.wait(20)
        number.hears(EMERGENCY)
        assert urgent.round() == 0, "the conversation is in another's hands"
        slow.may_answer.set()
        assert waiting.result(20) == 1
    assert urgent.round() == 1
    assert outcomes(number)[EMERGENCY] == "emergency"


def test_an_emergency_behind_a_button_is_next(number: Number) -> None:
    urgent = Worker(number.database, number.rulebook, GivenUp(), number.clock, "one", lanes=EMERGENCIES)
    number.hears("Pohon", choice="pohon")
    number.hears(EMERGENCY)
    assert (urgent.round(), urgent.round(), urgent.round()) == (1, 1, 0)
    assert outcomes(number)[EMERGENCY] == "emergency"


def test_a_report_behind_an_emergency_is_none(number: Number) -> None:
    slow = Slow()
    others = Worker(number.database, number.rulebook, number.nlu, number.clock, "one", lanes=ALL_BUT_EMERGENCIES)
    urgent = Worker(number.database, number.rulebook, slow, number.clock, "one", lanes=EMERGENCIES)
    number.hears(EMERGENCY)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(urgent.round)
        assert slow.asked.wait(20)
        number.hears(REPORT, UNDERSTOOD)
        assert others.round() == 0
        slow.may_answer.set()
        assert waiting.result(20) == 1
    assert urgent.round() == 0
    assert others.round() == 1
