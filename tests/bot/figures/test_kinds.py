"""The words by which figures are counted are those by which the history is written."""

import pytest

from bot.delivery.cost_report import LEFT_OUT
from bot.errors import NotFoundError
from bot.figures.behind import FIGURES
from bot.figures.spans import MEASURES
from bot.messages import NOBODY_THERE, PAGE
from bot.status import OPEN, OUTCOMES, Move, Outcome, Status
from bot.tickets.clocks import ANSWERS
from storage.queries.figures import kinds
from storage.queries.figures.reading import CLOSINGS, FLOWS, STOCK
from tests.support.counted import Figured

BY_THEMSELVES = {Outcome.DELIVERED: "delivered", Outcome.DUPLICATE: "duplicate"}


def test_every_way_of_closing_is_counted() -> None:
    moves = {outcome: step for step, outcome in OUTCOMES.items()}
    assert {outcome: BY_THEMSELVES.get(outcome) or moves[outcome] for outcome in Outcome} == kinds.CLOSINGS
    assert set(CLOSINGS) == set(kinds.CLOSINGS)


def test_open_is_what_the_status_table_calls_open() -> None:
    assert set(kinds.OPEN) == set(OPEN)
    assert set(kinds.MAY_BE_LATE) == set(OPEN) - {Status.CLAIMED_DONE, Status.NEEDS_INFO}


def test_moves_are_called_as_in_the_status_table() -> None:
    assert {kinds.CLAIM, kinds.SET_DATE, kinds.CONFIRM, kinds.SEND_BACK, *kinds.REOPENING} < set(Move)
    assert set(kinds.FIRST_ANSWERS) == ANSWERS


def test_the_same_messages_cost_nothing_as_on_the_page_of_costs() -> None:
    assert set(kinds.NOT_BILLED) == {*LEFT_OUT, PAGE}
    assert set(kinds.NO_MESSAGES) == {*NOBODY_THERE, PAGE}


def test_every_figure_leads_to_its_tickets(small_city: Figured) -> None:
    assert set(FIGURES) == {*FLOWS, *STOCK, *MEASURES}
    assert [small_city.behind(figure).total for figure in FIGURES] == [0] * len(FIGURES)


@pytest.mark.parametrize(("figure", "dimension"), [("filed", "moon"), ("moons", "all")])
def test_what_is_no_figure_has_no_tickets(small_city: Figured, figure: str, dimension: str) -> None:
    with pytest.raises(NotFoundError):
        small_city.behind(figure, of=(dimension, ""))
