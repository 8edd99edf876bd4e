"""The mix of labels and the confidence of a day beside the weeks before."""

import pytest

from bot.watching.drift import MOST_LABELS, OTHERS, drift, stability
from storage.queries.understood import Read


def reads(**counts: int) -> list[Read]:
    return [Read(intent, 0.9, "filed") for intent, count in counts.items() for _ in range(count)]


def test_the_same_mix_is_no_drift_and_another_is() -> None:
    before = reads(lapor=700, tanya=300)
    same, other = drift(reads(lapor=70, tanya=30), before), drift(reads(lapor=20, tanya=80), before)
    assert same.psi is not None
    assert other.psi is not None
    assert same.psi < 0.02
    assert other.psi > 0.25


def test_the_index_is_what_the_formula_says() -> None:
    """(0.5 - 0.25) ln(0.5 / 0.25) twice over, as large counts come to it."""
    assert stability({"a": 50_000, "b": 50_000}, {"a": 25_000, "b": 75_000}) == pytest.approx(0.2747, abs=1e-3)


def test_a_label_that_nobody_saw_before_is_no_division_by_nought() -> None:
    found = drift(reads(lapor=60, banjir_besar=60), reads(lapor=400))
    assert found.psi is not None
    assert found.psi > 0.25


@pytest.mark.parametrize(("now", "before"), [(49, 1_000), (400, 199), (0, 0)])
def test_too_little_to_compare_says_nothing(now: int, before: int) -> None:
    assert drift(reads(lapor=now), reads(lapor=before)).psi is None


def test_a_server_that_answers_nonsense_makes_no_series_of_each_word() -> None:
    found = drift([Read(f"label {n} <0812 3456 7890>", 0.5, None) for n in range(100)], reads(lapor=300))
    assert set(found.mix) == {OTHERS}
    many = drift([Read(f"label{n}", 0.5, None) for n in range(100)], [])
    assert len(many.mix) == MOST_LABELS + 1


def test_what_was_done_alone_asked_and_left_to_people() -> None:
    outcomes = ["filed"] * 6 + ["asked"] * 3 + ["person"]
    found = drift([Read("lapor", 0.8, outcome) for outcome in outcomes], reads(lapor=10))
    assert found.decisions == {"act": 0.6, "ask": 0.3, "person": 0.1}
    assert (found.sure, found.sure_before) == (pytest.approx(0.8), pytest.approx(0.9))
