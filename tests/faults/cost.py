"""What a fault cost, for the one table at the end of the run: seconds until the answer, repeated work.

note(cost_of(place, "everything killed 50 times, SQLite", webhooks, audited))
"""

import statistics
from collections.abc import Mapping
from dataclasses import dataclass

from bot.watching.trail import TRAIL
from tests.faults import records
from tests.faults.audit import Audited
from tests.faults.posting import Webhooks
from tests.faults.records import Records
from tests.journeys.town import Town
from tests.support.columns import columns

HEADS = (
    "what was done",
    "messages",
    "p50 s",
    "p95 s",
    "max s",
    "posted again",
    "sent again",
    "copies",
    "in doubt",
)


@dataclass(frozen=True)
class Cost:
    """``late``: seconds from the first post of each message to Twilio's having its first reply, sorted; those that
    need no reply are not in it. ``posted_again``: webhooks that were not acknowledged; ``sent_again``: attempts at
    sending beyond the first; ``copies``: letters and first replies to emergencies that arrived more than once;
    ``in_doubt``: replies of which nobody knows for good."""

    fault: str
    messages: int
    late: list[float]
    posted_again: int
    sent_again: int
    copies: int
    in_doubt: int

    def row(self) -> tuple[str, ...]:
        whole = (self.posted_again, self.sent_again, self.copies, self.in_doubt)
        spans = (quantile(self.late, 0.5), quantile(self.late, 0.95), max(self.late, default=0.0))
        return (self.fault, f"{self.messages:,}", *(f"{s:.1f}" for s in spans), *(f"{n:,}" for n in whole))


NOTED: list[Cost] = []
TOLD: list[str] = []


def note(cost: Cost) -> None:
    """Have ``cost`` in the table."""
    NOTED.append(cost)


def tell(sentence: str) -> None:
    """Have ``sentence`` under the table: what was counted besides."""
    TOLD.append(sentence)


def table() -> list[str]:
    """What was noted, in the order in which it ran, and what was told; empty when nothing was."""
    return [*columns(HEADS, [cost.row() for cost in NOTED], right=range(1, len(HEADS))), *TOLD]


def cost_of(place: Town, fault: str, webhooks: Webhooks, audited: Audited) -> Cost:
    """Read what ``fault`` cost from the same records as the audit: all that was written since its first post."""
    with place.database() as database, database.read() as session:
        found = records.read(place, session)
    begun = min(webhooks.first.values(), default=0.0)
    since = [row for row in found.outbound if row.created_at.timestamp() >= begun]
    again = sum(max(0, row.attempts - 1) for row in since)
    copies = sum(max(0, found.arrived(row) - 1) for row in since)
    late = sorted(lateness(found, webhooks.first).values())
    return Cost(fault, len(webhooks.first), late, webhooks.again, again, copies, audited.in_doubt)


def lateness(found: Records, first: Mapping[str, float]) -> dict[str, float]:
    """Seconds from a message's first post to its first reply's acceptance, by MessageSid. Of a burst that was
    answered at once the last message has the reply."""
    sids = {row.id: row.external_id for row in found.inbound}
    late: dict[str, float] = {}
    for row in found.by_twilio:
        sid = sids.get(row.body.get(TRAIL))
        for message in found.accepted.get(row.id, ()):
            if sid in first:
                seconds = message["at"] - first[sid]
                late[sid] = min(seconds, late.get(sid, seconds))
    return late


def quantile(values: list[float], share: float) -> float:
    """``share`` of the sorted ``values`` is no larger than this; 0.0 where there are none."""
    if len(values) < 2:
        return values[0] if values else 0.0
    return statistics.quantiles(values, n=1000, method="inclusive")[round(share * 1000) - 1]
