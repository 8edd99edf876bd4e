"""What the table says is what was measured."""

import math

import pytest

from benchmarks.load.figures import ACKNOWLEDGED, MEMORY, RATE, TIME, Figure, Goal, quantile, ratio, spread
from benchmarks.load.generator import Answer, Run
from benchmarks.load.replies import replies
from benchmarks.load.standin import Accepted
from benchmarks.load.table import table


def test_quantiles_are_values_that_were_measured() -> None:
    values = [float(n) for n in range(1, 1001)]
    assert spread(values) == {"p50": 500, "p95": 950, "p99": 990, "p99.9": 999, "max": 1000}
    assert quantile([7.0], 0.999) == 7
    assert math.isnan(quantile([], 0.5))


def test_of_rates_more_is_better_of_times_less() -> None:
    assert ratio(Figure(ACKNOWLEDGED, 300, RATE), Figure(ACKNOWLEDGED, 150, RATE)) == 2
    assert ratio(Figure("reply", 300, TIME), Figure("reply", 600, TIME)) == 2


@pytest.mark.parametrize(("value", "met"), [(199.0, True), (200.0, True), (201.0, False)])
def test_a_limit_is_kept_or_missed(value: float, met: bool) -> None:
    assert Figure("memory", value, MEMORY, goal=Goal(200)).is_met is met
    assert Figure("memory", value, MEMORY).is_met is None


def test_the_table_names_what_was_missed_and_compares_within_one_setup() -> None:
    figures = [
        Figure(ACKNOWLEDGED, 400, RATE, setup="SQLite", goal=Goal(500, at_most=False)),
        Figure(ACKNOWLEDGED, 300, RATE, setup="PostgreSQL"),
        Figure(ACKNOWLEDGED, 800, RATE, "bare Flask", "SQLite"),
    ]
    told = table(figures, "a machine")
    assert "≥ 500  MISSED" in told
    assert "0 limits kept, 1 not" in told
    assert "0.50 x" in told
    assert "0.38 x" not in told, "the other database is another matter"


def test_a_reply_belongs_to_the_webhook_of_its_sender() -> None:
    run = Run((Answer(10.0, 10.0, 10.01, 200), Answer(10.5, 10.5, 10.51, 200), Answer(11.0, 11.0, 11.01, 200)))
    forms = [{"From": name} for name in ("a", "b", "c")]
    taken = [
        Accepted("b", 10.9, 11.0, "2", ""),
        Accepted("a", 10.3, 10.4, "1", ""),
        Accepted("b", 12.0, 12.1, "3", ""),
    ]
    found = replies(run, forms, taken)
    assert found.ms == pytest.approx([400, 500])
    assert (found.missing, found.took) == (1, 3)
    assert found.rate == pytest.approx(2 / 1.0)
