"""The measures, on cases that can be counted by hand."""

import math

import pytest

import metrics


def test_accuracy_and_macro_f1() -> None:
    truth, predicted = ["a", "a", "b", "c"], ["a", "b", "b", "b"]
    assert metrics.accuracy(truth, predicted) == 0.5
    assert metrics.macro_f1(truth, predicted) == pytest.approx((2 / 3 + 0.5 + 0) / 3)
    assert math.isnan(metrics.accuracy([], []))


def test_top_share() -> None:
    assert metrics.top_share(["a", "b"], [["x", "a"], ["x", "y", "b"]], 2) == 0.5


def test_calibration_error() -> None:
    assert metrics.calibration_error([True, False], [0.5, 0.5]) == pytest.approx(0)
    assert metrics.calibration_error([False, False], [1.0, 1.0]) == pytest.approx(1)


def test_coverage_is_the_largest_share_that_is_right_often_enough() -> None:
    assert metrics.coverage_at([True, False, True, True], [0.9, 0.8, 0.7, 0.6], 0.75) == 1.0
    assert metrics.coverage_at([True, False, True, True], [0.9, 0.8, 0.7, 0.6], 0.9) == 0.25
    assert metrics.coverage_at([False], [0.9], 0.5) == 0.0


def test_recall_at_alarms() -> None:
    unwanted = [0.5] + [0.1] * 199
    assert metrics.recall_at_alarms([0.9, 0.4, 0.05], unwanted, 1 / 200) == pytest.approx(2 / 3)
    assert metrics.recall_at_alarms([0.9, 0.4, 0.05], unwanted, 0.0) == pytest.approx(1 / 3)


def test_overlap_and_set_f1() -> None:
    assert metrics.overlap_f1([(0, 10), None, None, (0, 4)], [(5, 15), None, (0, 1), None]) == pytest.approx(
        0.375
    )
    assert metrics.set_f1([["a"], []], [["a", "b"], []]) == pytest.approx(2 / 3)
