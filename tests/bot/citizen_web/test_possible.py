"""What can be done on the page follows from the ticket alone."""

from datetime import timedelta

import pytest

from bot.citizen_web.possible import Step, check, possible, reopen_until
from bot.errors import RefusedError
from bot.status import Outcome, Status
from storage.models import Ticket
from tests.support.clock import at

NOW = at("2026-11-24T10:00+07:00")
ADD, ANSWER, CONFIRM, DENY, RATE = Step.ADD, Step.ANSWER, Step.CONFIRM, Step.DENY, Step.RATE


def ticket(status: Status, outcome: Outcome | None = None, *, kind: str = "lapor", days: int = 0,
           sealed: bool = False, rating: int | None = None) -> Ticket:  # fmt: skip
    closed = NOW - timedelta(days=days) if outcome else None
    return Ticket(status=status, outcome=outcome, kind=kind, closed_at=closed, sealed=sealed, rating=rating)


@pytest.mark.parametrize(
    ("status", "steps"),
    [
        (Status.RECEIVED, {ADD}),
        (Status.COORDINATION, {ADD}),
        (Status.WAITING, {ADD, CONFIRM}),
        (Status.IN_PROGRESS, {ADD, CONFIRM}),
        (Status.SCHEDULED, {ADD, CONFIRM}),
        (Status.REOPENED, {ADD, CONFIRM}),
        (Status.NEEDS_INFO, {ADD, CONFIRM, ANSWER}),
        (Status.CLAIMED_DONE, {CONFIRM, DENY}),
        (Status.NOT_OURS, set()),
    ],
)
def test_while_it_is_open(status: Status, steps: set[Step]) -> None:
    assert possible(ticket(status), NOW) == steps


@pytest.mark.parametrize("outcome", [Outcome.CONFIRMED, Outcome.SILENT, Outcome.UNREACHABLE])
def test_once_it_is_done_it_may_be_rated_and_for_two_weeks_denied(outcome: Outcome) -> None:
    assert possible(ticket(Status.DONE, outcome, days=14), NOW) == {RATE, DENY}
    assert possible(ticket(Status.DONE, outcome, days=15), NOW) == {RATE}
    assert possible(ticket(Status.DONE, outcome, rating=0), NOW) == {RATE, DENY}
    assert possible(ticket(Status.DONE, outcome, rating=3), NOW) == {DENY}
    assert reopen_until(ticket(Status.DONE, outcome, days=4)) == NOW + timedelta(days=10)


@pytest.mark.parametrize(
    ("status", "outcome"),
    [(Status.DONE, Outcome.DELIVERED), (Status.REJECTED, Outcome.REJECTED), (Status.WITHDRAWN, Outcome.WITHDRAWN),
     (Status.DUPLICATE, Outcome.DUPLICATE)],
)  # fmt: skip
def test_what_ended_otherwise_is_over(status: Status, outcome: Outcome) -> None:
    assert possible(ticket(status, outcome), NOW) == set()
    assert reopen_until(ticket(status, outcome)) is None


def test_ideas_and_praise_cannot_be_fixed() -> None:
    assert possible(ticket(Status.WAITING, kind="saran"), NOW) == {ADD}


def test_of_a_sealed_matter_only_the_verdict_is_taken() -> None:
    assert possible(ticket(Status.CLAIMED_DONE, sealed=True), NOW) == {CONFIRM, DENY}
    assert possible(ticket(Status.NEEDS_INFO, sealed=True), NOW) == {CONFIRM}


def test_a_form_of_yesterday_is_refused_in_a_sentence() -> None:
    with pytest.raises(RefusedError, match="tidak bisa dilakukan lagi"):
        check(ticket(Status.WAITING), DENY, NOW)
