"""When more comes in than gets done, and how that is said."""

from datetime import timedelta

import pytest

from bot.watching.load import Load, State, load_of
from storage.queries.watching import Waiting
from tests.support.clock import at

NOW = at("2026-11-24T10:00")


def waiting(
    what: str, one: str | None = None, other: str | None = None, many: int = 1, since: float = 0
) -> Waiting:
    return Waiting(what, one, other, many, NOW - timedelta(seconds=since) if many else None)


def load(*lines: Waiting) -> Load:
    return load_of([line for line in lines if line.what == "inbound"], lines_out(lines), NOW)


def lines_out(lines: tuple[Waiting, ...]) -> list[Waiting]:
    return [line for line in lines if line.what != "inbound"]


def test_nothing_to_do_is_normal() -> None:
    assert load(waiting("conversations", many=0)).state == State.NORMAL
    assert load().oldest_s is None


@pytest.mark.parametrize(
    ("line", "state"),
    [
        (waiting("conversations", since=9), State.NORMAL),
        (waiting("conversations", since=11), State.BUSY),
        (waiting("conversations", since=61), State.OVERLOADED),
        (waiting("conversations", many=2_000, since=1), State.OVERLOADED),
        (waiting("inbound", "0", since=16), State.OVERLOADED),
        (waiting("inbound", "1", since=16), State.NORMAL),
        (waiting("outbound", "whatsapp", "1", since=61), State.OVERLOADED),
        (waiting("outbound", "whatsapp", "2", since=59), State.NORMAL),
        (waiting("outbound", "whatsapp", "3", since=3_600), State.BUSY),
    ],
)
def test_what_waits_how_long(line: Waiting, state: State) -> None:
    assert load(line).state == state


def test_low_value_sends_are_told_apart_from_replies() -> None:
    found = load(waiting("outbound", "sms", "1", 3, 5), waiting("outbound", "sms", "2", 40, 90))
    assert (found.replies, found.reply_s, found.low, found.low_s, found.low_waits) == (3, 5, 40, 90, True)


def test_messages_that_nobody_has_placed_count_with_their_age() -> None:
    found = load(waiting("inbound", "1", since=70), waiting("unplaced", many=5))
    assert (found.waiting, found.oldest_s, found.state) == (5, 70, State.OVERLOADED)
