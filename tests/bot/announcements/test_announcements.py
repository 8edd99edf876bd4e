"""One text to all who have an open report about something or somewhere: once each, batch by batch."""

import threading
from datetime import timedelta
from decimal import Decimal

import pytest

from bot.announcements.announcements import BATCH
from bot.messages import SMS, WHATSAPP
from bot.words import BULK_LANE
from storage.models import Announcement, Citizen, Conversation, OutboundMessage, Ticket
from storage.queries import announcements as queries
from storage.queries import notices
from tests.support.announced import FLOOD, HERE, OUTAGE, TEXT, THERE, Mobile, Quarter
from tests.support.clock import at


def test_a_flood_in_a_kelurahan(quarter: Quarter) -> None:
    """Thirty people in Manggarai have reported the flood. Rina warns them; halfway the water falls."""
    people = [quarter.neighbour() for _ in range(30)]
    elsewhere = quarter.neighbour(area=THERE)

    warning = quarter.drafts(TEXT, FLOOD, HERE)
    plan = quarter.plan(warning)
    assert (plan.people, plan.opted_out) == (30, 0)
    assert plan.costs == {"IDR": Decimal(30 * 85)}
    assert quarter.told() == []  # nobody has heard anything yet

    quarter.starts(warning, seen=plan.people)
    quarter.tick(seconds=1)
    assert quarter.told() == [person.address for person in people]
    assert elsewhere.address not in quarter.told()

    silent = people[3]  # writes STOP while the messages wait
    quarter.opts_out(silent)
    provider = Mobile(most=12)
    quarter.send({WHATSAPP: provider})
    assert len(provider.taken) == 12
    assert silent.address not in [message.recipient for message in provider.taken]
    assert all(TEXT in message.text for message in provider.taken)

    assert quarter.stops(warning, quarter.budi)
    quarter.clock.move(hours=1)
    provider.most = 1_000
    quarter.send({WHATSAPP: provider})
    quarter.tick(hours=1)
    assert len(provider.taken) == 12

    report = quarter.report_of(warning)
    assert (report.planned, report.written, report.delivered, report.cancelled) == (30, 30, 12, 18)
    assert (report.waiting, report.failed, report.unwritten, report.skipped) == (0, 0, 0, 0)
    assert report.costs == {"IDR": Decimal(12 * 85)}
    assert (report.started_by, report.stopped_by) == ("rina@jakarta.example", "budi@jakarta.example")


def test_one_message_a_person_to_where_they_wrote_last(quarter: Quarter) -> None:
    once = quarter.neighbour()
    quarter.report(once.conversation_id)
    quarter.report(quarter.second_address(once, "+628000000999"))
    quarter.begun()
    assert quarter.tick() == 1
    assert quarter.told() == ["+628000000999"]
    assert quarter.written()[0].lane == BULK_LANE


def test_an_address_that_is_dead_gives_way_to_an_older_one(quarter: Quarter) -> None:
    person = quarter.neighbour()
    dead = quarter.second_address(person, "+628000000999")
    quarter.report(dead)
    quarter.change(Conversation, dead, unreachable_at=quarter.clock.now())
    announcement = quarter.begun()
    quarter.tick()
    assert quarter.told() == [person.address]
    assert quarter.plan(announcement).unreachable == 0


@pytest.mark.parametrize(
    ("service", "areas", "told"),
    [
        (FLOOD, (), {"flood here", "flood there", "flood nowhere"}),
        (FLOOD, (HERE,), {"flood here"}),
        (None, (HERE, THERE), {"flood here", "flood there", "outage here"}),
        (OUTAGE, (THERE, HERE), {"outage here"}),
    ],
)
def test_service_and_area_choose_together(
    quarter: Quarter, service: str | None, areas: tuple[str, ...], told: set[str]
) -> None:
    who = {
        "flood here": quarter.neighbour(FLOOD, HERE),
        "flood there": quarter.neighbour(FLOOD, THERE),
        "flood nowhere": quarter.neighbour(FLOOD, None),
        "outage here": quarter.neighbour(OUTAGE, HERE),
    }
    quarter.begun(TEXT, service, *areas)
    quarter.tick()
    assert set(quarter.told()) == {who[name].address for name in told}


def test_who_is_left_out_and_counted(quarter: Quarter) -> None:
    told, opted_out, blocked, erased, dead, closed, sealed = (quarter.neighbour() for _ in range(7))
    now = quarter.clock.now()
    quarter.opts_out(opted_out)
    quarter.change(Citizen, blocked.citizen_id, blocked_at=now, opted_out_at=now)
    quarter.change(Citizen, erased.citizen_id, erased_at=now)
    quarter.change(Conversation, dead.conversation_id, unreachable_at=now)
    quarter.change(Ticket, closed.ticket_id, status="duplicate")
    quarter.change(Ticket, sealed.ticket_id, sealed=True)
    quarter.neighbour(area=None)
    announcement = quarter.begun(TEXT, FLOOD, HERE)
    plan = quarter.plan(announcement)
    quarter.tick()
    assert quarter.told() == [told.address]
    assert (plan.people, plan.opted_out, plan.blocked, plan.unreachable, plan.without_area) == (1, 1, 2, 1, 1)


def test_who_reports_after_the_start_is_not_written_to(quarter: Quarter) -> None:
    early = quarter.neighbour()
    announcement = quarter.begun()
    quarter.clock.move(seconds=1)
    quarter.neighbour()
    quarter.tick()
    assert quarter.told() == [early.address]
    assert quarter.report_of(announcement).skipped == 0


def test_it_is_written_in_batches_and_not_faster_than_it_is_sent(quarter: Quarter) -> None:
    for _ in range(2 * BATCH + 1):
        quarter.neighbour()
    announcement = quarter.begun()
    assert quarter.tick() == BATCH
    assert quarter.tick() == 0  # all of them still wait
    sent(quarter, 1)
    assert quarter.tick() == BATCH
    assert quarter.report_of(announcement).unwritten == 1
    sent(quarter, 3 * BATCH)
    assert quarter.row(announcement).state == "running"
    assert quarter.tick() == 1
    assert quarter.row(announcement).state == "written"
    assert len(set(quarter.told())) == 2 * BATCH + 1
    assert quarter.tick() == 0


def sent(quarter: Quarter, most: int) -> None:
    with quarter.database.begin() as session:
        for row in session.query(OutboundMessage).filter_by(state="waiting").limit(most):
            row.state = "accepted"


def test_what_breaks_in_the_middle_is_not_repeated(quarter: Quarter) -> None:
    for _ in range(3):
        quarter.neighbour()
    announcement = quarter.begun()
    quarter.tick()
    # As if the cursor had been lost: the key of each message stands against writing it again.
    quarter.change(Announcement, announcement, state="running", due_at=quarter.clock.now(), after=0)
    assert quarter.tick() == 0
    assert len(quarter.told()) == 3
    assert quarter.row(announcement).state == "written"


def test_two_workers_write_everything_once(quarter: Quarter) -> None:
    for _ in range(20):
        quarter.neighbour()
    quarter.begun()
    both, written = threading.Barrier(2), list[int]()

    def work() -> None:
        both.wait()
        written.append(quarter.tick())

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(written) == 20
    assert len(set(quarter.told())) == 20


def test_nothing_is_written_after_a_stop(quarter: Quarter) -> None:
    for _ in range(BATCH + 1):
        quarter.neighbour()
    announcement = quarter.begun()
    quarter.tick()
    sent(quarter, 50)
    assert quarter.stops(announcement)
    assert quarter.tick() == 0
    report = quarter.report_of(announcement)
    assert (report.accepted, report.cancelled, report.unwritten) == (50, BATCH - 50, 1)
    assert {row.error for row in quarter.written() if row.state == "cancelled"} == {"stopped"}
    with quarter.database.read() as session:
        assert queries.stopped(session, [announcement, 99]) == {announcement}


def test_what_was_in_hand_when_it_was_stopped_is_not_tried_again(quarter: Quarter) -> None:
    quarter.neighbour()
    announcement = quarter.begun()
    quarter.tick()
    provider = Mobile(most=0)
    provider.before_send = lambda: quarter.stops(announcement)
    quarter.send({WHATSAPP: provider})
    provider.most = 1
    quarter.clock.move(minutes=1)
    quarter.send({WHATSAPP: provider})
    assert provider.taken == []
    assert quarter.report_of(announcement).cancelled == 1


@pytest.mark.parametrize("hour", ["22:00", "20:56", "06:59"])
def test_the_night_is_quiet(quarter: Quarter, hour: str) -> None:
    quarter.clock.at = at(f"2026-11-24T{hour}+07:00")
    quarter.neighbour(wrote=timedelta(minutes=1))
    announcement = quarter.begun()
    assert quarter.tick() == 0
    assert quarter.row(announcement).due_at in (at("2026-11-25T07:00+07:00"), at("2026-11-24T07:00+07:00"))
    quarter.clock.at = at("2026-11-25T07:00+07:00")
    assert quarter.tick() == 1


def test_who_opts_out_before_their_message_is_written_is_skipped(quarter: Quarter) -> None:
    _, other, third = (quarter.neighbour() for _ in range(3))
    announcement = quarter.begun()
    quarter.opts_out(other)
    quarter.change(Ticket, third.ticket_id, status="done")
    quarter.tick()
    report = quarter.report_of(announcement)
    assert (report.planned, report.written, report.skipped, report.percent) == (3, 1, 2, 66)


def test_what_was_sent_instead_counts_once(quarter: Quarter) -> None:
    quarter.neighbour(), quarter.neighbour()
    announcement = quarter.begun()
    quarter.tick()
    first, second = quarter.written()
    quarter.change(OutboundMessage, first.id, state="failed", cost=Decimal("85"), currency="IDR")
    quarter.change(OutboundMessage, second.id, state="in_doubt")
    with quarter.database.begin() as session:
        session.add(OutboundMessage(
            key="instead", channel=SMS, recipient="+62800", wording="follow_announcement", body={"text": TEXT},
            created_at=quarter.clock.now(), due_at=quarter.clock.now(), state="read", instead_of=first.id,
            announcement_id=announcement, cost=Decimal("350.5"), currency="IDR",
        ))  # fmt: skip
    report = quarter.report_of(announcement)
    assert (report.written, report.failed, report.read, report.in_doubt) == (2, 0, 1, 1)
    assert report.costs == {"IDR": Decimal("435.5")}


def test_it_does_not_count_as_news_of_the_week(quarter: Quarter) -> None:
    person = quarter.neighbour()
    quarter.begun()
    quarter.tick()
    with quarter.database.read() as session:
        since = quarter.clock.now() - timedelta(days=7)
        assert notices.told_since(session, person.citizen_id, "follow_", since) == []
