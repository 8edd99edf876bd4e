"""What one claimed conversation has unread, and how much of it is one matter."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from bot.conversation import units
from bot.words import Words
from nlu.client import Understanding
from storage.models import InboundMessage
from storage.queries.claiming import Lease


@dataclass(frozen=True)
class Burst:
    """The unread messages of one claimed conversation, oldest first; none when only its time has come.

    ``text``: what the model is asked about, masked. ``followed``: messages about another matter have come
    behind these. ``undivided``: they are one matter, whatever the model thinks.
    """

    lease: Lease
    messages: tuple[InboundMessage, ...]
    text: str
    followed: bool = False
    undivided: bool = False

    @property
    def is_divisible(self) -> bool:
        return len(self.messages) > 1 and not self.undivided

    def needs_model(self, words: Words) -> bool:
        """Whether it cannot be answered by words alone."""
        known = any(_is_alone(message, words) or words.is_emergency(message.text) for message in self.messages)
        return bool(self.text) and not known

    def emergencies_first(self, words: Words) -> "Burst":
        """Emergencies in a flood have a turn of their own, all of them together, before the other messages."""
        urgent = tuple(message for message in self.messages if words.is_emergency(message.text))
        if not urgent:
            return self
        return Burst(self.lease, urgent, _text_of(urgent), len(urgent) < len(self.messages), undivided=True)

    def fixed_words_first(self, words: Words) -> "Burst":
        """A fixed word or a button has a turn of its own, and needs no model: it never waits for what does."""
        alone = next((m for m in self.messages if _is_alone(m, words)), None)
        if alone is None or len(self.messages) == 1:
            return self
        return Burst(self.lease, (alone,), _text_of((alone,)), followed=True, undivided=True)

    def first_unit(self, meanings: Iterator[Understanding | None]) -> "Burst":
        """The messages of the first matter; takes one meaning a message from ``meanings``."""
        parts = [(message.text, next(meanings)) for message in self.messages]
        unit = units.first_unit(parts)
        followed = unit.count < len(self.messages)
        return replace(self, messages=self.messages[: unit.count], text=unit.text, followed=followed)


def bursts_of(leases: Sequence[Lease], unread: Sequence[InboundMessage]) -> list[Burst]:
    """One burst a lease, in their order, of what is ``unread`` in each conversation."""
    messages: dict[int | None, list[InboundMessage]] = {}
    for message in unread:
        messages.setdefault(message.conversation_id, []).append(message)
    mine = ((lease, tuple(messages.get(lease.conversation_id, ()))) for lease in leases)
    return [Burst(lease, found, _text_of(found)) for lease, found in mine]


def _is_alone(message: InboundMessage, words: Words) -> bool:
    return bool(message.content.get("choice")) or words.command(message.text) is not None


def _text_of(messages: Sequence[InboundMessage]) -> str:
    return "\n".join(dict.fromkeys(message.text for message in messages if message.text)).strip()
