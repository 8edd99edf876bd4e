"""The road of messages through the running system: from webhook to accepted reply, at one pace or another."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from benchmarks.load import generator, traffic
from benchmarks.load.figures import PROCESSED, RATE, REPLY_AT_IDLE, TIME, Figure, Goal, spread
from benchmarks.load.generator import Run
from benchmarks.load.machine import Usage
from benchmarks.load.replies import Replies, replies, wait_for_replies
from benchmarks.load.sizes import CONNECTIONS
from benchmarks.load.town import Town
from benchmarks.load.traffic import Form
from storage.models import InboundMessage, OutboundMessage

IDLE_EVERY_S = 1.0
SETTLED_WITHIN_S = 900
TO_CITIZENS = ("whatsapp", "sms")
UNDER_WAY = ("waiting", "sending", "in_doubt")
REPLY = "webhook to accepted reply"


@dataclass(frozen=True)
class Travelled:
    """Messages that went all the way, and what that took of each part's processor, in ms a message."""

    run: Run
    replies: Replies
    used: dict[str, float]

    @property
    def note(self) -> str:
        parts = ", ".join(f"{name} {ms:.1f}" for name, ms in self.used.items())
        missing = f"{self.replies.missing} without a reply; " if self.replies.missing else ""
        refused = f"{len(self.run.refused)} refused; " if self.run.refused else ""
        return f"{refused}{missing}ms of processor a message: {parts}"


def at_idle(town: Town, count: int, setup: str) -> Figure:
    """One message after the other, long after the one before: what a citizen waits when nothing else goes on."""
    went = travel(town, traffic.messages(count), [n * IDLE_EVERY_S for n in range(count)])
    times = spread(went.replies.ms)
    return Figure(REPLY_AT_IDLE, times["p95"], TIME, setup=setup, more=times, goal=Goal(600), note=went.note)


def paced(town: Town, rate: float, seconds: float, setup: str) -> list[Figure]:
    """``rate`` messages a second, at random moments."""
    count = int(rate * seconds)
    went = travel(town, traffic.messages(count), generator.moments(count, rate))
    times, name = spread(went.replies.ms), f"{REPLY}, {rate:.0f} messages/s"
    figures = [Figure(name, times["p95"], TIME, setup=setup, more=times, note=went.note)]
    if rate >= 80:
        figures[0] = Figure(name, times["p95"], TIME, setup=setup, more=times, goal=Goal(2_000), note=went.note)
        figures.append(Figure(f"{name}, 99.9 of 100", times["p99.9"], TIME, setup=setup, goal=Goal(10_000)))
    return figures


def processed(town: Town, count: int, setup: str) -> list[Figure]:
    """As many messages as are taken, all of them answered: from the first webhook to the last reply."""
    went = travel(town, traffic.messages(count), None)
    note = f"{went.note}; webhooks meanwhile {went.run.rate:.0f}/s"
    more = {"messages": float(count), "most sends at once": float(town.twilio.seen().most_at_once)}
    return [Figure(PROCESSED, went.replies.rate, RATE, setup=setup, more=more, note=note)]


def travel(town: Town, forms: Sequence[Form], moments: Sequence[float] | None) -> Travelled:
    """Post, and wait until nothing more is to be done."""
    requests = [town.target.request(form) for form in forms]
    settle(town)
    town.twilio.clear()
    usage = Usage(town.parts)
    run = (
        generator.at_moments(town.target, requests, moments)
        if moments is not None
        else generator.as_fast_as_taken(town.target, requests, CONNECTIONS)
    )
    wait_for_replies(town.twilio, len(forms))
    used = usage.ms_each(len(forms))
    return Travelled(run, replies(run, forms, town.twilio.accepted()), used)


def settle(town: Town, within_s: float = SETTLED_WITHIN_S) -> float:
    """Wait until every message is dealt with and everything to citizens is sent; how many seconds that took."""
    began = time.monotonic()
    with town.database() as database:
        while time.monotonic() - began < within_s:
            with database.read() as session:
                unread = session.scalar(select(func.count()).where(InboundMessage.state != "done"))
                to_citizens = OutboundMessage.channel.in_(TO_CITIZENS), OutboundMessage.state.in_(UNDER_WAY)
                unsent = session.scalar(select(func.count()).where(*to_citizens))
            if not unread and not unsent:
                break
            time.sleep(0.3)
    return time.monotonic() - began
