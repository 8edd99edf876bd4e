"""The channels that need no provider: the simulator's phones, and the local mail catcher."""

from bot.messages import Outgoing, Sent


class LocalChannel:
    """Delivers by doing nothing: the outbox itself is what the simulator and the mail view show."""

    def send(self, message: Outgoing) -> Sent:
        return Sent(f"local-{message.id}", delivered=True)

    def find_sent(self, message: Outgoing, known: frozenset[str]) -> str | None:
        return f"local-{message.id}"
