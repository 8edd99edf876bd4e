"""How many messages a sender number and a single person are sent, as ``config.yml`` says it.

WhatsApp allows 80 messages a second and sender, in and out together, and about one in six seconds to the same
person (Meta's limits, November 2026); what an SMS number carries is in the provider's contract, by segments.
"""

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import Field

from bot.city.fields import Part
from bot.messages import GATEWAY, SMS, WHATSAPP

PACED = (WHATSAPP, SMS, GATEWAY)
PerSecond = Annotated[float, Field(gt=0, le=10_000)]
# How much of a second's worth may go out at once.
AT_ONCE_S = 0.1


class Rate(Part):
    """What one sender number may send in a second; ``with_inbound``: what comes in counts as well."""

    per_second: PerSecond
    unit: Literal["message", "segment"] = "message"
    with_inbound: bool = False

    @property
    def burst(self) -> float:
        return max(1.0, self.per_second * AT_ONCE_S)


class PersonPace(Part):
    """One message in ``every_s`` seconds to one person; direct replies may be up to ``burst`` ahead of that."""

    every_s: Annotated[float, Field(gt=0, le=3_600)] = 6
    burst: Annotated[int, Field(ge=1, le=100)] = 10

    @property
    def every(self) -> timedelta:
        return timedelta(seconds=self.every_s)


class Rates(Part):
    """Of all channels that have a limit. Emergencies go out at once, whatever it says here."""

    whatsapp: Rate = Rate(per_second=80, with_inbound=True)
    sms: Rate = Rate(per_second=10, unit="segment")
    gateway: Rate = Rate(per_second=5, unit="segment")
    person: PersonPace = PersonPace()

    def of(self, channel: str) -> Rate | None:
        """The rate of a sender number on ``channel``; None where there is no limit."""
        found: Rate | None = getattr(self, channel) if channel in PACED else None
        return found
