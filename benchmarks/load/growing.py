"""How the road of a message and the tick grow with a city: the same in a small and in a large one, in turn.

Everything is done within one transaction that is rolled back, so that a city is as it was; what the disk takes to
commit does not depend on a city's size and is left out.
"""

import random
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import cycle
from typing import Any

import yaml
from sqlalchemy import func, select
from sqlalchemy.orm import sessionmaker

from benchmarks.load import traffic
from benchmarks.load.figures import Figure, Goal, quantile
from benchmarks.load.traffic import HERE
from benchmarks.year.speech import RecordedNlu, meaning
from bot.casework.rounds import Worker
from bot.delivery.delivery import Courier
from bot.intake import inbox
from bot.messages import SMS, WHATSAPP, Outgoing, Sent
from bot.rulebook import Rulebook, load_rulebook
from bot.settings import ROOT
from handlers.channels.twilio import TwilioGate
from scheduler.worker import DUE
from storage import keyring
from storage.database import Database, open_database
from storage.keyring import Keyring
from storage.local_secrets import kept_secret
from storage.models import InboundMessage
from tests.support.clock import MoveableClock
from tests.support.settings import ACCOUNT, OUR_WHATSAPP, isolated_settings

ROUNDS, IN_A_ROUND = 40, 8
MOST = Goal(1.5)
# Below that a step is as fast as anybody can tell.
TOO_LITTLE_MS = 1.0
GATE = TwilioGate(ACCOUNT, (), "", frozenset({OUR_WHATSAPP}))


@dataclass(frozen=True)
class City:
    """A city whose database is borrowed, as of the moment of its newest message."""

    database: Database
    rulebook: Rulebook
    clock: MoveableClock
    nlu: RecordedNlu


def growth(small: str, large: str) -> Iterator[Figure]:
    """The 95th percentile of each step over the large city, divided by that over the small one."""
    with ExitStack() as stack:
        cities = [stack.enter_context(borrowed(url)) for url in (small, large)]
        times: list[dict[str, list[float]]] = [{}, {}]
        for forms in _rounds():
            for city, found in zip(cities, times, strict=True):
                for name, ms in _round(city, forms):
                    found.setdefault(name, []).append(ms)
    yield from (_figure(name, times[0][name], times[1][name]) for name in times[0])


def _figure(name: str, small: Sequence[float], large: Sequence[float]) -> Figure:
    before, after = quantile(small, 0.95), quantile(large, 0.95)
    more = {
        "small p50 ms": quantile(small, 0.5),
        "large p50 ms": quantile(large, 0.5),
        "small p95 ms": before,
        "large p95 ms": after,
    }
    grown = after / before if after > TOO_LITTLE_MS else 1.0
    return Figure(f"growth of: {name}", grown, "times", more=more, goal=MOST)


@contextmanager
def borrowed(url: str) -> Iterator[City]:
    """A city that nothing is changed in."""
    keyring.use(Keyring((kept_secret(ROOT / "var" / "secret_key"),)))
    database = open_database(url)
    try:
        with database.engine.connect() as connection:
            sessions = sessionmaker(connection, expire_on_commit=False, join_transaction_mode="create_savepoint")
            inside = Database(database.engine, sessions)
            outside = connection.begin()
            yield City(inside, load_rulebook(isolated_settings()), MoveableClock(_newest(inside)), RecordedNlu())
            outside.rollback()
    finally:
        database.dispose()


def _newest(database: Database) -> datetime:
    with database.begin() as session:
        newest = session.scalar(select(func.max(InboundMessage.received_at)))
    if newest is None:
        raise SystemExit("There is no message in that city; fill it with make demo.")
    return newest


def _rounds() -> Iterator[list[tuple[traffic.Form, str]]]:
    """Reports, each with the service that a good model finds in it."""
    dice, stories = random.Random(4), yaml.safe_load((HERE.parent / "year" / "stories.yml").read_text())
    services = cycle(sorted(stories))
    for _ in range(ROUNDS):
        forms = []
        for _ in range(IN_A_ROUND):
            service = next(services)
            words = dice.choice(stories[service]["texts"])
            forms.append((traffic.message(f"{words}{traffic.place(dice)}"), service))
        yield forms


def _round(city: City, forms: Sequence[tuple[traffic.Form, str]]) -> Iterator[tuple[str, float]]:
    """What comes in, is answered, sent, and looked at by the tick, each by the message."""
    city.clock.move(seconds=2)
    for form, service in forms:
        city.nlu.record(form["Body"], meaning("lapor", service))
    yield "a webhook's insert", _ms(lambda: [_keep(city, form) for form, _ in forms]) / len(forms)
    worker = Worker(city.database, city.rulebook, city.nlu, city.clock, "growth")
    yield "a message's turn", _ms(lambda: _until_nothing(worker.round)) / len(forms)
    courier = Courier(
        city.database, {WHATSAPP: Taken(), SMS: Taken()}, city.clock, "growth", AtOnce(), city.rulebook
    )
    yield "a reply's sending", _ms(lambda: _until_nothing(courier.round)) / len(forms)
    for due in DUE:
        name = due.__name__.rpartition(".")[2]
        yield f"tick: {name}", _ms(lambda due=due: due.run_due(city.database, city.rulebook, city.clock.now()))  # type: ignore[misc]


def _keep(city: City, form: traffic.Form) -> None:
    with city.database.begin() as session:
        inbox.keep(session, GATE.receive(form), city.rulebook.words, city.clock.now())


def _until_nothing(work: Callable[[], int]) -> None:
    for _ in range(100):
        if not work():
            return


def _ms(work: Callable[[], Any]) -> float:
    began = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - began)


class Taken:
    """A provider that takes every message at once."""

    def send(self, message: Outgoing) -> Sent:
        return Sent(f"SM{message.id:032d}")

    def find_sent(self, message: Outgoing, known: frozenset[str]) -> str | None:
        return None


class AtOnce(ThreadPoolExecutor):
    """Does in place what it is given: there is one connection."""

    def submit(self, fn: Callable[..., Any], /, *given: Any, **named: Any) -> "Future[Any]":
        future: Future[Any] = Future()
        future.set_result(fn(*given, **named))
        return future
