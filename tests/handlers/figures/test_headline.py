"""The sentence on top, and who is best and worst: what is far from chance, not what is merely large."""

from datetime import date

import pytest

from bot.figures.period import Period
from bot.rulebook import Rulebook
from handlers.console.figures.headline import distance, headline
from handlers.console.figures.ranking import by_punctuality, most
from handlers.console.figures.window import Window
from handlers.phrases import Phrases
from storage.queries.figures.comparing import Pair
from storage.queries.figures.reading import Counts
from tests.support.clock import at

NOW = at("2026-11-26T10:00+07:00")


def window(name: str = "2026-W47", since: date = date(2026, 1, 1)) -> Window:
    period = Period.named(name)
    assert period
    return Window(period, NOW.date(), since)


def sentence(rulebook: Rulebook, city: Pair, name: str = "2026-W47", **agencies: Pair) -> str:
    return headline(Phrases(rulebook.city, NOW), window(name), city, agencies)


def test_what_came_in_and_what_moved_most(rulebook: Rulebook) -> None:
    city = Pair(Counts(filed=412, overdue=60, reopened=11), Counts(filed=381, overdue=55, reopened=10))
    moved = Pair(Counts(late=31), Counts(late=8))
    told = sentence(rulebook, city, bina_marga=moved, dlh=Pair(Counts(late=12), Counts(late=9)))
    assert told == (
        "Pekan lalu 412 laporan masuk, 8 % lebih banyak dibanding pekan sebelumnya; "
        "yang terlambat di Dinas Bina Marga naik dari 8 menjadi 31."
    )


def test_a_week_that_is_not_over(rulebook: Rulebook) -> None:
    told = sentence(rulebook, Pair(Counts(filed=40), Counts(filed=50)), "2026-W48")
    assert told == (
        "Pekan ini sejauh ini 40 laporan masuk, 20 % lebih sedikit dibanding hari yang sama pekan sebelumnya; "
        "selebihnya tidak banyak berubah."
    )


def test_the_share_in_time_is_told_in_per_cent(rulebook: Rulebook) -> None:
    worse = Pair(Counts(in_time=60, late=40), Counts(in_time=90, late=10))
    assert "bagian yang tepat waktu turun dari 90 % menjadi 60 %" in sentence(rulebook, worse)
    better = Pair(Counts(in_time=950, late=50), Counts(in_time=400, late=60))
    assert "bagian yang tepat waktu naik dari 87 % menjadi 95 %" in sentence(rulebook, better)
    few = Pair(Counts(in_time=9), Counts(in_time=20, late=80))
    assert "tepat waktu" not in sentence(rulebook, few)


def test_without_anything_to_compare_nothing_is_compared(rulebook: Rulebook) -> None:
    say = Phrases(rulebook.city, NOW)
    told = headline(say, window("2026-W47", since=date(2026, 11, 12)), Pair(Counts(filed=3)), {})
    assert told == "Pekan lalu 3 laporan masuk."


def test_a_quiet_week_is_called_quiet(rulebook: Rulebook) -> None:
    quiet = Pair(Counts(filed=100, overdue=20), Counts(filed=100, overdue=21))
    assert sentence(rulebook, quiet).endswith("sama seperti pekan sebelumnya; selebihnya tidak banyak berubah.")


def test_coordinators_are_no_agency_that_is_named(rulebook: Rulebook) -> None:
    told = sentence(rulebook, Pair(), coordinators=Pair(Counts(overdue=90), Counts()))
    assert "90" not in told


@pytest.mark.parametrize(("now", "was", "sign"), [(10, 10, 0), (0, 0, 0), (30, 10, 1), (10, 30, -1)])
def test_distance_from_chance(now: int, was: int, sign: int) -> None:
    assert (distance(now, was) > 0) - (distance(now, was) < 0) == sign


def test_more_of_many_is_less_surprising_than_more_of_few() -> None:
    assert distance(1010, 1000) < distance(20, 10)


def agencies(**kept: tuple[int, int]) -> dict[str, Pair]:
    return {name: Pair(Counts(in_time=met, late=late)) for name, (met, late) in kept.items()}


def test_best_and_worst_are_never_the_same_and_rest_on_enough() -> None:
    ranks = by_punctuality(agencies(a=(90, 10), b=(50, 50), c=(9, 0), d=(70, 30), coordinators=(0, 50)))
    assert (ranks.best, ranks.worst) == (["a"], ["b"])
    assert by_punctuality(agencies(a=(90, 10))).best == []
    assert by_punctuality({}).worst == []


def test_of_two_alike_the_one_with_more_cases_comes_first() -> None:
    ranks = by_punctuality(agencies(a=(10, 0), b=(100, 0), c=(1, 99), d=(0, 10)))
    assert (ranks.best, ranks.worst) == (["b", "a"], ["d", "c"])


def test_most_leaves_out_what_has_none_and_what_has_no_name() -> None:
    keys = {
        "x": Pair(Counts(filed=2)),
        "y": Pair(Counts(filed=5)),
        "": Pair(Counts(filed=9)),
        "z": Pair(Counts(open=3)),
    }
    assert most(keys) == ["y", "x"]
