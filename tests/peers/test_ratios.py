"""How many times ours does what Rasa's connector does, and which of these ratios is held to a limit."""

from benchmarks.load.figures import ACKNOWLEDGED, PROCESSED, RATE, Figure
from benchmarks.peers import ratios
from benchmarks.peers.ratios import AT_ONCE, RASA, REAL

OURS = [
    Figure(PROCESSED, 60, RATE, setup="SQLite"),
    Figure(PROCESSED, 50, RATE, setup="SQLite, callbacks"),
    Figure(ACKNOWLEDGED, 500, RATE, setup="SQLite"),
]


def theirs(rate: float, setup: str) -> Figure:
    return Figure(PROCESSED, rate, RATE, RASA, setup)


def test_ours_without_callbacks_is_compared() -> None:
    (found,) = ratios([*OURS, theirs(6, REAL)])
    assert (found.value, found.setup) == (10, "SQLite")
    assert found.is_met is True


def test_too_little_is_missed() -> None:
    (found,) = ratios([*OURS, theirs(13, REAL)])
    assert found.is_met is False


def test_a_twilio_that_only_theirs_has_is_shown_and_not_held_to() -> None:
    (found,) = ratios([*OURS, theirs(40, AT_ONCE)])
    assert (found.value, found.is_met) == (1.5, None)


def test_without_theirs_there_is_nothing_to_compare() -> None:
    assert not list(ratios(OURS))
