"""What one part of the city has come to, to be handed to another process and put together there."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlalchemy import func, select

from benchmarks.year.ledger import Matter
from benchmarks.year.tally import Tally
from benchmarks.year.year import Simulation
from storage.models import FollowUp, Ticket

T = TypeVar("T")


@dataclass(frozen=True)
class Seen:
    """All that the figures are counted from.

    ``incidents``: how many tickets each has; ``until``: how far the simulation came.
    """

    matters: list[Matter]
    tally: Tally
    per_week: Counter[int]
    citizens: int
    refused: int
    checked: Counter[str]
    steps: Counter[str]
    incidents: list[int]
    until: datetime


def seen_by(simulation: Simulation) -> Seen:
    """What ``simulation`` has come to, of a database that is still there."""
    return Seen(
        matters=list(simulation.town.ledger.matters.values()),
        tally=simulation.tally,
        per_week=simulation.tally.per_week(),
        citizens=simulation.citizens.count,
        refused=simulation.town.ledger.refused,
        checked=simulation.rules.checked,
        steps=_steps(simulation),
        incidents=_incidents(simulation),
        until=simulation.town.clock.now(),
    )


def together(parts: Sequence[Seen]) -> Seen:
    """The whole city, of its parts: no ticket and no citizen is in two of them."""
    tally = Tally()
    for part in parts:
        tally.add(part.tally)
    return Seen(
        matters=[matter for part in parts for matter in part.matters],
        tally=tally,
        per_week=_summed(part.per_week for part in parts),
        citizens=sum(part.citizens for part in parts),
        refused=sum(part.refused for part in parts),
        checked=_summed(part.checked for part in parts),
        steps=_summed(part.steps for part in parts),
        incidents=[size for part in parts for size in part.incidents],
        until=max(part.until for part in parts),
    )


def _summed(counts: Iterable[Counter[T]]) -> Counter[T]:
    whole: Counter[T] = Counter()
    for count in counts:
        whole.update(count)
    return whole


def _steps(simulation: Simulation) -> Counter[str]:
    """How often each kind of follow-up had its effect."""
    counted = (
        select(FollowUp.kind, func.count().label("count")).where(FollowUp.state == "done").group_by(FollowUp.kind)
    )
    with simulation.town.database.read() as session:
        rows = session.execute(counted.order_by(func.count().desc())).all()
    return Counter({str(kind): int(count) for kind, count in rows})


def _incidents(simulation: Simulation) -> list[int]:
    """How many tickets were joined in each incident."""
    sizes = select(func.count()).where(Ticket.incident_id.is_not(None)).group_by(Ticket.incident_id)
    with simulation.town.database.read() as session:
        return [int(size) for size in session.scalars(sizes)]
