"""One claimed conversation inside its transaction: what every effect of a turn works on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.rulebook import Rulebook
from storage.models import Conversation, InboundMessage

Facts = dict[str, Any]
"""What an effect found out, for the sentences that are said about it."""


@dataclass(frozen=True)
class Case:
    """One claimed conversation with the messages that this turn is about, inside its transaction."""

    session: Session
    rulebook: Rulebook
    conversation: Conversation
    messages: Sequence[InboundMessage]
    now: datetime

    @property
    def last_id(self) -> int:
        return self.messages[-1].id if self.messages else 0
