"""The open tickets by kelurahan."""

from bot.map.areas import Area, by_area
from bot.map.pins import NEVER, NOWHERE, Pin


def pin(number: int, area: str, latitude: float = NOWHERE, late_from: float = NEVER) -> Pin:
    longitude = NOWHERE if latitude is NOWHERE else 106.8
    return Pin(number, latitude, longitude, area, "sampah", "dlh", False, late_from, 0.0)


def test_the_most_first_and_those_without_a_kelurahan_last() -> None:
    pins = [
        pin(1, "", -6.0),
        pin(2, ""),
        pin(3, "Tebet Timur", -6.2, late_from=5.0),
        pin(4, "Tebet Timur", -6.4, late_from=15.0),
        pin(5, "Tebet Timur"),
        pin(6, "Ancol"),
    ]
    assert by_area(pins, now=10.0) == [
        Area("Tebet Timur", 3, 1, 1, (-6.300000000000001, 106.8)),
        Area("Ancol", 1, 0, 1, None),
        Area("", 2, 0, 1, (-6.0, 106.8)),
    ]


def test_no_city_no_kelurahan() -> None:
    assert by_area([], now=0.0) == []
