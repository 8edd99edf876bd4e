"""The telephones of a transcript: what we send arrives, but at those that are gone."""

from bot.delivery import failures
from bot.messages import Outgoing, SendError, Sent
from handlers.channels.local import LocalChannel


class Telephones(LocalChannel):
    """Some of them cannot be reached: what the provider says of an address that is no more."""

    def __init__(self) -> None:
        self.gone: set[str] = set()

    def send(self, message: Outgoing) -> Sent:
        if message.recipient in self.gone:
            raise SendError(failures.ADDRESS, "63024")
        return super().send(message)
