"""A message of which nobody knows whether it went out is found out about, and never sent twice."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from threading import Barrier, BrokenBarrierError

import pytest

from bot.delivery import doubt
from bot.delivery.delivery import LEASE
from bot.delivery.doubt import SURE_AFTER
from bot.delivery.failing import BACK_OFF
from bot.delivery.outcomes import SETTLE_AFTER
from bot.messages import WHATSAPP, SendError
from bot.words import BULK_LANE
from storage.models import Conversation, OutboundMessage
from storage.queries import sending
from tests.support.outbox import Post

LATER, DOUBT, FINAL = SendError("later", "20429"), SendError("in_doubt", "500"), SendError("final", "21211")


def test_a_message_in_doubt_is_not_sent_again_while_nobody_knows(post: Post) -> None:
    row_id = post.write()
    post.provider.lose_answers, post.provider.deaf = 1, True
    post.courier().round()
    for _ in range(10):
        post.clock.move(hours=2)
        post.courier().round()
        post.courier().settle()
    assert post.row(row_id).state == "in_doubt"
    assert post.provider.texts == ["Halo"]


def test_settling_finds_it(post: Post) -> None:
    row_id = post.write()
    post.provider.lose_answers = 1
    post.courier().round()
    assert post.courier().settle() == 0  # too soon to ask
    post.clock.move(seconds=SETTLE_AFTER.seconds + 1)
    assert post.courier().settle() == 1
    row = post.row(row_id)
    assert (row.state, row.provider_id) == ("accepted", "SM1")
    assert post.provider.texts == ["Halo"]


def test_settling_does_not_find_it_and_waits_until_that_is_sure(post: Post) -> None:
    row_id = post.write()
    post.provider.outcomes = [DOUBT]
    post.courier().round()
    waited = 0
    while post.row(row_id).state == "in_doubt":
        waited += post.clock.move(seconds=5) and 5
        post.courier().settle()
    assert waited >= SURE_AFTER.seconds
    post.clock.move(seconds=BACK_OFF[0])
    post.courier().round()
    assert (post.row(row_id).state, post.provider.texts) == ("accepted", ["Halo"])


def test_a_look_up_that_takes_long_is_only_sure_of_when_it_began(post: Post) -> None:
    row_id = post.write()
    post.provider.outcomes = [DOUBT]
    post.courier().round()
    post.clock.move(seconds=SETTLE_AFTER.seconds + 1)
    post.provider.after_find = lambda _: post.clock.move(seconds=SURE_AFTER.seconds)
    post.courier().settle()
    assert post.row(row_id).state == "in_doubt"


def test_a_look_up_that_was_overtaken_says_nothing_of_the_next_attempt(post: Post) -> None:
    """While one worker's provider is slow to answer, another finds that nothing was sent, and sends it."""
    row_id = post.write()
    post.provider.outcomes = [DOUBT]
    post.courier().round()

    def be_overtaken(_: object) -> None:
        post.provider.after_find = lambda _: None
        post.clock.move(seconds=SETTLE_AFTER.seconds + 1)
        post.courier("two").settle()
        post.clock.move(seconds=BACK_OFF[0])
        post.provider.lose_answers = 1
        post.courier("two").round()

    post.provider.after_find = be_overtaken
    post.clock.move(seconds=SURE_AFTER.seconds + 1)
    post.courier("one").settle()
    assert (post.row(row_id).state, post.row(row_id).attempts) == ("in_doubt", 2)
    for _ in range(3):
        post.clock.move(seconds=SETTLE_AFTER.seconds + 1)
        post.courier("one").settle()
        post.courier("one").round()
    assert (post.row(row_id).state, post.provider.texts) == ("accepted", ["Halo"])


def test_a_callback_settles_it_before_anybody_asks(post: Post) -> None:
    row_id = post.write()
    post.provider.lose_answers = 1
    post.courier().round()
    assert post.reports(row_id, "SM1", "delivered")
    post.clock.move(hours=1)
    assert post.courier().settle() == 0
    assert post.provider.texts == ["Halo"]


def test_identical_texts_are_counted(post: Post) -> None:
    """Three times the same words, all in doubt; the provider has two of them."""
    rows = [post.write("Sudah beres?") for _ in range(3)]
    post.provider.outcomes = [None, DOUBT, None]
    post.provider.before_send = lambda _: setattr(post.provider, "lose_answers", 1)
    post.courier().round()
    post.provider.before_send = lambda _: None
    post.provider.lose_answers = 0
    assert post.states() == ["in_doubt"] * 3
    for _ in range(20):
        post.clock.move(seconds=30)
        post.courier().settle()
        post.courier().round()
    assert post.states() == ["accepted"] * 3
    assert len(post.provider.taken) == 3
    assert len({post.row(row_id).provider_id for row_id in rows}) == 3


def test_an_identical_text_that_is_taken_while_we_ask_is_not_taken_twice(post: Post) -> None:
    """Another process, or a callback, finds the same one at the same time."""
    first, second = post.write("Sama-sama."), post.write("Sama-sama.")
    post.provider.outcomes = [None, DOUBT]
    post.provider.lose_answers = 1
    post.courier().round()
    post.clock.move(minutes=5)
    post.provider.after_find = lambda _: post.reports(second, "SM1", "sent")
    post.courier().settle()
    assert (post.row(second).provider_id, post.row(first).provider_id) == ("SM1", None)
    assert post.row(first).state == "in_doubt"


def test_an_identical_text_that_arrived_earlier_is_not_taken_for_it(post: Post) -> None:
    first, second = post.write("Sama-sama."), post.write("Sama-sama.")
    post.provider.outcomes = [None, DOUBT]
    post.courier().round()
    post.clock.move(minutes=5)
    post.courier().settle()
    assert (post.row(first).state, post.row(second).state) == ("accepted", "waiting")


def test_doubt_that_returns_at_every_attempt_is_given_up_in_the_end(post: Post) -> None:
    row_id = post.write(conversation_id=None)  # with a conversation, its 24-hour window would end it earlier
    post.provider.outcomes = [DOUBT] * 200
    for _ in range(3 * len(BACK_OFF)):
        post.clock.move(hours=3)
        post.courier().round()
        post.courier().settle()
    assert (post.row(row_id).state, post.row(row_id).attempts) == ("failed", len(BACK_OFF) + 1)


def test_a_crash_while_looking_up_concerns_one_message(local_post: Post) -> None:
    rows = [local_post.write(text) for text in ("one", "two")]
    local_post.provider.lose_answers = 2
    local_post.courier().round()
    local_post.clock.move(minutes=5)
    local_post.provider.crash_on = "one"
    local_post.courier().settle()
    assert [local_post.row(row_id).state for row_id in rows] == ["in_doubt", "accepted"]


def test_those_that_stay_in_doubt_do_not_keep_others_from_being_looked_up(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doubt, "BATCH", 2)
    post.write("stuck"), post.write("stuck")
    found = post.write("Halo")
    post.provider.lose_answers, post.provider.crash_on = 3, "stuck"
    post.courier().round()
    for _ in range(3):
        post.clock.move(seconds=SETTLE_AFTER.seconds + 1)
        post.courier().settle()
    assert post.row(found).state == "accepted"


def test_what_may_arrive_twice_is_simply_sent_again(post: Post) -> None:
    row_id = post.write("112!", at_least_once=True)
    post.provider.lose_answers = 1
    post.courier().round()
    assert post.row(row_id).state == "waiting"
    post.clock.move(seconds=BACK_OFF[0])
    post.courier().round()
    assert (post.row(row_id).state, post.provider.texts) == ("accepted", ["112!", "112!"])


# -- the sender dies --------------------------------------------------------------------------------------------


def claim_and_die(post: Post) -> None:
    with post.database.begin() as session:
        sending.claim(session, WHATSAPP, "dead", post.clock.now(), LEASE, 10, BULK_LANE)


def test_nobody_touches_a_message_that_somebody_is_sending(post: Post) -> None:
    post.write()
    claim_and_die(post)
    assert (post.courier("two").round(), post.courier("two").settle()) == (0, 0)


@pytest.mark.parametrize("had_sent", [True, False])
def test_a_sender_that_died_leaves_a_doubt_that_is_settled(post: Post, had_sent: bool) -> None:
    row_id = post.write()
    claim_and_die(post)
    if had_sent:
        post.provider.taken.append(("Halo", "SM9"))
    for _ in range(20):
        post.clock.move(seconds=30)
        post.courier("two").settle()
        post.courier("two").round()
    assert (post.row(row_id).state, post.provider.texts) == ("accepted", ["Halo"])


def test_the_first_reply_to_an_emergency_goes_out_again_when_its_sender_died(post: Post) -> None:
    post.write("112!", at_least_once=True)
    claim_and_die(post)
    post.clock.move(seconds=LEASE.seconds + 1)
    post.courier("two").settle()
    assert post.courier("two").round() == 1


def test_a_message_that_waited_longer_than_its_lease_is_not_sent_by_the_slow_sender(post: Post) -> None:
    """Somebody else may have found that it was never sent, and be sending it now."""
    slow, late = post.write("slow"), post.write("late")

    def take_long(_: object) -> None:
        post.provider.before_send = lambda _: None
        post.clock.move(seconds=LEASE.seconds + 1)

    post.provider.before_send = take_long
    post.courier().round()
    assert post.provider.texts == ["slow"]
    assert (post.row(slow).state, post.row(late).state) == ("accepted", "waiting")


def test_a_slow_sender_does_not_undo_what_another_one_did_meanwhile(post: Post) -> None:
    row_id = post.write("112!", at_least_once=True)

    def be_overtaken(_: object) -> None:
        post.provider.before_send = lambda _: None
        post.clock.move(seconds=LEASE.seconds + 1)
        post.courier("two").settle()
        with post.database.begin() as session:
            sending.claim(session, WHATSAPP, "two", post.clock.now(), LEASE, 10, BULK_LANE)

    post.provider.before_send, post.provider.outcomes = be_overtaken, [LATER]
    post.courier("one").round()
    row = post.row(row_id)
    assert (row.state, row.lease_owner) == ("sending", "two")


# -- what is found is the right one ------------------------------------------------------------------------------


def test_an_attempt_at_another_message_is_not_taken_for_it(post: Post) -> None:
    """The same words twice: the first was taken, not delivered, and waits for another attempt."""
    first, second = post.write("Sama-sama."), post.write("Sama-sama.")
    post.provider.outcomes = [None, DOUBT]
    post.courier().round()
    assert post.reports(first, "SM1", "undelivered", error="30003", kind="few")
    post.clock.move(minutes=5)
    post.courier().settle()
    assert (post.row(second).state, post.row(second).provider_id) == ("waiting", None)


def test_it_is_looked_up_in_the_form_in_which_it_went_out(post: Post) -> None:
    """It went out as a template; their answer to it opened the window before anybody looked."""
    forms: list[str | None] = []
    row_id = post.write(body={"text": "Beres?", "template": "HX1", "variables": {"1": "JK-1"}},
                        due_at=post.clock.at + timedelta(hours=30))  # fmt: skip
    post.clock.move(hours=30)
    post.provider.lose_answers = 1
    post.courier().round()
    with post.database.begin() as session:
        session.get_one(Conversation, post.conversation_id).last_inbound_at = post.clock.now()
    post.clock.move(seconds=30)
    post.provider.after_find = lambda message: forms.append(message.template)
    post.courier().settle()
    assert (post.row(row_id).state, forms) == ("accepted", ["HX1"])


def test_two_processes_that_find_the_same_one_take_it_once(post: Post) -> None:
    rows = [post.write("Sama-sama.") for _ in range(2)]
    post.provider.outcomes = [None, DOUBT]
    post.provider.lose_answers = 1
    post.courier().round()
    post.clock.move(minutes=5)
    together = Barrier(2)
    found = [post.row(row_id) for row_id in rows]

    def conclude(message: OutboundMessage) -> None:
        with post.database.begin() as session:
            doubt._conclude(session, None, message, "SM1", post.clock.now())
            if not post.database.is_sqlite:
                with suppress(BrokenBarrierError):
                    together.wait(0.5)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(conclude, found))
    assert sorted(post.row(row_id).provider_id or "" for row_id in rows) == ["", "SM1"]


def test_what_nobody_can_find_out_about_is_for_a_person_after_a_day(post: Post) -> None:
    row_id = post.write()
    post.provider.lose_answers, post.provider.deaf = 1, True
    post.courier().round()
    for hours, state in ((23, "in_doubt"), (2, "failed")):
        post.clock.move(hours=hours)
        post.courier().settle()
        assert post.row(row_id).state == state
    assert (post.row(row_id).failure, post.provider.texts) == ("in_doubt", ["Halo"])
    assert post.reports(row_id, "SM1", "delivered"), "it may be known after all"
