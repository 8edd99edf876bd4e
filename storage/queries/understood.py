"""An even sample of what the model read: its first guess, how sure it was, and what became of the message."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Float, bindparam, cast, select
from sqlalchemy.orm import Session

from storage.models import InboundMessage


class Read(NamedTuple):
    """One message that the model read: its first guess with how sure it was (0 to 1); no word of the message."""

    intent: str
    sure: float
    outcome: str | None


def _guess(part: int) -> Any:
    return InboundMessage.understanding[("intents", 0, part)]


READ = select(_guess(0).as_string(), cast(_guess(1).as_string(), Float), InboundMessage.outcome).where(
    InboundMessage.id.in_(bindparam("ids", expanding=True)), _guess(0).as_string().is_not(None)
)


def read(session: Session, message_ids: Sequence[int]) -> list[Read]:
    """What the model made of those of these messages that it read."""
    found = session.execute(READ, {"ids": list(message_ids)}) if message_ids else ()
    return [Read(intent, sure or 0.0, outcome) for intent, sure, outcome in found]
