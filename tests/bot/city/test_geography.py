"""A box around the country: coarse, and enough to notice a photo from elsewhere."""

import pytest

from bot.city.geography import is_abroad


@pytest.mark.parametrize(
    ("place", "abroad"),
    [
        ((-6.2, 106.8), False),  # Jakarta
        ((5.9, 95.3), False),  # Sabang
        ((-8.5, 140.4), False),  # Merauke
        ((35.7, 139.7), True),
        ((-33.9, 151.2), True),
        ((6.2, -106.8), True),  # a sign lost
    ],
)
def test_places_of_the_archipelago_and_others(place: tuple[float, float], abroad: bool) -> None:
    assert is_abroad(*place, "ID") is abroad


def test_about_a_country_that_is_not_known_nothing_is_said() -> None:
    assert not is_abroad(35.7, 139.7, "NL")
