"""Every code that a page may meet has its words."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.status import Move, Outcome, Status
from bot.tickets.followups_plan import Kind
from handlers import phrases
from handlers.phrases import Phrases
from tests.handlers.city_hall import CityHall

NOON = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)


def test_every_code_has_words(hall: CityHall) -> None:
    assert set(Move) <= phrases.HAPPENED.keys()
    assert {*Kind} == phrases.PLANNED.keys()
    assert {*Outcome} == phrases.STANDING.keys()
    unasked = {name for name in hall.rulebook.wording.sentences["id"] if name.startswith("follow_")}
    assert unasked <= phrases.HAPPENED.keys()


@pytest.mark.parametrize(
    ("hours", "words"),
    [(-49, "lewat 2 hari"), (-1, "lewat hari ini"), (1, "hari ini"), (24, "besok"), (72, "3 hari lagi")],
)
def test_days_left(hall: CityHall, hours: int, words: str) -> None:
    say = Phrases(hall.rulebook.city, NOON)
    assert say.left(NOON + timedelta(hours=hours)) == words


def test_a_claim_is_not_late() -> None:
    assert phrases.can_be_late(Status.WAITING)
    assert not phrases.can_be_late(Status.CLAIMED_DONE)
    assert not phrases.can_be_late(Status.DONE)
