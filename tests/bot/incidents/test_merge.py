"""By hand: whom a coordinator joins to others, or parts from them, is told so."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from bot.incidents import merge
from storage.models import Ticket
from tests.bot.neighbours import Neighbours
from tests.support.desk import Number


@pytest.fixture
def street(number: Number) -> Neighbours:
    return Neighbours(number)


def pipes(street: Neighbours, *who: str) -> list[Ticket]:
    """Two reports that no rule takes for one, with their agency."""
    places = ("Jl. Mawar sebelah apotek", "depan warung bu Tini")
    stories = ("lubang besar sebelah apotek", "aspal ambles di depan warung")
    found = [street.report(person, story, "jalan_rusak", place=place)
             for person, story, place in zip(who, stories, places, strict=True)]  # fmt: skip
    street.wait(minutes=5)
    return found


def by_hand(street: Neighbours, act: Callable[..., Any], *numbers: str) -> None:
    number = street.number
    with number.database.begin() as session:
        act(session, number.rulebook, *numbers, 1, number.clock.now())
    street.wait(minutes=5)


def test_who_is_joined_by_hand_reads_so_and_how_to_say_that_it_is_not_so(street: Neighbours) -> None:
    first, second = pipes(street, "1", "2")
    by_hand(street, merge.merge, second.number, first.number)
    assert street.number.wordings("sim:2")[-1] == "follow_joined"
    assert "BEDA LOKASI" in street.number.replies("sim:2")[-1]
    assert "follow_joined" not in street.number.wordings("sim:1")


def test_who_is_parted_reads_that_the_day_told_before_holds_no_more(street: Neighbours) -> None:
    first, second = pipes(street, "1", "2")
    by_hand(street, merge.merge, second.number, first.number)
    street.agency(street.now(first), "set_date", date(2026, 11, 26))
    street.wait(days=1)
    by_hand(street, merge.split_off, second.number)
    parted = street.number.replies("sim:2")[-1]
    assert "tidak berlaku lagi" in parted
    assert "Rabu 2 Desember" in parted
    by_hand(street, merge.merge, second.number, first.number)  # joined once more, and told once more
    assert street.number.wordings("sim:2").count("follow_joined") == 2


def test_whose_agency_keeps_it_when_it_parts_is_told_nothing(street: Neighbours) -> None:
    first, second = pipes(street, "1", "2")
    by_hand(street, merge.merge, second.number, first.number)
    by_hand(street, merge.split_off, first.number)
    assert "follow_split" not in street.number.wordings("sim:1")


def test_nobody_reads_of_others_who_are_themselves(street: Neighbours) -> None:
    first, second = pipes(street, "1", "1")
    assert first.number != second.number
    by_hand(street, merge.merge, second.number, first.number)
    assert "follow_joined" not in street.number.wordings("sim:1")
