"""What Rasa's connector makes of the load that ours gets: how many messages a second, and how soon each reply."""

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import chain

from benchmarks.load import generator, machine, traffic
from benchmarks.load.figures import MEMORY, PROCESSED, RATE, REPLY_AT_IDLE, TIME, Figure, spread
from benchmarks.load.generator import Run
from benchmarks.load.machine import Usage
from benchmarks.load.replies import Replies, replies, wait_for_replies
from benchmarks.load.road import IDLE_EVERY_S, REPLY
from benchmarks.load.sizes import Sizes
from benchmarks.load.standin import Manner, StandIn
from benchmarks.load.webhooks import Target
from benchmarks.peers import connector
from benchmarks.peers.ratios import AT_ONCE, RASA, REAL, TWO
from tests.support.settings import OUR_WHATSAPP

# Its client waits for Twilio's answer while everything else in its process waits too, so with Twilio's latency
# little but that latency is measured. It is also given a Twilio that answers at once, as none does: its best.
MANNERS = {AT_ONCE: Manner(median_ms=0.01), REAL: Manner()}
CONNECTIONS = (1, 4, 16)
WARM_UP = 20
QUIET_S = 16.0  # nothing sent for so long: Twilio has given the webhook up by then

Servers = Mapping[Target, int]


@dataclass(frozen=True)
class Effort:
    """How long is measured. ``tried``: messages, to find out what suits it. ``pace_s``: of a pace, at most, since
    one that is too fast does not become slower by waiting; ``after_s``: what may come afterwards. ``paces``: of
    ours, the slowest first."""

    seconds: float
    tried: int
    pace_s: float
    after_s: float
    servers: int
    paces: int


FULL = Effort(seconds=40, tried=60, pace_s=30, after_s=60, servers=2, paces=2)
QUICK = Effort(seconds=4, tried=10, pace_s=4, after_s=8, servers=1, paces=1)


def measured(twilio: StandIn, sizes: Sizes, effort: Effort) -> Iterator[Figure]:
    """Throughput of one server and of two, replies at the paces that ours are measured at."""
    with ExitStack() as stack:
        one = _serving(stack, twilio)
        yield from _processed(one, twilio, effort, "")
        yield _reply(one, twilio, REPLY_AT_IDLE, [n * IDLE_EVERY_S for n in range(sizes.idle)], effort)
        (pid,) = one.values()
        yield Figure("memory of a Rasa server", sum(machine.memory_mb(pid).values()), MEMORY, RASA)
        if effort.servers > 1:
            yield from _processed({**one, **_serving(stack, twilio)}, twilio, effort, TWO)
    for rate, seconds in sorted(sizes.paced_s.items())[: effort.paces]:
        moments = generator.moments(int(rate * min(seconds, effort.pace_s)), rate)
        with ExitStack() as stack:  # each pace its own: one that was too fast is not over when it ends
            yield _reply(_serving(stack, twilio), twilio, f"{REPLY}, {rate:.0f} messages/s", moments, effort)


def _serving(stack: ExitStack, twilio: StandIn) -> Servers:
    url, pid = stack.enter_context(connector.serving(twilio.url, OUR_WHATSAPP))
    servers = {Target(RASA, url, connector.PATH): pid}
    _as_fast(servers, twilio, WARM_UP, 1)
    return servers


def _processed(servers: Servers, twilio: StandIn, effort: Effort, setup: str) -> Iterator[Figure]:
    """At best, and as Twilio really is."""
    for name, manner in MANNERS.items():
        twilio.behave(manner)
        yield _fully(servers, twilio, effort, f"{setup}{name}")


def _fully(servers: Servers, twilio: StandIn, effort: Effort, setup: str) -> Figure:
    """With as many webhooks at once, for each server, as suit it best."""
    tried = {many: _as_fast(servers, twilio, effort.tried, many)[0].rate for many in CONNECTIONS}
    best = max(tried, key=lambda many: tried[many])
    count = max(effort.tried, round(tried[best] * effort.seconds))
    usage = Usage({str(pid): pid for pid in servers.values()})
    found, run = _as_fast(servers, twilio, count, best)
    more = {f"{many} at once": rate for many, rate in tried.items()}
    used = f"{usage.ms_each(count)['all']:.1f} ms of processor a message"
    note = "; ".join([f"{best} at once", used, *_lost(run, found)])
    return Figure(PROCESSED, found.rate, RATE, RASA, setup, more, note=note)


def _as_fast(servers: Servers, twilio: StandIn, count: int, connections: int) -> tuple[Replies, Run]:
    """Citizens are split among the servers, each of which keeps its own conversations."""
    shares = [traffic.messages(count // len(servers)) for _ in servers]
    requests = [[target.request(form) for form in forms] for target, forms in zip(servers, shares, strict=True)]
    twilio.clear()
    with ThreadPoolExecutor(len(servers)) as pool:
        many = [connections] * len(servers)
        runs = list(pool.map(generator.as_fast_as_taken, servers, requests, many))
    forms = list(chain.from_iterable(shares))
    wait_for_replies(twilio, len(forms), QUIET_S)
    run = Run(tuple(chain.from_iterable(each.answers for each in runs)))
    return replies(run, forms, twilio.accepted()), run


def _reply(servers: Servers, twilio: StandIn, measure: str, moments: list[float], effort: Effort) -> Figure:
    """How soon the reply is taken when citizens write at these moments, be they more than it can answer or not."""
    (target,), forms = servers, traffic.messages(len(moments))
    twilio.clear()
    run = generator.at_moments(target, [target.request(form) for form in forms], moments)
    wait_for_replies(twilio, len(forms), QUIET_S, longest_s=effort.after_s)
    found = replies(run, forms, twilio.accepted())
    times, note = spread(found.ms), "; ".join(_lost(run, found))
    return Figure(measure, times["p95"], TIME, RASA, "", times, note=note)


def _lost(run: Run, found: Replies) -> Iterator[str]:
    """What quantiles of those that were answered do not show."""
    if run.refused:
        yield f"Twilio gave {len(run.refused)} of {len(found.at)} webhooks up after 15 s"
    if found.missing:
        yield f"{found.missing} of {len(found.at)} without an answer when it was stopped"
