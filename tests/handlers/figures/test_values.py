"""Figures in Indonesian: rounded sensibly, few cases as they are, and changes that say whether they are good."""

from datetime import timedelta
from decimal import Decimal

import pytest

from bot.figures.spans import Histogram, bucket_of
from handlers.console.figures.amounts import money, span
from handlers.console.figures.changes import DOWN, EITHER, UP, Change
from handlers.console.figures.values import Count, Length, Mean, Share, Spending, Value

HOUR, DAY = 3600, 86400


def took(**cases: int) -> Length:
    """So many cases of so many hours: ``h5=12``."""
    return Length(Histogram({bucket_of(int(name[1:]) * HOUR): number for name, number in cases.items()}))


def said(now: Value, before: Value, better: int = EITHER) -> tuple[str, str]:
    change = now.since(before, better)
    assert isinstance(change, Change)
    return f"{change.arrow} {change.words}", change.verdict


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Count(0), "0"),
        (Count(12345), "12.345"),
        (Share(0, 0), "–"),
        (Share(3, 4), "3 dari 4"),
        (Share(9, 9), "9 dari 9"),
        (Share(7, 10), "70 %"),
        (Share(1234, 1500), "82 %"),
        (Mean(0, 0), "–"),
        (Mean(45, 11), "4,1"),
        (Spending(), "–"),
        (Spending((("IDR", Decimal(1795)),), 10), "Rp 180"),
        (Spending((("IDR", Decimal(1795)), ("USD", Decimal(3))), 10), "Rp 180 + USD 0,30"),
        (Spending((("IDR", Decimal(1795)),), 0), "–"),
        (Length(Histogram({})), "–"),
    ],
)
def test_a_figure_in_words(value: Value, expected: str) -> None:
    assert value.said == expected


@pytest.mark.parametrize(
    ("length", "expected"),
    [
        (timedelta(), "1 menit"),
        (timedelta(minutes=40.4), "40 menit"),
        (timedelta(hours=1), "1 jam"),
        (timedelta(hours=5.52), "5,5 jam"),
        (timedelta(hours=30), "30 jam"),
        (timedelta(days=2.44), "2,4 hari"),
        (timedelta(days=12.4), "12 hari"),
    ],
)
def test_a_length_as_exact_as_anybody_wants_it(length: timedelta, expected: str) -> None:
    assert span(length) == expected


@pytest.mark.parametrize(
    ("amount", "expected"), [("179.49", "Rp 179"), ("85.456", "Rp 85,46"), ("1234.5", "Rp 1.234")]
)
def test_money_without_small_change(amount: str, expected: str) -> None:
    assert money(Decimal(amount), "IDR") == expected


@pytest.mark.parametrize(
    ("now", "was", "better", "expected"),
    [
        (412, 381, EITHER, ("▲ 8 % lebih banyak", "")),
        (381, 412, UP, ("▼ 8 % lebih sedikit", "memburuk")),
        (30, 20, DOWN, ("▲ 50 % lebih banyak", "memburuk")),
        (20, 30, DOWN, ("▼ 33 % lebih sedikit", "membaik")),
        (7, 4, DOWN, ("▲ 3 lebih banyak", "memburuk")),
        (3, 0, UP, ("▲ 3 lebih banyak", "membaik")),
        (5, 5, UP, ("= sama", "")),
        (10_001, 10_000, UP, ("▲ 1 lebih banyak", "membaik")),
    ],
)
def test_counts(now: int, was: int, better: int, expected: tuple[str, str]) -> None:
    assert said(Count(now), Count(was), better) == expected


def test_nothing_then_and_nothing_now_is_no_news() -> None:
    assert Count(0).since(Count(0), UP) is None


def test_shares_move_by_points_and_only_where_there_are_enough() -> None:
    assert said(Share(80, 100), Share(77, 100), UP) == ("▲ naik 3 poin", "membaik")
    assert said(Share(80, 100), Share(90, 100), UP) == ("▼ turun 10 poin", "memburuk")
    assert said(Share(801, 1000), Share(80, 100), UP) == ("= sama", "")
    assert Share(3, 4).since(Share(80, 100), UP) is None
    assert Share(80, 100).since(Share(0, 0), UP) is None


def test_lengths_are_quicker_or_slower() -> None:
    assert said(took(h5=20), took(h9=20), DOWN)[0].endswith("lebih cepat")
    assert said(took(h9=20), took(h5=20), DOWN)[1] == "memburuk"
    assert said(took(h9=20), took(h9=30), DOWN) == ("= sama", "")
    assert took(h9=9).since(took(h5=20), DOWN) is None


def test_stars_and_money() -> None:
    assert said(Mean(45, 10), Mean(42, 10), UP) == ("▲ naik 0,3", "membaik")
    assert Mean(45, 9).since(Mean(42, 10), UP) is None
    one, two = (Spending((("IDR", Decimal(amount)),), 10) for amount in ("1000", "1100"))
    assert said(two, one, DOWN) == ("▲ naik 10 %", "memburuk")
    assert two.since(Spending((("USD", Decimal(1)),), 10), DOWN) is None
    assert two.since(Spending(), DOWN) is None


@pytest.mark.parametrize("value", [Count(3), Share(1, 2), Mean(3, 2), took(h5=2), Spending()])
def test_figures_of_another_kind_are_never_compared(value: Value) -> None:
    other = Mean(30, 20) if isinstance(value, Count | Share | Length | Spending) else Share(10, 20)
    change = value.since(other, UP)
    assert change is None or isinstance(value, Count)
