"""What a completion photo tells: judged from values alone, on either side of every bound."""

from datetime import datetime, timedelta

import pytest

from bot.agencies import evidence
from bot.agencies.evidence import Bounds, Earlier, Kind, Photo, Work, bits_apart, judge, metres_apart
from bot.city.geography import Box
from tests.support.clock import at

FILED, CLAIMED = at("2026-11-20T09:00+07:00"), at("2026-11-24T15:00+07:00")
PLACE = (-6.1807, 106.8686)
JAKARTA = Box(-6.40, -5.15, 106.35, 107.00)
BOUNDS = Bounds(same_photo_bits=6, furthest_metres=500, oldest_photo=timedelta(days=2), city=JAKARTA)
HASH = "00ff00ff00ff00ff00ff00ff00ff00ff"
NORTH_M = 1 / 111_195  # degrees of latitude a metre


def work(**changes: object) -> Work:
    usual = {"begun_at": FILED, "claimed_at": CLAIMED, "latitude": PLACE[0], "longitude": PLACE[1]}
    return Work(**(usual | changes))


def kinds(photo: Photo | None, about: Work | None = None, *earlier: Earlier, bounds: Bounds = BOUNDS) -> list[str]:
    return [flag.kind for flag in judge(photo, about or work(), earlier, bounds)]


def taken(moment: datetime) -> Photo:
    return Photo(HASH, taken_at=moment)


def flipped(bits: int) -> str:
    return f"{int(HASH, 16) ^ ((1 << bits) - 1):032x}"


def test_a_photo_that_tells_nothing_is_no_reason_for_a_look() -> None:
    assert kinds(Photo(HASH)) == []


@pytest.mark.parametrize(("required", "found"), [(True, [Kind.MISSING]), (False, [])])
def test_a_photo_is_missed_only_where_the_service_requires_one(required: bool, found: list[str]) -> None:
    assert kinds(None, work(photo_required=required)) == found


@pytest.mark.parametrize(("bits", "found"), [(0, [Kind.USED_BEFORE]), (6, [Kind.USED_BEFORE]), (7, [])])
def test_a_photo_like_an_earlier_one(bits: int, found: list[str]) -> None:
    assert kinds(Photo(HASH), None, Earlier(flipped(bits), 4, by_citizen=False)) == found


def test_the_nearest_of_several_is_named() -> None:
    olds = [Earlier(flipped(5), 1, False), Earlier(flipped(1), 2, True), Earlier(flipped(3), 3, False)]
    flags = judge(Photo(HASH), work(), olds, BOUNDS)
    assert [flag.to_json() for flag in flags] == [
        {"kind": "used_before", "ticket_id": 2, "by_citizen": True, "bits": 1}
    ]


@pytest.mark.parametrize(("metres", "found"), [(0, []), (495, []), (505, [Kind.ELSEWHERE])])
def test_a_photo_taken_elsewhere(metres: int, found: list[str]) -> None:
    assert kinds(Photo(HASH, None, PLACE[0] + metres * NORTH_M, PLACE[1])) == found


def test_outside_the_city_is_said_once_and_without_a_place_of_the_report() -> None:
    bandung = Photo(HASH, None, -6.9147, 107.6098)
    assert kinds(bandung) == [Kind.OUTSIDE_CITY]
    assert kinds(bandung, work(latitude=None, longitude=None)) == [Kind.OUTSIDE_CITY]
    assert kinds(Photo(HASH, None, -6.3, 106.7), work(latitude=None, longitude=None)) == []


def test_without_a_box_only_the_distance_counts() -> None:
    open_city = Bounds(6, 500, timedelta(days=2))
    assert kinds(Photo(HASH, None, -6.9147, 107.6098), bounds=open_city) == [Kind.ELSEWHERE]


@pytest.mark.parametrize(
    ("moment", "found"),
    [
        (FILED - timedelta(days=300), [Kind.TOO_EARLY]),
        (FILED - timedelta(minutes=61), [Kind.TOO_EARLY]),
        (FILED - timedelta(minutes=59), [Kind.TOO_OLD]),
        (CLAIMED - timedelta(days=2, minutes=1), [Kind.TOO_OLD]),
        (CLAIMED - timedelta(days=2), []),
        (CLAIMED, []),
        (CLAIMED + timedelta(days=1), []),
    ],
)
def test_a_photo_from_another_time(moment: datetime, found: list[str]) -> None:
    assert kinds(taken(moment)) == found


def test_after_a_reopening_the_photo_must_be_newer_than_that() -> None:
    reopened = CLAIMED - timedelta(hours=5)
    assert kinds(taken(reopened - timedelta(hours=2)), work(begun_at=reopened)) == [Kind.TOO_EARLY]


def test_several_things_can_be_odd_at_once() -> None:
    photo = Photo(HASH, FILED - timedelta(days=9), PLACE[0] + 0.1, PLACE[1])
    assert kinds(photo, None, Earlier(HASH, None, True)) == [Kind.USED_BEFORE, Kind.ELSEWHERE, Kind.TOO_EARLY]


def test_distances() -> None:
    assert bits_apart("0f", "f0") == 8
    assert metres_apart(0, 0, 0, 1) == pytest.approx(111_195, rel=0.001)
    assert metres_apart(*PLACE, *PLACE) == 0
    assert metres_apart(0, 0, 0, 180) == pytest.approx(evidence.EARTH_M * 3.14159265, rel=0.001)
