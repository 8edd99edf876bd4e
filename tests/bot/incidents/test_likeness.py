"""Is it the same thing? Pairs that neighbours could have written, distances, photos."""

import pytest

from bot.incidents.likeness import haversine_m, names_spot, place_alike, same_matter, same_photo
from bot.rulebook import Rulebook
from tests.bot.incidents.likeness_pairs import HELD_BACK, TUNED, UNSEEN, Pair

ALL = (*TUNED, *UNSEEN, *HELD_BACK)
# What is known not to be found; a wrong yes is never known and accepted.
FEWEST_FOUND = 38


def _named(pair: Pair) -> str:
    return f"{pair.service}: {pair.why}"


def says_same(rulebook: Rulebook, pair: Pair) -> bool:
    return same_matter(*pair.told(), rulebook.city.incidents.of(pair.service))


@pytest.mark.parametrize("pair", [pair for pair in ALL if not pair.same], ids=_named)
def test_what_only_looks_alike_is_never_joined(rulebook: Rulebook, pair: Pair) -> None:
    assert not says_same(rulebook, pair)


@pytest.mark.parametrize("pair", [pair for pair in TUNED if pair.same], ids=_named)
def test_one_thing_in_two_persons_words(rulebook: Rulebook, pair: Pair) -> None:
    assert says_same(rulebook, pair)


def test_most_of_what_belongs_together_is_found(rulebook: Rulebook) -> None:
    together = [pair for pair in ALL if pair.same]
    assert len(together) == 44
    assert sum(says_same(rulebook, pair) for pair in together) >= FEWEST_FOUND


def test_the_order_of_two_reports_makes_no_difference(rulebook: Rulebook) -> None:
    for pair in ALL:
        one, other = pair.told()
        measure = rulebook.city.incidents.of(pair.service)
        assert same_matter(one, other, measure) == same_matter(other, one, measure), pair.why


def test_distances_on_the_globe() -> None:
    assert haversine_m(-6.2, 106.8, -6.2, 106.8) == 0
    assert haversine_m(-6.2, 106.8, -6.2009, 106.8) == pytest.approx(100, abs=1)
    assert haversine_m(-6.1754, 106.8272, -6.9175, 107.6191) == pytest.approx(119_800, rel=0.01)


@pytest.mark.parametrize(
    ("place", "spot"),
    [("Jalan Kemuning", False), ("Kebayoran", False), ("Jl Kemuning 12", True), ("dpn Alfa", True)],
)
def test_a_spot_is_more_than_a_street(place: str, spot: bool) -> None:
    assert names_spot(place) is spot


def test_nothing_is_like_nothing() -> None:
    assert place_alike(None, None, loose=True) == 0
    assert place_alike("di sana pak", "di situ bu", loose=True) == 0


def test_photos_of_one_thing_differ_in_few_bits() -> None:
    photo = "0123456789abcdef0123456789abcdef"
    assert same_photo(photo, photo, 0)
    assert same_photo(photo, "0123456789abcdef0123456789abcdec", 6)
    assert not same_photo(photo, "fedcba98765432100123456789abcdef", 6)
    assert not same_photo("0" * 32, "0" * 32, 6)  # a grey wall
    assert not same_photo("f" * 32, "f" * 32, 6)
