"""A place as people type or paste it."""

import re

import pytest

from bot.citizen_web.pins import ABROAD, LONGEST_PLACE, NO_PLACE, NOWHERE, SHORT_LINK, TOO_LONG, read_place
from bot.errors import RefusedError

HERE = (-6.2, 106.8)


@pytest.mark.parametrize(
    "typed",
    [
        "-6.2, 106.8",
        "-6.2,106.8",
        " -6.2 106.8 ",
        "-6.2; 106.8",
        "(-6.2, 106.8)",
        "-6.2°, 106.8°",
        "geo:-6.2,106.8",
        "https://maps.google.com/?q=-6.2,106.8",
        "https://maps.google.com/maps?q=loc:-6.2,106.8&z=17",
        "https://www.google.com/maps/@-6.2,106.8,17z",
        "https://www.google.com/maps/search/-6.2,+106.8",
        "https://www.google.com/maps/search/?api=1&query=-6.2%2C106.8",
        # What is marked counts, not the middle of the map.
        "https://www.google.com/maps/place/Monas/@-6.9,107.1,17z/data=!3m1!4b1!4m5!3m4!1s0x2e69:0x15!8m2!3d-6.2!4d106.8",
        "https://www.openstreetmap.org/?mlat=-6.2&mlon=106.8#map=17/-6.9/107.1",
        "https://www.openstreetmap.org/#map=17/-6.2/106.8",
        "Di sini ya https://maps.google.com/?q=-6.2,106.8 dekat pasar",
    ],
)
def test_coordinates_and_links_out_of_maps(typed: str) -> None:
    place = read_place(typed, "ID")
    assert place.location
    assert (place.location.latitude, place.location.longitude) == HERE
    assert place.words == ""


@pytest.mark.parametrize(
    "words",
    [
        "Jalan Melati 3, RT 05",
        "di depan SDN 05 Cempaka Putih",
        "RT 05 RW 02",
        "12, 14",
        "<script>alert(1)</script>",
    ],
)
def test_words_stay_words(words: str) -> None:
    place = read_place(words, "ID")
    assert (place.location, place.words) == (None, words)


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("", NOWHERE),
        (" \u200b\x00 ", NOWHERE),
        ("https://maps.app.goo.gl/AbCdEf12345", SHORT_LINK),
        ("https://evil.example/", SHORT_LINK),
        ("-96.2, 106.8", NO_PLACE),
        ("-6.2, 206.8", NO_PLACE),
        ("52.5, 13.4", ABROAD),
        ("106.8, -6.2", NO_PLACE),
        ("-6.2, 10.8", ABROAD),
        ("0.0, 0.0", ABROAD),
        ("x" * (LONGEST_PLACE + 1), TOO_LONG),
    ],
)
def test_what_cannot_be_a_place_is_refused_in_a_sentence(typed: str, why: str) -> None:
    with pytest.raises(RefusedError, match="^" + re.escape(why)):
        read_place(typed, "ID")


def test_a_long_link_is_no_long_story() -> None:
    long = "https://www.google.com/maps/place/" + "x" * 900 + "/@-6.2,106.8,17z"
    assert read_place(long, "ID").location


@pytest.mark.parametrize(
    "typed", ["-" * 5_000, "1" * 5_000, "http://" + "?q=" * 2_000, "x" + " " * 5_000 + "x", "1 " * 4_000]
)
def test_hostile_text_takes_no_time(typed: str) -> None:
    with pytest.raises(RefusedError):
        read_place(typed, "ID")
