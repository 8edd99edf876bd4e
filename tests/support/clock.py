"""A clock that stands still until a test moves it."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta


@dataclass
class MoveableClock:
    """Used wherever the system takes a ``bot.clock.Clock``."""

    at: datetime

    def now(self) -> datetime:
        return self.at

    def move(self, **parts: float) -> datetime:
        """Move on by days, hours, minutes, seconds, as ``timedelta`` takes them; the new time."""
        self.at += timedelta(**parts)
        return self.at


def at(text: str) -> datetime:
    """An aware UTC time from an ISO text; without an offset it is read as UTC."""
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
