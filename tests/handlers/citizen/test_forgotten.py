"""A ticket whose data had their time is not taken up again: there is nobody left to tell."""

import pytest

from bot.errors import RefusedError
from bot.status import Move
from storage.models import Ticket
from tests.handlers.citizen.visiting import claimed, path_of, send
from tests.handlers.city_hall import CityHall


def test_what_was_anonymised_does_not_move(hall: CityHall) -> None:
    number = claimed(hall)
    send(hall.browser(), path_of(hall, number), "confirm")
    with hall.database.begin() as session:
        session.get_one(Ticket, hall.find(number).id).anonymised_at = hall.now
    with pytest.raises(RefusedError, match="sudah dihapus"):
        hall.moved(number, Move.DENY)
    assert hall.find(number).outcome == "confirmed"
