"""The arithmetic: how much of each limited thing a place needs, and which of them it runs into first."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from benchmarks.load.standin import MEDIAN_MS, SIGMA
from benchmarks.sizing.costs import Costs, Prices
from benchmarks.sizing.life import Demand
from bot.delivery.lines import SLOTS

# No more than this of anything is planned to be used when most comes: the rest is for what nobody thought of.
FULL = 0.6
HOST_CORES, DATABASE_CORES, DISK_GB = 8, 16, 4_000
MONTH_DAYS = 30
RAISED = 1_000  # WhatsApp's messages a second and number, once Meta has raised it
TWILIO_S = MEDIAN_MS / 1000 * math.exp(SIGMA**2 / 2)  # the mean of its latency, as the stand-in has it
PLACES = {
    1_000: "a city",
    10_000: "a large city",
    100_000: "a province",
    1_000_000: "a large province",
    10_000_000: "a country",
}


@dataclass(frozen=True)
class Limit:
    """Something of which one carries ``most`` a second (the disk: for a year).

    ``is_only_one``: an installation has no second one, so that beyond it another installation is needed.
    ``is_bought``: how much there is stands in a contract.
    """

    name: str
    most: float
    wanted: Callable[[Demand], float]
    done: str
    is_measured: bool = False
    is_only_one: bool = False
    is_bought: bool = False

    def share(self, demand: Demand) -> float:
        """How much of one is used when most comes; more than 1 where one does not do."""
        return self.wanted(demand) / self.most


def limits(costs: Costs, prices: Prices) -> list[Limit]:
    """Everything that can run out, one of each."""
    return [*_processes(costs), *_only_ones(costs, prices), *_bought(costs, prices)]


def first(found: list[Limit], demand: Demand, before: Demand | None, *, bought: bool) -> Limit | None:
    """What runs out first on the way from one place to the next, of what is ours or of what is bought.

    What was too little at ``before`` is there in larger numbers by now, and is not named again.
    """
    left = [limit for limit in found if limit.is_bought is bought and (not before or limit.share(before) <= FULL)]
    return max(left, key=lambda limit: limit.share(demand), default=None)


def _processes(costs: Costs) -> list[Limit]:
    """What there can be more of in one installation."""
    return [
        Limit("this machine, everything on it, SQLite", costs.sqlite_rate, lambda d: d.handled,
              "PostgreSQL, a machine with more cores", is_measured=True),
        Limit("one web process", 1000 / costs.web_ms, lambda d: d.handled,
              "more of them, later more hosts behind a load balancer", is_measured=True),
        Limit("one worker", 1000 / costs.worker_ms, lambda d: d.handled, "`WORKERS`, later more hosts",
              is_measured=True),
    ]  # fmt: skip


def _only_ones(costs: Costs, prices: Prices) -> list[Limit]:
    """Of these an installation has one."""
    return [
        Limit(f"the WhatsApp number, {prices.whatsapp_rate:g}/s in and out", prices.whatsapp_rate,
              lambda d: d.whatsapp, f"have Meta raise it to {RAISED:,}/s; another installation", is_only_one=True,
              is_bought=True),
        Limit(f"its line, {SLOTS} messages in hand at Twilio's latency", SLOTS / TWILIO_S,
              lambda d: (1 - d.life.sms) * d.sent, "`SLOTS` in `bot/delivery/lines.py`", is_only_one=True),
        Limit("the leader's follow-ups", costs.steps_rate, lambda d: d.steps,
              "letters wait longer; another installation", is_measured=True, is_only_one=True),
    ]  # fmt: skip


def _bought(costs: Costs, prices: Prices) -> list[Limit]:
    """Computed from what one costs, and from contracts."""
    return [
        Limit(f"PostgreSQL with {DATABASE_CORES} cores", DATABASE_CORES * 1000 / costs.database_ms,
              lambda d: d.handled, "another installation with its own database"),
        Limit(f"the SMS gateway, {prices.gateway_rate:g} segments/s", prices.gateway_rate, lambda d: d.segments,
              "another contract (`rates`); fewer sentences by SMS", is_bought=True),
        Limit(f"a disk of {DISK_GB:,} GB, after a year", DISK_GB, lambda d: d.tickets_gb_a_year + d.photos_gb,
              "a larger one, shorter `retention`, photos in a bucket", is_bought=True),
    ]  # fmt: skip


@dataclass(frozen=True)
class Needs:
    """What a place needs when most comes, all its installations together; whole pieces, and a spare host from the
    moment that there are two."""

    installations: int
    web: int
    workers: int
    nlu: int
    hosts: int
    app_gb: float
    database_cores: int
    gateways: int
    log_gb_a_day: float
    a_month: Decimal


def needs(demand: Demand, costs: Costs, prices: Prices) -> Needs:
    web = _pieces(demand.handled * costs.web_ms / 1000, least=2)
    workers = _pieces(demand.handled * costs.worker_ms / 1000)
    nlu = _pieces(demand.written * costs.nlu_ms / 1000)
    hosts = math.ceil((web + workers + nlu) / HOST_CORES)
    only_ones = [limit.share(demand) for limit in limits(costs, prices) if limit.is_only_one]
    return Needs(
        installations=math.ceil(max(only_ones)),
        web=web,
        workers=workers,
        nlu=max(nlu, hosts),
        hosts=hosts + (hosts > 1),
        app_gb=(web * costs.web_mb + workers * costs.worker_mb + max(nlu, hosts) * costs.nlu_mb) / 1000,
        database_cores=_pieces(demand.handled * costs.database_ms / 1000),
        gateways=math.ceil(demand.segments / prices.gateway_rate),
        log_gb_a_day=demand.messages_a_day * (1 + demand.life.unasked + demand.life.mails) * costs.log_kb / 1e6,
        a_month=monthly(demand, prices),
    )


def monthly(demand: Demand, prices: Prices) -> Decimal:
    """What the messages cost in 30 days: replies within WhatsApp's 24 hours, what is unasked by template."""
    life, count = demand.life, Decimal(str(demand.messages_a_day * MONTH_DAYS))
    replies, unasked, sms = (Decimal(str(share)) for share in (life.replies, life.unasked, life.sms))
    whatsapp = prices.received + replies * prices.sent + unasked * prices.template
    segments = (replies + unasked) * Decimal(str(life.segments)) * prices.segment
    return count * ((1 - sms) * whatsapp + sms * segments)


def _pieces(cores: float, least: int = 1) -> int:
    """Processes, or cores, of which each is used up to FULL."""
    return max(least, math.ceil(cores / FULL))
