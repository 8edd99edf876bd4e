"""Status reports come repeated, out of order and early; what is true in the end does not depend on it."""

from itertools import permutations

import pytest

from bot.delivery import failures
from bot.delivery.outcomes import RANK
from bot.delivery.reports import REPORTED
from bot.messages import SendError, Sent
from tests.support.outbox import Post

LATER, DOUBT, FINAL = SendError("later", "20429"), SendError("in_doubt", "500"), SendError("final", "21211")


ALL_ORDERS = list(permutations(("queued", "sent", "delivered", "read", "failed")))


def test_reports_in_any_order_end_in_the_same_state(local_post: Post) -> None:
    for order in ALL_ORDERS:
        row_id = local_post.write()
        local_post.courier().round()
        local_post.reports(row_id, local_post.row(row_id).provider_id or "", *order)
        assert local_post.row(row_id).state == "read", order
        assert local_post.row(row_id).delivered_at, order


@pytest.mark.parametrize(
    ("reported", "end"),
    [
        (("queued", "sent"), "accepted"),
        (("sent", "delivered"), "delivered"),
        (("sent", "failed"), "failed"),
        (("queued", "sent", "undelivered"), "failed"),
        (("sent", "failed", "delivered"), "delivered"),
        (("queued", "sending", "sent", "delivered"), "delivered"),
    ],
)
def test_any_order_of_these_reports_ends_the_same(post: Post, reported: tuple[str, ...], end: str) -> None:
    for order in permutations(reported):
        row_id = post.write()
        post.courier().round()
        post.reports(row_id, post.row(row_id).provider_id or "", *order)
        assert post.row(row_id).state == end, order


@pytest.mark.parametrize("order", ALL_ORDERS[::7])
def test_reports_before_our_own_record_are_not_overwritten(local_post: Post, order: tuple[str, ...]) -> None:
    row_id = local_post.write()
    local_post.provider.outcomes = [Sent("SM77")]
    local_post.provider.before_send = lambda _: local_post.reports(row_id, "SM77", *order)
    local_post.courier().round()
    row = local_post.row(row_id)
    assert (row.state, row.provider_id) == ("read", "SM77")


@pytest.mark.parametrize(
    ("reported", "outcome", "end"),
    [
        ("failed", Sent("SM77"), "failed"),
        ("sent", DOUBT, "accepted"),
        ("delivered", LATER, "delivered"),
        ("delivered", FINAL, "delivered"),
    ],
)
def test_what_a_report_said_first_stands(post: Post, reported: str, outcome: Sent | SendError, end: str) -> None:
    row_id = post.write()
    post.provider.outcomes = [outcome]
    post.provider.before_send = lambda _: post.reports(row_id, "SM77", reported)
    post.courier().round()
    assert post.row(row_id).state == end


@pytest.mark.parametrize("kind", [failures.LATER, failures.FEW, failures.OTHER_FORM])
def test_what_a_report_put_off_before_we_knew_of_the_message_is_tried_again(post: Post, kind: str) -> None:
    """Our own record of the attempt comes behind the report that it failed."""
    row_id = post.write(body={"text": "Beres?", "template": "HX1", "variables": {"1": "JK-1"}})
    post.provider.outcomes = [Sent("SM77")]
    post.provider.before_send = lambda _: post.reports(row_id, "SM77", "failed", error="1", kind=kind)
    post.courier().round()
    assert (post.row(row_id).state, post.row(row_id).provider_id) == ("waiting", None)
    post.provider.before_send = lambda _: None
    post.clock.move(days=1)
    post.courier().round()
    row = post.row(row_id)
    assert (row.state, row.provider_id, row.body["tried"]) == ("accepted", "SM1", ["SM77"])


def test_a_repeated_report_says_nothing_new(post: Post) -> None:
    row_id = post.write()
    post.courier().round()
    assert post.reports(row_id, "SM1", "delivered")
    delivered = post.row(row_id).delivered_at
    post.clock.move(hours=1)
    assert not post.reports(row_id, "SM1", "delivered")
    assert post.row(row_id).delivered_at == delivered


def test_a_report_finds_its_message_by_the_providers_id(post: Post) -> None:
    row_id = post.write()
    post.courier().round()
    assert post.reports(None, "SM1", "delivered")
    assert post.row(row_id).state == "delivered"


def test_reports_about_nothing_of_ours_change_nothing(post: Post) -> None:
    row_id = post.write()
    post.courier().round()
    before = post.row(row_id)
    for row, sid, state in ((None, "SMx", "delivered"), (row_id + 1, "SM1", "read"), (row_id, "SMx", "failed"),
                            (row_id, "SM1", "partially_delivered"), (row_id, "SM1", "")):  # fmt: skip
        assert not post.reports(row, sid, state)
    after = post.row(row_id)
    assert (after.state, after.provider_id, after.error) == (before.state, before.provider_id, before.error)


def test_why_it_failed_is_kept(post: Post) -> None:
    row_id = post.write()
    post.courier().round()
    post.reports(row_id, "SM1", "undelivered", error="30003")
    assert (post.row(row_id).state, post.row(row_id).error) == ("failed", "30003")


@pytest.mark.parametrize("state", ["waiting", "cancelled"])
@pytest.mark.parametrize("reported", ["sent", "delivered", "undelivered"])
def test_a_report_about_a_message_that_was_lost_is_not_taken_for_a_new_one(
    post: Post, reported: str, state: str
) -> None:
    """After a restore a new message may have the number of one that the backup did not know."""
    row_id = post.write(state=state)
    assert not post.reports(row_id, "SM77", reported, error="30003")
    assert (post.row(row_id).state, post.row(row_id).provider_id) == (state, None)
    post.courier().round()
    assert post.provider.texts == (["Halo"] if state == "waiting" else [])


def test_a_report_about_a_cancelled_message_does_no_harm(local_post: Post) -> None:
    row_id = local_post.write(state="cancelled", attempts=1)
    assert local_post.reports(row_id, "SM1", "sent")


def test_every_state_that_can_be_reported_has_a_rank() -> None:
    assert set(REPORTED.values()) <= set(RANK)


def test_a_cancelled_message_is_not_brought_back_by_a_failure(post: Post) -> None:
    """It was in doubt and then withdrawn; what became of the first attempt is no reason to say it again."""
    row_id = post.write(state="cancelled", attempts=1)
    assert not post.reports(row_id, "SM77", "undelivered", error="30003", kind="few")
    assert post.row(row_id).state == "cancelled"
    assert post.reports(row_id, "SM77", "delivered")


@pytest.mark.parametrize("when", ["while it is sent again", "when it was"])
def test_every_attempt_is_remembered_whichever_arrived(post: Post, when: str) -> None:
    """The provider keeps a copy of each, and is asked to delete each."""
    row_id = post.write()
    post.courier().round()
    post.reports(row_id, "SM1", "undelivered", error="30003", kind="few")
    post.clock.move(hours=1)
    if when == "while it is sent again":
        post.provider.before_send = lambda _: post.reports(row_id, "SM1", "delivered")
    post.courier().round()
    if when == "when it was":
        assert post.reports(row_id, "SM1", "delivered")
    row = post.row(row_id)
    assert (row.state, {*row.body["tried"], row.provider_id}) == ("delivered", {"SM1", "SM2"})
