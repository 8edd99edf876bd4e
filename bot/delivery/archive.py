"""What a provider keeps of the messages that went through it: it can be read again, and deleted."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.errors import BotError
from bot.messages import Incoming


@dataclass(frozen=True)
class Kept:
    """An inbound message as the provider lists it.

    ``message`` is without its files, of which there are ``files``; it came at ``came_at``, aware UTC.
    """

    message: Incoming
    came_at: datetime
    files: int = 0


class ArchiveError(BotError):
    """The provider cannot be asked, or refuses; one sentence for people.

    ``code`` is for the record. ``only_this``: it concerns the one message that was asked about; else nothing else
    will work now either.
    """

    def __init__(self, sentence: str, code: str, *, only_this: bool = False) -> None:
        super().__init__(sentence)
        self.code = code
        self.only_this = only_this


class Archive(Protocol):
    """What a provider must be able to do; each of it raises ArchiveError."""

    def received(self, our_address: str, since: datetime) -> Iterator[Sequence[Kept]]:
        """What people wrote to that number of ours since then (and perhaps some before), a page at a time."""

    def with_files(self, kept: Kept) -> Incoming:
        """The whole message, as the webhook would have brought it."""

    def forget(self, provider_id: str, *, has_files: bool) -> None:
        """Delete a message and its files there; that they are gone already is no error."""
