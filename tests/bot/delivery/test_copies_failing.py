"""Copies that cannot be deleted: later, without blocking the others, and without asking too much."""

from collections.abc import Callable
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.delivery.copies import BATCH, BATCHES, MOST_FAILING, RETRY
from bot.rulebook import Rulebook
from storage.database import Database
from tests.support.archive import AWAY, NOT_YET
from tests.support.clock import MoveableClock
from tests.support.outbox import Post
from tests.support.past import Past


@pytest.fixture
def past(database: Database, rulebook: Rulebook, clock: MoveableClock, post: Post) -> Past:
    return Past(database, rulebook, clock, post)


@pytest.fixture
def quick(sqlite_database: Database, rulebook: Rulebook, clock: MoveableClock, local_post: Post) -> Past:
    """Where the kind of database makes no difference."""
    return Past(sqlite_database, rulebook, clock, local_post)


def test_what_cannot_be_deleted_now_is_tried_later_and_in_nobodys_way(past: Past) -> None:
    stuck = [past.came() for _ in range(BATCH + 3)]
    fine = past.came()
    past.archive.errors |= dict.fromkeys(stuck, NOT_YET)
    past.clock.move(days=31)
    copies = past.copies()
    assert (copies.tick(), past.gone()) == (1, [fine])
    past.archive.errors.clear()
    assert copies.tick() == 0, "they are left alone for a while"
    past.clock.move(seconds=RETRY.total_seconds())
    assert copies.tick() == len(stuck)
    assert past.left() == 0


def test_when_the_provider_has_enough_the_round_is_over_and_what_is_gone_is_noted(past: Past) -> None:
    for sid in [past.came() for _ in range(5)][2:]:
        past.archive.errors[sid] = AWAY
    past.clock.move(days=31)
    copies = past.copies()
    deleted = copies.tick()
    assert past.archive.requests.total() == deleted + 1, "the first refusal is the last request"
    assert past.left() == 5 - deleted
    past.archive.errors.clear()
    assert copies.tick() == 5 - deleted


def test_whoever_dies_between_deleting_and_noting_deletes_again(past: Past) -> None:
    sids = [past.came(), past.came()]
    past.clock.move(days=31)

    def die_at_the_second() -> None:
        if past.archive.requests:
            raise KeyboardInterrupt

    past.archive.meanwhile = die_at_the_second
    with pytest.raises(KeyboardInterrupt):
        past.copies().tick()
    [first] = past.gone()
    assert past.left() == 2
    past.archive.meanwhile = lambda: None
    assert past.copies().tick() == 2
    assert past.archive.requests == {sid: 2 if sid == first else 1 for sid in sids}


def test_one_who_is_stopped_notes_what_is_gone(quick: Past) -> None:
    quick.came_many(10)
    quick.clock.move(days=31)
    stops = iter([False, False, True])
    assert quick.copies().tick(lambda: next(stops)) == 2
    assert quick.left() == 8


def test_a_tick_is_bounded(quick: Past) -> None:
    count = BATCH * BATCHES + 1
    quick.came_many(count)
    quick.clock.move(days=31)
    copies = quick.copies()
    assert copies.tick() == count - 1
    assert copies.tick() == 1


def test_where_hundreds_cannot_be_deleted_it_is_said_and_no_more_is_asked_until_later(quick: Past) -> None:
    quick.came_many(MOST_FAILING + BATCH)
    quick.archive.errors = Always(NOT_YET)
    quick.clock.move(days=31)
    copies = quick.copies()
    with capture_logs() as written:
        for _ in range(4):
            copies.tick()
    assert "copies_not_deleted" in [line["event"] for line in written]
    assert sum(quick.archive.requests.values()) == MOST_FAILING


def test_nothing_is_asked_inside_a_transaction(quick: Past) -> None:
    """SQLite has one writer: one who waited for the provider with a transaction open would hold this one up."""
    quick.came()
    quick.went("SM-out")
    quick.clock.move(days=31)
    quick.archive.meanwhile = lambda: quick.post.write()
    assert quick.copies().tick() == 2


def test_the_log_names_rows_and_nobody(quick: Past) -> None:
    sid = quick.came()
    quick.clock.move(days=31)
    quick.archive.errors[sid] = NOT_YET
    with capture_logs() as written:
        quick.copies().tick()
    assert written == [{"event": "copy_not_deleted", "log_level": "warning", "inbound": 1, "code": "20009"}]


class Always(dict[str, Any]):
    """The same for every key."""

    def __init__(self, value: Any) -> None:
        super().__init__()
        self.get: Callable[[str], Any] = lambda key: value  # type: ignore[assignment]
