"""Tickets on the map, and what the map says of them."""

from typing import Any

from flask.testing import FlaskClient

from bot.messages import Location
from tests.handlers.city_hall import CityHall

TEBET, ANCOL = Location(-6.2264, 106.8583), Location(-6.1270, 106.8345)
JAKARTA = {"south": -6.4, "west": 106.6, "north": -6.0, "east": 107.0, "zoom": 12}


def pinned(hall: CityHall, where: Location = TEBET, **more: Any) -> str:
    """The number of an open report with a pin."""
    return hall.ticket(**{"kelurahan": "Tebet Timur", "location": where, **more})


def points(browser: FlaskClient, **asked: Any) -> dict[str, Any]:
    """What the map gets for a box; of all Jakarta unless told."""
    answer = browser.get("/console/map/points", query_string={**JAKARTA, **asked})
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.get_json()
    return told


def numbers(told: dict[str, Any]) -> set[str]:
    """Which tickets are told one by one."""
    return {ticket["number"] for ticket in told["tickets"]}
