"""What messages cost, as the city's contract says: an estimate to steer by, not an invoice."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from bot.messages import CHANNELS
from bot.segments import segments

Amount = Annotated[Decimal, Field(ge=0, max_digits=12)]


class Cost(BaseModel):
    """The price of one message, or of each segment of it, in ``currency``.

    ``template``: of a message outside the 24-hour window, where that differs from ``sent``.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    currency: str = Field(pattern=r"^[A-Z]{3}$")
    per: Literal["message", "segment"] = "message"
    sent: Amount
    received: Amount = Decimal(0)
    template: Amount | None = None

    def of_sent(self, text: str, *, template: bool = False) -> Decimal:
        """The price of sending ``text``."""
        price = self.template if template and self.template is not None else self.sent
        return price * self._count(text)

    def of_received(self, text: str) -> Decimal:
        """The price of having received ``text``."""
        return self.received * self._count(text)

    def _count(self, text: str) -> int:
        return segments(text) if self.per == "segment" else 1


def mistakes(costs: Mapping[str, Cost]) -> Iterator[str]:
    """One sentence for each channel that does not exist."""
    priced = [name for name, manners in CHANNELS.items() if manners.is_priced]
    for channel in costs:
        if channel not in priced:
            yield f"costs.{channel}: there is no such channel; write one of {', '.join(priced)}."
