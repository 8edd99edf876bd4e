"""What is drawn of many pins: nothing lost, nothing on top of each other, and never too much."""

import math
import random
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.map.grid import APART_PX, CELL_PX, MOST_ALONE, MOST_CELLS, WORLD_PX, Cluster, cell_size, clusters
from bot.map.pins import NEVER, NOWHERE, Box, Pin, box_of, extent, within, zoom_of

JAKARTA = Box(-6.37, 106.69, -6.07, 106.97)
NOW = 1_000_000.0
PLACES = st.tuples(st.floats(JAKARTA.south, JAKARTA.north), st.floats(JAKARTA.west, JAKARTA.east))


def pin(number: int, latitude: float = -6.2, longitude: float = 106.8, **more: object) -> Pin:
    told = {"area": "Tebet Timur", "service": "sampah", "agency": "dlh", "urgent": False, "late_from": NEVER}
    return Pin(number, latitude, longitude, since=0.0, **{**told, **more})  # type: ignore[arg-type]


def drawn(pins: list[Pin], box: Box = JAKARTA, zoom: float = 12) -> list[Cluster]:
    return clusters(within(pins, box), box, zoom, NOW)


def test_far_ones_stand_alone_and_near_ones_together() -> None:
    found = drawn([pin(1), pin(2, -6.2001), pin(3, -6.3, 106.9)])
    assert [(group.count, group.only) for group in found] == [(2, None), (1, 3)]


def test_what_is_one_mark_from_afar_comes_apart_nearer_by() -> None:
    pins = [pin(1, -6.2000), pin(2, -6.2040)]
    assert [group.count for group in drawn(pins, zoom=10)] == [2]
    near = Box(-6.205, 106.795, -6.199, 106.805)
    assert [group.only for group in drawn(pins, near, zoom=17)] == [1, 2]


def test_a_cluster_says_what_it_holds() -> None:
    pins = [
        pin(1, -6.2000, late_from=NOW - 1, area="Bukit Duri"),
        pin(2, -6.2002, late_from=NOW + 1, urgent=True),
        pin(3, -6.2004, late_from=NEVER),
    ]
    (group,) = drawn(pins)
    assert (group.count, group.late, group.urgent, group.area, group.only) == (3, 1, 1, "Tebet Timur", None)
    assert group.latitude == pytest.approx(-6.2002)
    assert group.bounds == Box(-6.2004, 106.8, -6.2, 106.8)


def test_where_nobody_named_a_kelurahan_none_is_named() -> None:
    assert drawn([pin(1, area=""), pin(2, area="")])[0].area == ""


def test_nothing_is_drawn_of_nothing() -> None:
    assert drawn([]) == []
    assert drawn([pin(1, NOWHERE, NOWHERE)]) == []


@given(places=st.lists(PLACES, max_size=60), zoom=st.floats(0, 22))
def test_every_pin_is_in_exactly_one_mark(places: list[tuple[float, float]], zoom: float) -> None:
    pins = [pin(n, *place) for n, place in enumerate(places, start=1)]
    found = drawn(pins, zoom=zoom)
    assert sum(group.count for group in found) == len(pins)
    alone = [group.only for group in found if group.only is not None]
    assert len(alone) == len({*alone}) == sum(group.count == 1 for group in found)
    assert found == sorted(found, key=lambda group: -group.count)


@given(places=st.lists(PLACES, max_size=60), zoom=st.sampled_from([10, 12, 14]))
def test_single_pins_do_not_overlap(places: list[tuple[float, float]], zoom: int) -> None:
    found = drawn([pin(n, *place) for n, place in enumerate(places, start=1)], zoom=zoom)
    singles = [group for group in found if group.count == 1]
    degree_px = WORLD_PX * 2**zoom / 360
    for n, one in enumerate(singles):
        for other in singles[n + 1 :]:
            across = abs(one.longitude - other.longitude) * degree_px
            up = abs(one.latitude - other.latitude) * degree_px
            assert max(across, up) > APART_PX * 0.9


@pytest.mark.parametrize("box", [JAKARTA, Box(-85, -180, 85, 180), Box(-6.2001, 106.8, -6.2, 106.8001)])
@pytest.mark.parametrize("zoom", [0, 5, 12, 19, 22])
def test_there_are_never_more_marks_than_a_screen_holds(box: Box, zoom: int) -> None:
    dice = random.Random(1)
    pins = [pin(n, dice.uniform(box.south, box.north), dice.uniform(box.west, box.east)) for n in range(1, 5_001)]
    assert 0 < len(drawn(pins, box, zoom)) <= (MOST_CELLS + 1) ** 2


def test_there_are_never_more_single_pins_than_can_be_told_of() -> None:
    steps = [n / 24 for n in range(24)]
    spread = [
        pin(n, -6.37 + 0.3 * up, 106.69 + 0.28 * right) for n, (up, right) in enumerate(product(steps, steps), 1)
    ]
    assert all(group.count == 1 for group in drawn(spread[:MOST_ALONE], zoom=19))
    assert sum(group.count == 1 for group in drawn(spread, zoom=19)) <= MOST_ALONE
    assert sum(group.count for group in drawn(spread, zoom=19)) == len(spread)


def test_cells_do_not_move_with_the_map() -> None:
    moved = Box(*(degrees + 0.01 for degrees in JAKARTA))
    assert cell_size(JAKARTA, 12) == pytest.approx(cell_size(moved, 12))
    assert cell_size(JAKARTA, 12)[1] == pytest.approx(CELL_PX * 360 / (WORLD_PX * 2**12))


@pytest.mark.parametrize(
    "sides",
    [
        ("", "", "", ""),
        ("nan", "106.7", "-6.1", "106.9"),
        ("-6.3", "106.7", "inf", "106.9"),
        ("-6.1", "106.7", "-6.3", "106.9"),
        ("-6.3", "106.9", "-6.1", "106.7"),
        ("-6.3", "106.7", "-6.3", "106.7"),
        ("a", "b", "c", "d"),
        ("1e999", "0", "1", "1"),
        ("90", "170", "95", "190"),
    ],
)
def test_what_is_no_box(sides: tuple[str, str, str, str]) -> None:
    assert box_of(*sides) is None


def test_a_box_is_at_most_the_world() -> None:
    assert box_of("-1e9", "-500", "1e9", "500") == Box(-85, -180, 85, 180)
    assert box_of("-6.3", "106.7", "-6.1", "106.9") == Box(-6.3, 106.7, -6.1, 106.9)


@pytest.mark.parametrize(
    ("text", "zoom"), [("12", 12), ("11.5", 11.5), ("", 0), ("nan", 0), ("-3", 0), ("99", 22), ("1e400", 0)]
)
def test_zoom_levels(text: str, zoom: float) -> None:
    assert zoom_of(text) == zoom


def test_one_pin_far_away_does_not_make_the_city_a_dot() -> None:
    pins = [pin(n, -6.2 + n / 10_000, 106.8 + n / 10_000) for n in range(1, 201)]
    whole = extent([*pins, pin(900, 50.0, 4.0), pin(901, NOWHERE, NOWHERE)])
    assert whole is not None
    assert whole.north < -6.1
    assert whole.west > 106.7
    everything = extent([*pins, pin(900, 50.0, 4.0)], but=0)
    assert everything is not None
    assert everything.north == 50.0


def test_the_extent_of_nothing() -> None:
    assert extent([]) is None
    assert extent([pin(1, NOWHERE, NOWHERE)]) is None
    assert extent([pin(1)]) == Box(-6.2, 106.8, -6.2, 106.8)


def test_sixty_thousand_pins_are_a_few_marks() -> None:
    dice = random.Random(2)
    pins = [pin(n, dice.gauss(-6.2, 0.05), dice.gauss(106.83, 0.05)) for n in range(1, 60_001)]
    assert len(drawn(pins, zoom=12)) < 200
    assert math.isclose(sum(group.count for group in drawn(pins, zoom=12)), len(within(pins, JAKARTA)))
