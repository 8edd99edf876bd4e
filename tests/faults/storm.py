"""The worst day: a city writes as fast as it can while everything is killed again and again."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import func, select

from storage.database import Database
from storage.models import InboundMessage
from tests.faults.killing import TAKES_IN, WORKS, Killer
from tests.faults.mixed import forms_of, with_repeats
from tests.faults.open_loop import Pace, offer
from tests.faults.overdue import fall_due
from tests.faults.posting import Webhooks
from tests.journeys.town import Town


@dataclass(frozen=True)
class Storm:
    """``messages`` different ones, offered at ``a_second``; of ``kills`` three in seven hit web processes.

    ``reached``: so many first posts a second there must really have been; ``of_each``: so many follow-ups of each
    kind fall due ``within`` its first minutes.
    """

    messages: int
    kills: int
    a_second: float = 180
    reached: float = 0
    of_each: int = 0
    within: timedelta = timedelta(minutes=3)


@dataclass(frozen=True)
class Weather:
    """What a storm was like. ``sent``: the MessageSids; ``pace``: of first posts, repeats among them, which wait
    for nothing; ``again``: posts of what had not been acknowledged."""

    sent: set[str] = field(repr=False)
    pace: Pace
    again: int
    kills: Counter[str]
    amid_work: Counter[str]

    def __str__(self) -> str:
        pace = f"{self.pace.posts:,} posts at {self.pace.a_second:.0f}/s (one {self.pace.latest_s:.1f} s late)"
        killed = ", ".join(f"{kind} {count}" for kind, count in self.kills.most_common())
        hit = f"{self.kills.total()} kills, {self.amid_work.total()} of them amid work ({killed})"
        return f"{len(self.sent):,} messages in {pace}, {self.again:,} posted again; {hit}"


def rage(place: Town, storm: Storm, webhooks: Webhooks) -> Weather:
    """Let it pass over ``place``; every message has been acknowledged at its end.

    Who takes messages in dies while they are offered, who works on them while that lasts.
    """
    forms = forms_of(place, storm.messages)
    posts, of_web = [*with_repeats(forms)], storm.kills * 3 // 7
    if storm.of_each:
        fall_due(place, storm.of_each, storm.within)
    with place.database() as database, ThreadPoolExecutor(2) as pool:
        killer = Killer(place, database, webhooks.in_flight)
        killing = [
            pool.submit(killer.run, TAKES_IN, of_web, lambda: len(webhooks.acknowledged) / len(forms)),
            pool.submit(killer.run, WORKS, storm.kills - of_web, lambda: _answered(database) / len(forms)),
        ]
        pace = offer(webhooks, posts, storm.a_second)
        for half in killing:
            half.result()
    sent = {form["MessageSid"] for form in forms}
    return Weather(sent, pace, webhooks.again, killer.kills, killer.amid_work)


def _answered(database: Database) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).where(InboundMessage.state == "done")) or 0
