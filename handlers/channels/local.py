"""The channels that need no provider: the simulator's phones, and the local mail catcher."""

from collections.abc import Mapping

from bot.intake.media import MediaSource
from bot.messages import EMAIL, SIMULATED, SMS, WHATSAPP, Channel, Outgoing, Sent
from bot.settings import Settings
from handlers.channels.media import SimulatorMedia
from handlers.channels.provider import Provider
from storage.database import Database


class LocalChannel:
    """Delivers by doing nothing: the outbox itself is what the simulator and the mail view show."""

    def send(self, message: Outgoing) -> Sent:
        return Sent(f"local-{message.id}", delivered=True)

    def find_sent(self, message: Outgoing, known: frozenset[str]) -> str | None:
        return f"local-{message.id}"


def _ways_out(settings: Settings) -> Mapping[str, Channel]:
    """Without an SMTP server the local mail catcher takes the e-mails. A demonstration's citizens have telephones
    that nobody sends to."""
    found: dict[str, Channel] = {name: LocalChannel() for name in SIMULATED}
    if not settings.smtp_url:
        found[EMAIL] = LocalChannel()
    if settings.simulator_enabled and not settings.is_live:
        found |= {WHATSAPP: LocalChannel(), SMS: LocalChannel()}
    return found


def _media(settings: Settings, database: Database) -> Mapping[str, MediaSource]:
    return dict.fromkeys(SIMULATED, SimulatorMedia(database))


PROVIDER = Provider("local", _ways_out, media=_media)
