"""What goes wrong while the provider's list is compared: nothing is lost by it, and it is said."""

from datetime import timedelta

from sqlalchemy import update
from structlog.testing import capture_logs

from bot.intake.reconciliation import MARGIN, STOPPED
from bot.messages import SMS, WHATSAPP
from storage.models import InboundMessage
from tests.support.archive import AWAY, NOT_YET
from tests.support.lost import HOUR, Line
from tests.support.messages import by_sms
from tests.support.settings import OUR_SMS, OUR_WHATSAPP


def test_what_was_read_before_the_list_broke_counts_and_the_rest_is_read_again(line: Line) -> None:
    lost = [line.lost(f"{n}", ago=(10 - n) * HOUR) for n in range(5)]
    line.archive.breaks_after = 1
    found = line.look()
    assert (found.stored, found.error, line.through()) == (2, AWAY, None)
    line.archive.breaks_after = None
    found = line.look()
    assert (found.stored, found.error) == (3, None)
    assert sorted(line.ids()) == sorted(lost)
    assert line.through() == line.clock.now() - MARGIN


def test_files_that_cannot_be_had_now_hold_up_their_message_alone(line: Line) -> None:
    first, stuck, last = (line.lost(f"{n}", ago=(10 - n) * HOUR, files=1) for n in range(3))
    line.archive.errors[stuck] = NOT_YET
    found = line.look()
    assert (line.ids(), found.error, line.through()) == ([first, last], NOT_YET, None)
    line.archive.errors.clear()
    assert (line.look().error, line.ids()) == (None, [first, last, stuck])


def test_a_provider_that_goes_away_among_the_files_is_asked_no_more(quick_line: Line) -> None:
    lost = [quick_line.lost(f"{n}", ago=(100 - n) * timedelta(minutes=10), files=1) for n in range(50)]
    without = quick_line.lost("tanpa foto")
    quick_line.archive.errors[lost[25]] = AWAY
    assert (quick_line.look().error, quick_line.ids()) == (AWAY, [*lost[:25], without])
    assert quick_line.archive.requests.total() == 26 + 1, "what has no files needs no request at the provider"


def test_one_who_is_stopped_goes_on_at_the_same_place(quick_line: Line) -> None:
    lost = [quick_line.lost(f"{n}", ago=(10 - n) * HOUR) for n in range(5)]
    stops = iter([False, True])
    with capture_logs() as written:
        found = quick_line.reconciler().run(stopping=lambda: next(stops, True))
    assert found[0].error is STOPPED
    assert (found[0].stored, quick_line.through()) == (2, None)
    assert [line["event"] for line in written] == ["webhook_lost_messages"]
    quick_line.look()
    assert sorted(quick_line.ids()) == sorted(lost)


def test_one_number_that_fails_is_not_in_the_way_of_the_other(line: Line) -> None:
    line.archive.errors[OUR_WHATSAPP] = AWAY
    line.archive.puts(by_sms(), line.clock.now() - HOUR)
    whatsapp, sms = line.reconciler().run()
    assert (whatsapp.error, whatsapp.stored, sms.error, sms.stored) == (AWAY, 0, None, 1)
    assert (line.through(WHATSAPP), line.through(SMS)) == (None, line.clock.now() - MARGIN)


def test_nothing_is_asked_inside_a_transaction(quick_line: Line) -> None:
    """SQLite has one writer: one who waited for the provider with a transaction open would hold this one up."""

    def write() -> None:
        with quick_line.database.begin() as session:
            session.execute(update(InboundMessage).values(lane=InboundMessage.lane))

    quick_line.archive.meanwhile = write
    for n in range(3):
        quick_line.lost(f"{n}", files=1)
    assert quick_line.look().stored == 3


def test_the_log_counts_and_names_nobody(quick_line: Line) -> None:
    quick_line.lost("rahasia")
    quick_line.archive.errors[OUR_SMS] = AWAY
    with capture_logs() as written:
        quick_line.look()
    assert [(line["event"], line["log_level"], line["channel"]) for line in written] == [
        ("webhook_lost_messages", "warning", WHATSAPP),
        ("reconciliation_failed", "error", SMS),
    ]
    assert written[0]["found"] == 1
    assert not any(secret in str(written) for secret in ("rahasia", "+62"))


def test_nothing_found_is_nothing_to_tell(quick_line: Line) -> None:
    quick_line.comes()
    with capture_logs() as written:
        quick_line.look()
    assert written == []
