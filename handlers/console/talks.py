"""A conversation as the coordinators' desk handles it: who holds it, what may still be sent, who is blocked."""

import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from bot import holding
from bot.errors import NotFoundError
from bot.sealing import Curtain
from handlers.console import sight
from handlers.console.room import user_id
from handlers.edge import edge
from storage.models import Conversation
from storage.queries import people
from storage.queries.people import Held

ENDPOINT = "console.conversation"


@dataclass(frozen=True)
class Talk:
    """What the desk's forms need. ``origin`` is the number of the ticket whose page they stand on.

    ``free_until``: until when free text reaches the citizen on WhatsApp, None where it always does;
    ``has_template``: what comes later goes out as an approved template. ``seen``: the newest message on the page.
    ``once`` names the form, so that it is sent once. ``is_sealed``: what is said there now is for other eyes.
    """

    conversation: Conversation
    held: Held | None
    mine: bool
    seen: int
    once: str
    free_until: datetime | None
    has_template: bool
    is_sealed: bool
    origin: str = ""

    @property
    def is_over(self) -> bool:
        """Nobody can be reached any more: everything about them was erased."""
        return self.conversation.citizen.erased_at is not None


def talk_of(session: Session, conversation: Conversation, curtain: Curtain, origin: str = "") -> Talk:
    """The desk's view of ``conversation`` for the present user, who must not read what is behind ``curtain``."""
    held = next(iter(people.held(session, 1, conversation.id)), None)
    return Talk(
        conversation=conversation,
        held=held,
        mine=held is not None and held.holder_id == user_id(),
        seen=people.last_dealt_with(session, conversation.id) or 0,
        once=secrets.token_urlsafe(12),
        free_until=holding.free_until(conversation),
        has_template=holding.has_template(edge().rulebook, conversation.language),
        is_sealed=curtain.covers(None, edge().clock.now()),
        origin=origin,
    )


def require_open(session: Session, conversation_id: int) -> None:
    """NotFoundError where the present user must not read, and so cannot handle, what is said there now."""
    conversation = session.get(Conversation, conversation_id)
    if conversation is None:
        raise NotFoundError("Percakapan itu tidak ada.")
    if sight.curtain_before(session, conversation.citizen_id).covers(None, edge().clock.now()):
        raise NotFoundError("Percakapan ini tersegel; petugas kasus tersegel yang menanganinya.")
