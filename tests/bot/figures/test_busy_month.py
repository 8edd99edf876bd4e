"""A busy month, made up: every figure is as long as its list, and the slow way of counting agrees with each."""

import random
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from benchmarks.figures.__main__ import differences
from bot.figures.behind import FIGURES
from bot.figures.period import MONTH
from bot.rulebook import Rulebook
from bot.status import Move, moves_from
from bot.tickets import tickets
from bot.tickets.tickets import By
from storage import keyring
from storage.database import Database
from storage.keyring import Keyring
from storage.models import Ticket
from storage.queries.figures.behind import ABOUT_MESSAGES
from storage.queries.figures.reading import DIMENSIONS
from tests.support import databases
from tests.support.clock import MoveableClock
from tests.support.counted import BINA_MARGA, Figured, moment
from tests.year import raw
from tests.year.recomputed import Recomputing

FIRST, LAST = date(2026, 10, 26), date(2026, 12, 9)
SERVICES = ("jalan_rusak", "sampah", "lampu_jalan", "kebakaran")
AREAS = ("Gambir", "Senen", None)
OUTCOMES = ("filed", "asked", "answered", "person", "opted_out")
READ = {"intents": [["lapor", 0.9]], "services": [["jalan_rusak", 0.8]], "faqs": []}
# What is counted in it is not tickets, but what these add: stars, days.
SUMS = {"stars": "rated", "open_days": "open"}
STEPS = 400


@pytest.fixture(scope="module", params=databases.kinds())
def busy(request: pytest.FixtureRequest, rulebook: Rulebook) -> Iterator[Figured]:
    """Six weeks of reports, moves and messages, always the same; the tests only look at it."""
    keyring.use(Keyring(("test secret",)))
    database: Database = request.getfixturevalue(f"{request.param}_stock").fresh()
    yield _counted(Figured(database, rulebook, MoveableClock(moment(f"{FIRST} 08:00"))))
    database.dispose()


def _counted(city: Figured) -> Figured:
    chance = random.Random(4)
    for _ in range(STEPS):
        _happens(city, chance)
        city.clock.move(minutes=chance.randrange(310))
    assert city.today <= LAST
    city.clock.at = moment(f"{LAST} 13:37")
    city.count()
    return city


def _happens(city: Figured, chance: random.Random) -> None:
    with city.database.read() as session:
        known = [(ticket.id, ticket.status) for ticket in session.query(Ticket).order_by(Ticket.id)]
    kind = chance.random()
    if kind < 0.2 or not known:
        _is_reported(city, chance)
    elif kind < 0.4:
        about = chance.choice([None, chance.choice(known)[0]])
        city.came(chance.choice(("whatsapp", "sms")), ticket_id=about, outcome=chance.choice(OUTCOMES),
                  understanding=chance.choice((READ, None)))  # fmt: skip
        city.went(chance.choice(("whatsapp", "sms", "email")), ticket_id=about)
    else:
        ticket_id, status = chance.choice(known)
        if steps := sorted(moves_from(status)):
            step = chance.choice(steps)
            city.move(ticket_id, step, chance.choice((BINA_MARGA, "citizen")))
            if step is Move.CONFIRM:
                with city.of(ticket_id) as (session, ticket):
                    by = By("citizen", city.clock.now())
                    tickets.record(session, ticket, "rated", by, {"stars": chance.randint(1, 5)})


def _is_reported(city: Figured, chance: random.Random) -> None:
    reported = city.filed if chance.random() < 0.2 else city.forwarded
    channel, came_by = chance.choice((("whatsapp", None), ("sms", None), ("whatsapp", "visit")))
    reported(chance.choice(SERVICES), channel, kelurahan=chance.choice(AREAS), urgent=chance.random() < 0.1,
             came_by=came_by)  # fmt: skip


def test_every_figure_is_as_long_as_its_list(busy: Figured) -> None:
    november, looked_at = date(2026, 11, 1), 0
    for figure in set(FIGURES) - ABOUT_MESSAGES - {"answered", "alarm"}:
        for dimension in DIMENSIONS:
            for key, counts in busy.keys(dimension, november, MONTH).items():
                behind = busy.behind(figure, november, date(2026, 11, 30), (dimension, key))
                assert behind.total == len(behind.ids) == getattr(counts, SUMS.get(figure, figure)), (figure, key)
                looked_at += behind.total > 0
    assert looked_at > 200


def test_spans_are_as_many_as_their_tickets(busy: Figured) -> None:
    counted: Counter[str] = Counter()
    for n in range((LAST - FIRST).days + 1):
        for agency, buckets in busy.spans("agency", "answered", FIRST + timedelta(days=n)).items():
            counted[agency] += sum(buckets.values())
    assert sum(counted.values()) > 10
    for agency, tickets_answered in counted.items():
        assert busy.behind("answered", FIRST, LAST, ("agency", agency)).total == tickets_answered


def test_a_figure_about_messages_leads_to_the_tickets_that_they_are_about(busy: Figured) -> None:
    for figure in ABOUT_MESSAGES - {"wrong", "asked"}:
        behind = busy.behind(figure, FIRST, LAST)
        assert 0 < behind.total == len(set(behind.ids)) < 2 * busy.counts(date(2026, 11, 1), span=MONTH).received


def test_the_slow_way_of_counting_agrees(busy: Figured) -> None:
    now, zone = busy.clock.now(), busy.rulebook.city.zone
    with busy.database.read() as session:
        written, rows = raw.written(session), raw.read(session)
    assert differences(written, Recomputing(rows, zone, FIRST, LAST, now).run()) == []


def test_a_page_of_a_list_is_the_newest_first(busy: Figured) -> None:
    everything = busy.behind("filed", FIRST, LAST)
    assert everything.ids == sorted(everything.ids, reverse=True)
    assert busy.behind("filed", FIRST, LAST, limit=5, offset=3).ids == everything.ids[3:8]
    assert busy.behind("filed", FIRST, LAST, limit=5, offset=3).total == everything.total
