"""The worst day: a city writes as fast as it can while everything is killed again and again."""

import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from sqlalchemy import func, select

from storage.database import Database
from storage.models import InboundMessage
from tests.faults.killing import TAKES_IN, WORKS, Killer
from tests.faults.mixed import Form, forms_of, with_repeats
from tests.faults.posting import Webhooks
from tests.journeys.town import Town

HANDS = 64  # webhooks at once: how far Twilio goes on while nobody answers
INSISTS_FOR_S = 600  # some kills in a row keep the web away for a while on a busy machine


@dataclass(frozen=True)
class Storm:
    """``messages`` different ones, offered at ``a_second``; of ``kills`` three in seven hit web processes."""

    messages: int
    kills: int
    a_second: float = 180


@dataclass(frozen=True)
class Weather:
    """What a storm was like. ``sent``: the MessageSids; ``posts``: with repeats; ``offered_s``: from the first
    post to the last acknowledgement."""

    sent: set[str] = field(repr=False)
    posts: int
    offered_s: float
    kills: Counter[str]
    amid_work: Counter[str]

    def __str__(self) -> str:
        rate = self.posts / self.offered_s
        killed = ", ".join(f"{kind} {count}" for kind, count in self.kills.most_common())
        hit = f"{self.kills.total()} kills, {self.amid_work.total()} of them amid work ({killed})"
        return f"{len(self.sent):,} messages in {self.posts:,} posts ({rate:.0f}/s); {hit}"


def rage(place: Town, storm: Storm, webhooks: Webhooks) -> Weather:
    """Let it pass over ``place``; every message has been acknowledged at its end.

    Who takes messages in dies while they are offered, who works on them while that lasts.
    """
    forms = forms_of(place, storm.messages)
    posts, began, of_web = [*with_repeats(forms)], time.monotonic(), storm.kills * 3 // 7
    with place.database() as database, ThreadPoolExecutor(HANDS + 2) as pool:
        killer = Killer(place, database, webhooks.in_flight)
        killing = [
            pool.submit(killer.run, TAKES_IN, of_web, lambda: len(webhooks.acknowledged) / len(forms)),
            pool.submit(killer.run, WORKS, storm.kills - of_web, lambda: _answered(database) / len(forms)),
        ]
        offer(pool, posts, webhooks, storm.a_second)
        took = time.monotonic() - began
        for half in killing:
            half.result()
    sent = {form["MessageSid"] for form in forms}
    return Weather(sent, len(posts), took, killer.kills, killer.amid_work)


def offer(pool: ThreadPoolExecutor, posts: Sequence[Form], webhooks: Webhooks, a_second: float) -> None:
    """Post each at its time, insisting; where all hands are full the next ones wait."""
    due = _on_time(posts, a_second)
    lock = threading.Lock()

    def hand() -> None:
        while True:
            with lock:
                form = next(due, None)
            if form is None:
                return
            webhooks.insist(form, INSISTS_FOR_S)

    for done in [pool.submit(hand) for _ in range(HANDS)]:
        done.result()


def _answered(database: Database) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).where(InboundMessage.state == "done")) or 0


def _on_time(posts: Sequence[Form], a_second: float) -> Iterator[Form]:
    began = time.monotonic()
    for number, form in enumerate(posts):
        time.sleep(max(0.0, began + number / a_second - time.monotonic()))
        yield form
