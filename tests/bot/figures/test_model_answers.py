"""What the model got right and wrong."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.figures.model_answers import Confusion, Hits, Judged, Label, is_right, mean_sure, models, spread
from storage.queries.model_answers import Answer, Decision

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


def decision(
    guess: tuple[str, str | None, str | None] = ("lapor", "sampah", None),
    truth: tuple[str, str | None, str | None] = ("lapor", "sampah", None),
    sure: float = 0.4,
) -> Decision:
    return Decision(guess[0], sure, guess[1], guess[2], *truth)


@pytest.mark.parametrize(
    ("guess", "truth", "right"),
    [
        (("lapor", "sampah", None), ("lapor", "sampah", None), True),
        (("lapor", "sampah", None), ("lapor", "saluran_air", None), False),
        (("lapor", "sampah", None), ("saran", "sampah", None), False),
        (("lapor", "sampah", None), ("lapor", None, None), True),  # nobody said which service
        (("lapor", None, None), ("lapor", "sampah", None), False),
        (("tanya", None, "ktp_hilang"), ("tanya", None, "ktp_baru"), False),
        (("tanya", "sampah", "ktp_hilang"), ("tanya", None, "ktp_hilang"), True),
        (("di_luar_cakupan", "sampah", "ktp_hilang"), ("di_luar_cakupan", None, None), True),
    ],
)  # fmt: skip
def test_what_is_right(
    guess: tuple[str, str | None, str | None], truth: tuple[str, str | None, str | None], right: bool
) -> None:
    assert is_right(decision(guess, truth)) is right


def test_what_was_taken_for_what() -> None:
    drains = ("lapor", "saluran_air", None)
    asks = ("tanya", None, "ktp_baru")
    found = Judged([decision(truth=drains), decision(truth=drains), decision(truth=asks), decision()])
    assert found.confusions(10) == [
        Confusion(Label("lapor", "sampah"), Label("lapor", "saluran_air"), 2),
        Confusion(Label("lapor", "sampah"), Label("tanya", faq="ktp_baru"), 1),
    ]
    assert found.confusions(1) == found.confusions(10)[:1]
    assert found.hits == Hits(4, 1)


def test_how_sure_it_was_and_what_that_was_worth() -> None:
    wrong = ("lapor", "pohon", None)
    found = Judged([decision(sure=0.95), decision(sure=0.9), decision(sure=0.31, truth=wrong), decision(sure=0.0)])
    assert found.by_band() == [(0.9, Hits(2, 2)), (0.3, Hits(1, 0)), (0.0, Hits(1, 1))]


def test_by_what_people_decided() -> None:
    asks = ("tanya", None, None)
    found = Judged([decision(), decision(truth=asks), decision()])
    assert found.by_intent() == [("lapor", Hits(2, 2)), ("tanya", Hits(1, 0))]


def test_nothing_decided() -> None:
    found = Judged([])
    assert (found.hits, found.confusions(5), found.by_band(), found.by_intent()) == (Hits(0, 0), [], [], [])


@pytest.mark.parametrize(
    ("first", "end", "expected"),
    [(10, 10, []), (12, 10, []), (10, 13, [10, 11, 12]), (10, 110, [10, 30, 50, 70, 90]), (1, 8, [1, 2, 3, 5, 6])],
)
def test_an_even_spread(first: int, end: int, expected: list[int]) -> None:
    assert spread(first, end, 5) == expected


def test_which_model_answered_since_when() -> None:
    day = timedelta(days=1)
    found = models([Answer(AT, "old", 0.8), Answer(AT + day, "old", 0.6), Answer(AT + 2 * day, "new", 0.9)])
    assert [(one.name, one.first, one.last, one.count) for one in found] == [
        ("new", AT + 2 * day, AT + 2 * day, 1),
        ("old", AT, AT + day, 2),
    ]
    assert found[1].sure == pytest.approx(0.7)
    assert mean_sure([]) is None
