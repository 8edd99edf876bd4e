"""Messages that the webhook never got are found in the provider's list, each once and with its own time."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from sqlalchemy import func, select

from bot.intake import flood, inbox
from bot.intake.reconciliation import FIRST_LOOK, MARGIN, OVERLAP
from bot.messages import SMS, WHATSAPP, Content
from storage.models import InboundMessage
from storage.queries.unread import unread
from tests.standins.citizen import new_sid
from tests.support.lost import HOUR, Line
from tests.support.messages import by_sms, by_whatsapp
from tests.support.settings import OUR_SMS, OUR_WHATSAPP

# -- what is found ----------------------------------------------------------------------------------------------


def test_what_the_inbox_lacks_is_stored_once_and_with_its_time(line: Line) -> None:
    line.comes()
    known = line.ids()
    line.clock.move(minutes=30)
    older, newer = line.lost("yang lama", ago=3 * HOUR), line.lost("banjir", ago=2 * HOUR, files=2)
    found = line.look()
    assert (found.listed, found.stored, found.error) == (3, 2, None)
    assert line.ids() == [*known, older, newer], "the older first, as it was written"
    row = line.stored()[-1]
    assert row.received_at == line.clock.now() - 2 * HOUR
    assert (row.state, row.text, len(Content.from_json(row.content).media)) == ("new", "banjir", 2)
    assert line.look().stored == 0
    assert len(line.stored()) == 3


def test_both_numbers_are_compared(line: Line) -> None:
    line.archive.puts(by_sms("mati lampu"), line.clock.now() - HOUR)
    line.lost("halo")
    assert [(found.line, found.listed, found.stored) for found in line.reconciler().run()] == [
        (WHATSAPP, 1, 1),
        (SMS, 1, 1),
    ]
    assert {row.channel: row.our_address for row in line.stored()} == {WHATSAPP: OUR_WHATSAPP, SMS: OUR_SMS}


def test_what_is_kept_apart_is_not_stored_again(line: Line) -> None:
    message = by_whatsapp()
    with line.database.begin() as session:
        inbox.quarantine(session, message, "unknown_to", line.clock.now())
    line.archive.puts(message, line.clock.now() - HOUR)
    assert (line.look().listed, line.stored()) == (1, [])


def test_what_has_only_just_come_is_left_to_the_webhook(quick_line: Line) -> None:
    """The webhook has its retries, and tells more: buttons, pins, names."""
    quick_line.lost(ago=MARGIN - timedelta(seconds=1))
    assert (quick_line.look().listed, quick_line.stored()) == (0, [])
    quick_line.clock.move(seconds=1)
    assert quick_line.look().stored == 1


# -- from when until when ---------------------------------------------------------------------------------------


def test_the_first_look_goes_back_a_day_and_the_next_begin_where_the_last_ended(line: Line) -> None:
    start = line.clock.now()
    line.look()
    assert line.archive.asked[0] == (OUR_WHATSAPP, start - FIRST_LOOK)
    assert line.through() == start - MARGIN
    line.clock.move(days=3)  # we were down
    line.look()
    assert line.archive.asked[-2] == (OUR_WHATSAPP, start - MARGIN - OVERLAP)
    assert line.through() == line.clock.now() - MARGIN


def test_an_earlier_start_can_be_asked_for(line: Line) -> None:
    line.look()
    old = line.lost(ago=timedelta(days=5))
    assert line.look().stored == 0
    assert line.look(since=line.clock.now() - timedelta(days=6)).stored == 1
    assert line.ids() == [old]


def test_a_later_start_leaves_no_gap_behind(line: Line) -> None:
    line.look()
    through = line.through()
    line.clock.move(days=2)
    in_the_gap, recent = line.lost(ago=timedelta(days=1)), line.lost(ago=HOUR)
    line.look(since=line.clock.now() - 2 * HOUR)
    assert (line.ids(), line.through()) == ([recent], through)
    line.look()
    assert sorted(line.ids()) == sorted([recent, in_the_gap])


def test_looking_at_the_past_again_takes_nothing_back(line: Line) -> None:
    line.look()
    through = line.through()
    line.clock.move(hours=-5)
    line.look()
    assert line.through() == through


def test_what_another_process_has_just_compared_is_left_out(line: Line) -> None:
    first, second = line.reconciler(), line.reconciler()
    assert len(first.run(unless_within=timedelta(minutes=5))) == 2
    assert second.run(unless_within=timedelta(minutes=5)) == []
    line.clock.move(minutes=5)
    assert len(second.run(unless_within=timedelta(minutes=5))) == 2


# -- webhooks at the same moment --------------------------------------------------------------------------------


def test_a_webhook_that_comes_later_is_a_repetition(line: Line) -> None:
    message = by_whatsapp("halo")
    line.archive.puts(message, line.clock.now() - HOUR)
    line.look()
    assert not line.by_webhook(message)
    assert len(line.stored()) == 1


def test_webhooks_and_two_reconcilers_at_once_store_each_message_once(line: Line) -> None:
    messages = [by_whatsapp(f"{n}", phone=f"+62800000{n:04d}") for n in range(60)]
    for n, message in enumerate(messages):
        line.archive.puts(message, line.clock.now() - HOUR + timedelta(seconds=n))
    with ThreadPoolExecutor(4) as pool:
        looks = [pool.submit(line.look) for _ in range(2)]
        hooks = [pool.submit(line.by_webhook, message) for message in (*messages[::2], *messages[1::2])]
        by_look, by_hook = [look.result().stored for look in looks], [hook.result() for hook in hooks]
    assert sum(by_look) + sum(by_hook) == len(messages)
    assert sorted(line.ids()) == sorted(message.external_id for message in messages)
    assert line.through() == line.clock.now() - MARGIN


# -- what an old message does to its conversation -----------------------------------------------------------------


def test_an_old_message_opens_no_window(line: Line) -> None:
    """WhatsApp counts its 24 hours from when the citizen wrote, not from when we found it."""
    line.lost(ago=20 * HOUR)
    line.look()
    line.place()
    assert line.conversation().last_inbound_at == line.clock.now() - 20 * HOUR


def test_an_old_message_closes_no_window_that_a_newer_one_opened(line: Line) -> None:
    line.comes()
    line.place()
    newest = line.clock.now()
    line.lost(ago=5 * HOUR)
    line.clock.move(minutes=10)
    line.look()
    line.place()
    assert line.conversation().last_inbound_at == newest
    assert line.conversation().wake_at == line.clock.now(), "it is answered all the same"


def test_an_old_message_is_no_flood(line: Line) -> None:
    """It lies behind many newer ones, but it did not come in the same minute with them."""
    for _ in range(20):
        line.by_webhook(by_whatsapp(external_id=new_sid()))
        line.clock.move(minutes=5)
    lost = line.lost(ago=5 * HOUR)
    line.look()
    line.place()
    with line.database.begin() as session:
        found = unread(session, [line.conversation().id], 20)
        assert flood.hold_back(session, line.rulebook, found, line.clock.now()) == frozenset()
    assert line.ids()[-1] == lost


def test_a_flood_that_was_lost_is_still_one(quick_line: Line) -> None:
    for n in range(25):
        quick_line.lost(f"{n}", ago=HOUR - timedelta(seconds=n))
    quick_line.look()
    quick_line.place()
    with quick_line.database.begin() as session:
        found = unread(session, [quick_line.conversation().id], 20)
        flood.hold_back(session, quick_line.rulebook, found, quick_line.clock.now())
    with quick_line.database.read() as session:
        capped = select(func.count()).where(InboundMessage.outcome == flood.CAPPED)
        assert session.scalar(capped) == 5
