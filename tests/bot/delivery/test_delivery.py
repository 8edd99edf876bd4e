"""Sending: retried when that helps, never twice when nobody knows, and true whatever order reports come in."""

from concurrent.futures import wait
from dataclasses import replace
from threading import Event

from bot.delivery.delivery import SENDERS
from bot.delivery.failing import BACK_OFF
from bot.delivery.lines import SLOTS
from bot.messages import EMAIL, SMS, WEBHOOK, WHATSAPP, SendError, Sent
from tests.support.outbox import Post, Provider, seconds_between

LATER, DOUBT, FINAL = SendError("later", "20429"), SendError("in_doubt", "500"), SendError("final", "21211")


def test_what_is_due_is_sent_and_accepted(post: Post) -> None:
    now, row_id = post.clock.at, post.write("Halo")
    assert post.courier().round() == 1
    row = post.row(row_id)
    assert (row.state, row.provider_id, row.sent_at, row.attempts) == ("accepted", "SM1", now, 1)
    assert post.courier().round() == 0
    assert post.provider.texts == ["Halo"]


def test_what_is_not_due_waits(post: Post) -> None:
    post.write(due_at=post.clock.at.replace(hour=12))
    assert post.courier().round() == 0
    post.clock.move(hours=12)
    assert post.courier().round() == 1


def test_a_channel_that_delivers_at_once_says_so(post: Post) -> None:
    row_id = post.write()
    post.provider.outcomes = [Sent("local-1", delivered=True)]
    post.courier().round()
    assert (post.row(row_id).state, post.row(row_id).delivered_at) == ("delivered", post.clock.at)


def test_messages_to_one_person_go_out_in_the_order_they_were_written(post: Post) -> None:
    for n in range(6):
        post.write(f"{n}")
    post.courier(threads=4).round()
    assert post.provider.texts == ["0", "1", "2", "3", "4", "5"]


def test_emergencies_go_first(post: Post) -> None:
    post.write("later", recipient="whatsapp:+628000000001")
    post.write("now", recipient="whatsapp:+628000000002", lane=0)
    post.courier(threads=1).round()
    assert post.provider.texts == ["now", "later"]


def test_a_refusal_for_now_is_tried_again_later_and_later_and_then_given_up(post: Post) -> None:
    row_id, waits = post.write(), []
    post.provider.outcomes = [LATER] * (len(BACK_OFF) + 1)
    while post.row(row_id).state == "waiting":
        post.clock.at = max(post.clock.at, post.row(row_id).due_at)
        assert post.courier().round() == 1
        waits.append(seconds_between(post.clock.at, post.row(row_id).due_at))
    assert waits[:-1] == list(BACK_OFF)
    row = post.row(row_id)
    assert (row.state, row.error, row.attempts) == ("failed", "20429", len(BACK_OFF) + 1)


def test_it_goes_out_when_the_provider_is_back(post: Post) -> None:
    row_id = post.write()
    post.provider.outcomes = [LATER, LATER]
    for _ in range(3):
        post.courier().round()
        post.clock.move(minutes=1)
    row = post.row(row_id)
    assert (row.state, row.error, row.attempts) == ("accepted", None, 3)


def test_a_refusal_for_good_ends_it(post: Post) -> None:
    row_id = post.write()
    post.provider.outcomes = [FINAL]
    post.courier().round()
    post.clock.move(days=1)
    assert post.courier().round() == 0
    assert (post.row(row_id).state, post.row(row_id).error) == ("failed", "21211")


def test_one_bad_message_does_not_hold_up_the_others(post: Post) -> None:
    bad, good = post.write("bad", recipient="whatsapp:+628000000009"), post.write("good")
    post.provider.outcomes = [RuntimeError("a bug")]
    post.courier(threads=1).round()
    assert (post.row(bad).state, post.row(good).state) == ("in_doubt", "accepted")


def test_without_its_channel_a_message_waits(local_post: Post) -> None:
    row_id = local_post.write(channel="sms")
    local_post.courier().round()
    assert (local_post.row(row_id).state, local_post.row(row_id).error) == ("waiting", "no_channel")


def test_a_mistake_within_a_channel_is_not_taken_for_a_missing_one(local_post: Post) -> None:
    """It may have been sent before the mistake."""
    row_id = local_post.write()
    local_post.provider.outcomes = [KeyError("sid")]
    local_post.courier().round()
    assert local_post.row(row_id).state == "in_doubt"


def test_providers_that_hang_do_not_hold_up_another(local_post: Post) -> None:
    """Mail, agencies and SMS all hang at once, each with as much in hand as it may have."""
    ends, stuck = Event(), {name: Provider() for name in (EMAIL, WEBHOOK, SMS)}
    for name, provider in stuck.items():
        provider.before_send = lambda _: ends.wait(10)
        for n in range(SLOTS):
            local_post.write(f"{n}", channel=name, recipient=f"{name} {n}", conversation_id=None)
    row_id = local_post.write()
    courier = replace(local_post.courier(threads=SENDERS), channels={**stuck, WHATSAPP: local_post.provider})
    try:
        for line in sorted(courier.lines, key=lambda line: line.channel == WHATSAPP):
            _, sending = courier.start(line)
        wait(sending, 2)
        assert local_post.row(row_id).state == "accepted"
    finally:
        ends.set()
