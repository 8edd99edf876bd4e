"""A ticket's life: the table is whole, and what it does not allow is refused."""

import pytest

from bot.errors import RefusedError
from bot.status import LABELS, OPEN, OUTCOMES, TRANSITIONS, WITH_AGENCY, Move, Status, after, is_open, moves_from

FINAL = (Status.NOT_OURS, Status.DUPLICATE, Status.REJECTED, Status.WITHDRAWN)


@pytest.mark.parametrize("status", [s for s in Status if s not in FINAL])
def test_every_status_but_the_final_ones_has_a_next_move(status: Status) -> None:
    assert moves_from(status)


@pytest.mark.parametrize("status", FINAL)
def test_nothing_moves_a_final_status(status: Status) -> None:
    assert moves_from(status) == frozenset()
    for move in Move:
        with pytest.raises(RefusedError):
            after(status, move)


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("move", Move)
def test_a_move_leads_somewhere_or_is_refused_with_the_status_as_people_know_it(
    status: Status, move: Move
) -> None:
    if (status, move) in TRANSITIONS:
        assert after(status, move) in Status
    else:
        with pytest.raises(RefusedError, match=LABELS[status]):
            after(status, move)


def test_every_status_has_a_label_and_every_move_a_use() -> None:
    assert set(LABELS) == set(Status)
    assert {move for _, move in TRANSITIONS} == set(Move)


def test_closing_moves_say_how_it_ended() -> None:
    closing = {move for (_, move), end in TRANSITIONS.items() if not is_open(end)}
    assert closing == set(OUTCOMES)


def test_open_statuses_can_be_closed_by_the_citizen_and_closed_ones_are_not_open() -> None:
    for status in OPEN:
        assert after(status, Move.CONFIRM) == Status.DONE
        assert after(status, Move.WITHDRAW) == Status.WITHDRAWN
    assert not any(is_open(status) for status in (Status.DONE, *FINAL))


def test_an_agency_can_only_claim_and_the_citizen_decides() -> None:
    for status in WITH_AGENCY:
        assert after(status, Move.CLAIM) == Status.CLAIMED_DONE
        with pytest.raises(RefusedError):
            after(status, Move.CLOSE_SILENT)
    assert after(Status.CLAIMED_DONE, Move.CONFIRM) == Status.DONE
    assert after(Status.CLAIMED_DONE, Move.DENY) == Status.REOPENED
    assert after(Status.DONE, Move.DENY) == Status.REOPENED


def test_every_open_status_is_reached_from_the_start() -> None:
    reached, frontier = set(), {Status.RECEIVED}
    while frontier:
        reached |= frontier
        frontier = {end for (start, _), end in TRANSITIONS.items() if start in reached} - reached
    assert set(OPEN) | {Status.DONE, Status.REJECTED, Status.WITHDRAWN} == reached
