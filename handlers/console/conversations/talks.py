"""A conversation as the coordinators' desk handles it: who holds it, what may still be sent, who is blocked."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from bot.accounts.sealing import Curtain
from bot.desk import holding
from bot.errors import NotFoundError
from handlers.console import sight
from handlers.console.conversations.thread import Rows
from handlers.console.room import user_id
from handlers.edge import edge
from storage.models import Conversation, Handover
from storage.queries import people
from storage.queries.people import BY_A_PERSON, CAME_WHILE_HELD, Held

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
    return _talk(conversation, held, people.last_dealt_with(session, conversation.id) or 0, curtain, origin)


def talk_with(
    conversation: Conversation, hold: Handover | None, rows: Rows, names: Mapping[str, str], curtain: Curtain,
    origin: str,
) -> Talk:  # fmt: skip
    """The same, of what was read already: the hold, the messages, and what colleagues are called."""
    held = _held(conversation, hold, rows, names) if hold else None
    return _talk(conversation, held, rows.last_dealt_with, curtain, origin)


def _talk(conversation: Conversation, held: Held | None, seen: int, curtain: Curtain, origin: str) -> Talk:
    return Talk(
        conversation=conversation,
        held=held,
        mine=held is not None and held.holder_id == user_id(),
        seen=seen,
        once=secrets.token_urlsafe(12),
        free_until=holding.free_until(conversation),
        has_template=holding.has_template(edge().rulebook, conversation.language),
        is_sealed=curtain.covers(None, edge().clock.now()),
        origin=origin,
    )


def _held(conversation: Conversation, hold: Handover, rows: Rows, names: Mapping[str, str]) -> Held:
    """As ``storage.queries.people.held`` reads it."""
    mine = (row.created_at for row in rows.went if row.wording == BY_A_PERSON and row.conversation_id is not None)
    since = max(mine, default=None)
    unread = [
        message
        for message in rows.came
        if message.outcome == CAME_WHILE_HELD
        and message.id > (hold.inbound_id or 0)
        and (since is None or message.received_at > since)
    ]
    holder = hold.answered_by or 0
    name = names.get(f"user:{holder}", "")
    return Held(conversation.id, conversation.channel, holder, name, hold.created_at, hold.due_at, len(unread))


def require_open(session: Session, conversation_id: int) -> None:
    """NotFoundError where the present user must not read, and so cannot handle, what is said there now."""
    conversation = session.get(Conversation, conversation_id)
    if conversation is None:
        raise NotFoundError("Percakapan itu tidak ada.")
    if sight.curtain_before(session, conversation.citizen_id).covers(None, edge().clock.now()):
        raise NotFoundError("Percakapan ini tersegel; petugas kasus tersegel yang menanganinya.")
