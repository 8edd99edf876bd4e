"""What one citizen's messages would have cost on the channel that their telephone stands for."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from bot.city.city import City
from bot.city.costs import Cost
from bot.messages import CHANNELS, Content
from bot.segments import segments
from bot.wording.forms import outgoing
from bot.wording.plain_text import plain_text
from storage.models import OutboundMessage
from storage.queries.simulator import Chat

Json = dict[str, Any]
# Outside this time after the citizen's last message WhatsApp takes templates only.
WINDOW = timedelta(hours=24)


def bill(chat: Chat, city: City, channel: str) -> Json | None:
    """Counts and amounts by kind; None where the city names no price for the channel."""
    cost = city.costs.get(channel)
    if cost is None:
        return None
    heard = [Content.from_json(row.content).text for row in chat.inbound]
    written = [row.received_at for row in chat.inbound]
    sent = [row for row in chat.outbound if row.sent_at]
    late = {row.id for row in sent if _is_late(row, written)} if not CHANNELS[channel].is_sms else set()
    lines = (
        Line("Dari warga", heard, sum(map(cost.of_received, heard), Decimal(0))),
        _sent_line("Balasan", [row for row in sent if row.id not in late], channel, cost),
        _sent_line(
            "Di luar 24 jam (template)", [row for row in sent if row.id in late], channel, cost, template=True
        ),
    )
    return {
        "channel": channel,
        "currency": cost.currency,
        "by_segment": cost.per == "segment",
        "lines": [line.to_json() for line in lines if line.texts],
        "total": float(sum((line.amount for line in lines), Decimal(0))),
    }


@dataclass(frozen=True)
class Line:
    """One kind of message."""

    label: str
    texts: list[str]
    amount: Decimal

    def to_json(self) -> Json:
        return {
            "label": self.label,
            "count": len(self.texts),
            "segments": sum(map(segments, self.texts)),
            "amount": float(self.amount),
        }


def _sent_line(
    label: str, rows: list[OutboundMessage], channel: str, cost: Cost, *, template: bool = False
) -> Line:
    """In the words and at the price that the courier notes, had it been sent on ``channel``."""
    texts = [plain_text(replace(outgoing(row), channel=channel)) for row in rows]
    return Line(label, texts, sum((cost.of_sent(text, template=template) for text in texts), Decimal(0)))


def _is_late(row: OutboundMessage, written: Iterable[datetime]) -> bool:
    return not any(at <= row.created_at <= at + WINDOW for at in written)
