"""One process sends through a number, as fast as is allowed and no faster; emergencies first, and fair to all."""

from dataclasses import dataclass, replace

import pytest

from bot.city.rates import PersonPace, Rate, Rates
from bot.delivery.delivery import Courier
from bot.delivery.lines import BY_AGE_EVERY, LINE_LEASE, Line
from bot.delivery.pacing import Bucket
from bot.messages import SMS, WHATSAPP
from bot.rulebook import Rulebook
from bot.words import BULK_LANE, EMERGENCY_LANE, UNASKED_LANE
from storage.models import InboundMessage
from tests.support.messages import PHONE
from tests.support.outbox import Post


@dataclass
class Seconds:
    """The clock of a bucket, moved by hand."""

    at: float = 1_000.0

    def __call__(self) -> float:
        return self.at


def bucket(rate: float = 10, burst: float = 5) -> Bucket:
    return Bucket(rate, burst, level=burst, filled_at=0)


def test_a_bucket_gives_its_burst_and_then_its_rate() -> None:
    full, taken = bucket(), 0
    for tick in range(1, 1_001):  # ten seconds, somebody asking a hundred times a second
        full.fill(tick / 100)
        while full.level >= 1:
            full.take(1)
            taken += 1
    assert 5 + 99 <= taken <= 5 + 100


def test_a_debt_is_paid_back_before_anything_else_goes_out() -> None:
    debtor = bucket()
    debtor.take(25)
    assert debtor.seconds_until(1) == pytest.approx(2.1)
    debtor.fill(2.0)
    assert debtor.level == pytest.approx(0)


def test_a_clock_that_goes_back_brings_nothing() -> None:
    moved = bucket()
    moved.take(5)
    moved.fill(-100)
    assert moved.level == 0


# -- on a database ---------------------------------------------------------------------------------------


@pytest.fixture
def office(post: Post, rulebook: Rulebook) -> Post:
    rates = Rates(whatsapp=Rate(per_second=10, with_inbound=True), sms=Rate(per_second=10, unit="segment"),
                  person=PersonPace(every_s=6, burst=3))  # fmt: skip
    post.rulebook = replace(rulebook, city=rulebook.city.model_copy(update={"rates": rates}))
    return post


@pytest.fixture
def generous(office: Post) -> Post:
    """A number that may send as fast as it likes; each person is still written to at their own pace."""
    assert office.rulebook
    city = office.rulebook.city
    rates = city.rates.model_copy(update={"whatsapp": Rate(per_second=1_000)})
    office.rulebook = replace(office.rulebook, city=city.model_copy(update={"rates": rates}))
    return office


def line_of(courier: Courier, channel: str = WHATSAPP, seconds: Seconds | None = None) -> Line:
    """The line of a courier, on a clock that stands still, with nothing left to give."""
    [line] = [line for line in courier.lines if line.channel == channel]
    assert line.bucket
    line._seconds = seconds or Seconds()
    line.bucket.empty(line._seconds())
    return line


def people(office: Post, count: int, **fields: object) -> None:
    for n in range(count):
        conversation = office.conversation(f"+62800002{n:04d}")
        office.write(f"{n}", conversation_id=conversation, recipient=f"whatsapp:+62800002{n:04d}", **fields)


def test_as_many_go_out_as_time_has_brought(office: Post) -> None:
    people(office, 20)
    seconds, courier = Seconds(), office.courier()
    line_of(courier, seconds=seconds)
    sent = []
    for _ in range(10):
        seconds.at += 0.1
        sent.append(courier.round())
    assert sent == [1] * 10


def test_what_comes_in_counts_as_well(office: Post) -> None:
    people(office, 20)
    seconds, courier = Seconds(), office.courier()
    line_of(courier, seconds=seconds)
    seconds.at += 0.1
    assert courier.round() == 1
    comes_in(office, 5)
    for _ in range(5):
        seconds.at += 0.1
        assert courier.round() == 0
    seconds.at += 0.1
    assert courier.round() == 1


def test_what_came_in_while_nothing_was_sent_is_no_debt(office: Post) -> None:
    """The model was away for ten minutes; time has paid for what came in meanwhile."""
    people(office, 20)
    seconds, courier = Seconds(), office.courier()
    line_of(courier, seconds=seconds)
    seconds.at += 0.1
    assert courier.round() == 1
    comes_in(office, 500)
    seconds.at += 600
    assert courier.round() == 1


def comes_in(office: Post, count: int) -> None:
    with office.database.begin() as session:
        for n in range(count):
            session.add(
                InboundMessage(channel=WHATSAPP, external_id=f"SM{n}", address_hash="x", address="x", content={},
                               raw={}, text="", received_at=office.clock.now())
            )  # fmt: skip


def test_an_sms_counts_by_its_segments(office: Post) -> None:
    for n in range(4):
        office.write("x" * 300, channel=SMS, recipient=f"+62800003{n:04d}", conversation_id=None)
    seconds, courier = Seconds(), office.courier()
    line_of(courier, SMS, seconds)
    sent = []
    for _ in range(8):
        seconds.at += 0.1
        sent.append(courier.round())
    assert sent == [1, 0] * 4


def test_an_emergency_goes_out_whatever_has_been_sent(office: Post) -> None:
    people(office, 3)
    office.write("112!", lane=EMERGENCY_LANE)
    courier = office.courier()
    line_of(courier)
    assert courier.round() == 1
    assert office.provider.texts == ["112!"]


def test_replies_go_before_what_nobody_asked_for_and_that_before_a_notice_to_many(office: Post) -> None:
    people(office, 3, lane=BULK_LANE)
    office.write("news", lane=UNASKED_LANE)
    office.write("reply", recipient="whatsapp:+628000000009", conversation_id=None)
    seconds, courier = Seconds(), office.courier()
    line_of(courier, seconds=seconds)
    for _ in range(3):
        seconds.at += 0.1
        courier.round()
    assert office.provider.texts == ["reply", "news", "0"]


def test_on_a_busy_day_a_notice_goes_on_as_well(office: Post) -> None:
    """There is always a reply due, and still every so often whoever has waited longest is next."""
    office.write("notice", lane=BULK_LANE)
    office.clock.move(seconds=1)
    people(office, 3 * BY_AGE_EVERY)
    seconds, courier = Seconds(), office.courier()
    line_of(courier, seconds=seconds)
    for _ in range(BY_AGE_EVERY):
        seconds.at += 0.1
        courier.round()
    assert "notice" in office.provider.texts


# -- one sender a number ---------------------------------------------------------------------------------


def test_a_second_process_does_not_send_through_the_same_number(office: Post) -> None:
    people(office, 4)
    first, second = office.courier("one"), office.courier("two")
    seconds = Seconds()
    line_of(first, seconds=seconds), line_of(second, seconds=seconds)
    seconds.at += 0.1
    assert (first.round(), second.round()) == (1, 0)


def test_it_takes_over_when_the_first_is_gone_and_begins_with_nothing(office: Post) -> None:
    people(office, 4)
    first, second = office.courier("one"), office.courier("two")
    seconds = Seconds()
    line_of(first, seconds=seconds)
    line_of(second, seconds=seconds).bucket.level = 5  # type: ignore[union-attr]
    seconds.at += 0.1
    assert first.round() == 1
    office.clock.move(seconds=LINE_LEASE.total_seconds())
    assert second.round() == 0, "the first may have sent until this very moment"
    seconds.at += 0.1
    assert (first.round(), second.round()) == (0, 1)


def test_who_goes_on_sending_keeps_the_number(office: Post) -> None:
    people(office, 30)
    first, second = office.courier("one"), office.courier("two")
    seconds = Seconds()
    line_of(first, seconds=seconds), line_of(second, seconds=seconds)
    for _ in range(10):
        office.clock.move(seconds=LINE_LEASE.total_seconds() / 2)
        seconds.at += 0.1
        assert (first.round(), second.round()) == (1, 0)


# -- one person ------------------------------------------------------------------------------------------


def test_replies_to_one_person_may_be_ahead_by_a_burst_and_then_keep_to_the_pace(generous: Post) -> None:
    for n in range(6):
        generous.write(f"{n}")
    generous.courier().round()
    assert generous.provider.texts == ["0", "1", "2"]
    generous.clock.move(seconds=17)
    generous.courier().round()
    assert len(generous.provider.texts) == 3
    generous.clock.move(seconds=1)
    generous.courier().round()
    assert generous.provider.texts == ["0", "1", "2", "3", "4", "5"]


def test_what_nobody_asked_for_keeps_its_distance(generous: Post) -> None:
    generous.write("reply")
    generous.courier().round()
    generous.write("news", lane=UNASKED_LANE, wording="follow_progress")
    generous.courier().round()
    assert generous.provider.texts == ["reply"]
    generous.clock.move(seconds=6)
    generous.courier().round()
    assert generous.provider.texts == ["reply", "news"]


def test_being_put_off_is_no_attempt(generous: Post) -> None:
    ids = [generous.write(f"{n}") for n in range(4)]
    generous.courier().round()
    assert (generous.row(ids[3]).state, generous.row(ids[3]).attempts) == ("waiting", 0)


# -- who is not written to -------------------------------------------------------------------------------


def test_who_opts_out_while_a_message_waits_does_not_get_it(generous: Post) -> None:
    news, reply = generous.write("news", wording="follow_progress"), generous.write("reply")
    with generous.database.begin() as session:
        conversation = generous.person()
        session.merge(conversation.citizen).opted_out_at = generous.clock.now()
    generous.clock.move(minutes=1)
    generous.courier().round()
    assert (generous.row(news).state, generous.row(news).error) == ("cancelled", "opted_out")
    assert (generous.row(reply).state, generous.provider.texts) == ("accepted", ["reply"])


def test_who_opts_out_while_a_message_is_just_going_gets_that_one_and_no_more(generous: Post) -> None:
    news = {"wording": "follow_progress", "lane": UNASKED_LANE}
    going, next_one = (generous.write(text, **news) for text in ("going", "next"))

    def opts_out(_: object) -> None:
        with generous.database.begin() as session:
            session.merge(generous.person().citizen).opted_out_at = generous.clock.now()

    generous.provider.before_send = opts_out
    for _ in range(3):
        generous.clock.move(seconds=10)
        generous.courier().round()
    assert (generous.row(going).state, generous.row(next_one).state) == ("accepted", "cancelled")


def test_in_a_trial_only_those_on_the_list_are_written_to(generous: Post) -> None:
    stranger = generous.write("stranger", recipient="whatsapp:+628009999999")
    known = generous.write("known")
    generous.courier(trial=frozenset({PHONE})).round()
    assert (generous.row(stranger).state, generous.row(stranger).error) == ("cancelled", "trial")
    assert (generous.row(known).state, generous.provider.texts) == ("accepted", ["known"])
