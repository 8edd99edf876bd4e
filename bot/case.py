"""One claimed conversation inside its transaction: what every effect of a turn works on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.messages import CHANNELS
from bot.rulebook import Rulebook
from storage.models import Conversation, InboundMessage

# How the key of a sentence ends that stands in for a longer one.
SHORT_FORM = "_sms"
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
    def is_sms(self) -> bool:
        """Whether the conversation is on a channel where every letter is paid for."""
        manners = CHANNELS.get(self.conversation.channel)
        return manners is not None and manners.is_sms

    def say(self, wording: str, values: Mapping[str, Any]) -> str:
        """A sentence in the citizen's language; in its short form, where it has one, by SMS."""
        language, short = self.conversation.language, f"{wording}{SHORT_FORM}"
        has_short = short in self.rulebook.wording.sentences[language]
        return self.rulebook.wording.say(short if self.is_sms and has_short else wording, language, values)

    @property
    def last_id(self) -> int:
        return self.messages[-1].id if self.messages else 0
