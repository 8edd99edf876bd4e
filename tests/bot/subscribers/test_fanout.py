"""Every event is written for every system that wants it: once, in order, whatever dies, whoever writes."""

import threading

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from bot.status import Move
from bot.subscribers import fanout
from bot.subscribers.events import KINDS
from bot.tickets import tickets
from bot.tickets.tickets import By
from handlers.phrase_tables import HAPPENED
from storage.models import TicketEvent
from storage.queries import subscriptions as queries
from tests.bot.subscribers.conftest import Exchange

LIFE = (Move.ACCEPT, Move.CLAIM, Move.CONFIRM)
TOLD = [
    ("ticket.filed", 1),
    ("ticket.forwarded", 2),
    ("ticket.status_changed", 3),
    ("ticket.status_changed", 4),
    ("ticket.closed", 5),
]


def test_the_life_of_a_ticket_is_told_once(exchange: Exchange) -> None:
    exchange.subscribe()
    number = exchange.ticket()
    exchange.move(number, *LIFE)
    assert exchange.tick() == 5
    assert exchange.tick() == 0
    assert exchange.told() == TOLD
    assert len({post["ticket"]["service_request_id"] for post in exchange.posts()}) == 1
    assert [post["ticket"]["open311_status"] for post in exchange.posts()] == ["open"] * 4 + ["closed"]
    assert len({post["id"] for post in exchange.posts()}) == 5
    assert all(row.at_least_once for row in exchange.rows())


def test_what_was_before_the_subscription_is_not_told(exchange: Exchange) -> None:
    number = exchange.fresh()
    exchange.clock.move(minutes=1)
    exchange.subscribe()
    exchange.forward(number)
    exchange.tick()
    assert exchange.told() == [("ticket.forwarded", 2)]


def test_only_the_types_that_are_wanted(exchange: Exchange) -> None:
    exchange.subscribe("ticket.filed", "ticket.closed")
    exchange.move(exchange.ticket(), *LIFE)
    exchange.tick()
    assert exchange.told() == [TOLD[0], TOLD[-1]]


def test_looks_notes_and_reminders_are_told_to_nobody(exchange: Exchange) -> None:
    exchange.subscribe()
    number = exchange.ticket()
    with exchange.database.begin() as session:
        ticket = tickets.by_number(session, number)
        for kind in ("seen", "noted", "agency_reminded", "follow_progress", "rated"):
            tickets.record(session, ticket, kind, By("user:1", exchange.clock.now(), "rahasia"))
    exchange.tick()
    assert exchange.told() == TOLD[:2]


def test_two_subscriptions_are_looked_after_each_by_itself(exchange: Exchange) -> None:
    one = exchange.subscribe()
    exchange.ticket()
    exchange.tick()
    other = exchange.subscribe("ticket.closed")
    exchange.move(exchange.ticket(), *LIFE)
    exchange.tick()
    assert len(exchange.posts(one)) == 7
    assert exchange.told(other) == [TOLD[-1]]


def test_the_process_dies_before_the_transaction_ends(exchange: Exchange) -> None:
    """What it had written goes with it, and so does what it had noted: the next one writes all of it."""
    number = exchange.subscribe()
    exchange.move(exchange.ticket(), *LIFE)
    with pytest.raises(KilledError):
        _killed_after(exchange, number, 3)
    assert exchange.rows() == []
    exchange.tick()
    assert exchange.told() == TOLD


class KilledError(Exception):
    pass


def _killed_after(exchange: Exchange, number: int, events: int) -> None:
    with exchange.database.begin() as session:
        subscription = queries.locked(session, number)
        assert subscription is not None
        until = queries.newest_event(session)
        for one, body in fanout._news(session, exchange.rulebook, subscription, until, events):
            assert fanout._write(session, subscription, one, body, exchange.clock.now())
        session.flush()
        raise KilledError


def test_what_was_written_before_is_not_written_again(exchange: Exchange) -> None:
    """As after a restored backup of one table only: the key of each message holds."""
    number = exchange.subscribe()
    exchange.move(exchange.ticket(), *LIFE)
    exchange.tick()
    exchange.change(number, through=0)
    assert exchange.tick() == 0
    assert exchange.told() == TOLD


def test_two_processes_that_both_think_they_lead(exchange: Exchange) -> None:
    exchange.subscribe()
    for _ in range(20):
        exchange.ticket()
    threads = [threading.Thread(target=exchange.tick) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(exchange.rows()) == 40


def test_an_event_that_becomes_visible_late_is_not_lost(exchange: Exchange) -> None:
    """Two real transactions: the one that got its id first is committed last."""
    exchange.subscribe("ticket.changed")
    first, second = exchange.ticket(), exchange.ticket()
    if exchange.database.is_sqlite:
        return  # there is one writer at a time, and ids come in the order of commits
    with exchange.database.engine.connect() as early:
        session = Session(early)
        one = exchange.happens(session, first)
        with exchange.database.begin() as late:
            other = exchange.happens(late, second)
        assert one < other
        assert exchange.tick() == 0, "nobody can say yet what comes before the second"
        assert exchange.tick() == 0
        session.commit()
        early.commit()
    assert exchange.tick() == 2
    assert exchange.numbers() == [first, second]


def test_an_id_that_was_given_and_taken_back_holds_nothing_up(exchange: Exchange) -> None:
    exchange.subscribe("ticket.changed")
    number = exchange.ticket()
    with exchange.database.engine.connect() as connection:
        exchange.happens(Session(connection), number)
        connection.rollback()
    with exchange.database.begin() as session:
        exchange.happens(session, number)
    assert exchange.tick() == 1


def test_many_write_at_once_and_every_event_is_told_in_the_order_of_its_ticket(exchange: Exchange) -> None:
    exchange.subscribe()
    numbers = [exchange.ticket() for _ in range(4)]
    stop = threading.Event()

    def live(number: str) -> None:
        for step in (Move.ACCEPT, Move.CLAIM, Move.DENY, Move.CLAIM, Move.CONFIRM):
            exchange.move(number, step)

    def tick() -> None:
        while not stop.is_set():
            exchange.tick()

    ticker = threading.Thread(target=tick)
    ticker.start()
    writers = [threading.Thread(target=live, args=(number,)) for number in numbers]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    stop.set()
    ticker.join()
    exchange.tick()
    posts = exchange.posts()
    assert len({post["ticket"]["service_request_id"] for post in posts}) == len(numbers)
    for one in {post["ticket"]["service_request_id"] for post in posts}:
        assert [post["n"] for post in posts if post["ticket"]["service_request_id"] == one] == list(range(1, 8))


def test_no_more_than_a_window_waits_in_the_outbox(
    small_exchange: Exchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fanout, "WINDOW", 3)
    small_exchange.subscribe()
    for _ in range(4):
        small_exchange.ticket()
    assert small_exchange.tick() == 3
    assert small_exchange.tick() == 0
    written = 3
    for _ in range(5):
        with small_exchange.database.begin() as session:
            session.execute(text("UPDATE outbound_messages SET state = 'delivered'"))
        written += small_exchange.tick()
    assert written == 8
    assert small_exchange.told() == TOLD[:2] * 4


def test_what_nobody_wants_is_passed_over_a_span_at_a_time(
    small_exchange: Exchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fanout, "SPAN", 2)
    small_exchange.subscribe("ticket.closed")
    small_exchange.move(small_exchange.ticket(), *LIFE)
    assert sum(small_exchange.tick() for _ in range(5)) == 1
    assert small_exchange.told() == [TOLD[-1]]


def test_an_operator_took_the_newest_events_away(small_exchange: Exchange) -> None:
    number = small_exchange.subscribe()
    small_exchange.change(number, through=1_000)
    small_exchange.tick()
    small_exchange.ticket()
    assert small_exchange.tick() == 2


def test_nobody_subscribed_and_nothing_is_asked_of_the_history(small_exchange: Exchange) -> None:
    small_exchange.ticket()
    assert small_exchange.tick() == 0
    assert small_exchange.rows() == []


def test_every_kind_that_is_told_is_one_that_is_written(small_exchange: Exchange) -> None:
    assert set(KINDS) <= set(HAPPENED)
    assert TicketEvent.__tablename__ == "ticket_events", "storage.queries.subscriptions asks for its locks by name"
