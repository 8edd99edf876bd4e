"""Closed tickets whose time is over: what was said, where, and by whom is dropped; what is counted stays.

The reporter becomes somebody who is nobody, a new one for each ticket: two tickets of one person cannot be told to
belong together any more, and a conversation of the ticket's own keeps the channel that is counted.
"""

import secrets
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, String, bindparam, cast, delete, literal, select, update
from sqlalchemy.orm import Session

from bot.personal.emptying import blank
from bot.personal.provider_ids import may_stay
from storage.models import (
    AgencyLink,
    Attachment,
    Citizen,
    Claim,
    Consent,
    Conversation,
    Example,
    Handover,
    InboundMessage,
    Notice,
    OutboundMessage,
    Presence,
    Recheck,
    Ticket,
    TicketEvent,
)
from storage.queries.media import erase_files
from storage.types import UtcDateTime

NOBODY = "nobody:"
# Made once, carried out for many tickets at a time.
_TICKET, _TALK = bindparam("ticket", type_=BigInteger), bindparam("talk", type_=BigInteger)
_CAME = select(InboundMessage.id).where(InboundMessage.ticket_id == _TICKET).scalar_subquery()
EMPTIED = (
    update(Ticket)
    .where(Ticket.id == _TICKET)
    .values(
        story="",
        masked_story="",
        place=None,
        latitude=None,
        longitude=None,
        source=None,
        citizen_id=bindparam("nobody", type_=BigInteger),
        conversation_id=_TALK,
        anonymised_at=bindparam("now", type_=UtcDateTime),
        version=Ticket.version + 1,
    )
)
MOVING = (
    update(Handover).where(Handover.inbound_id.in_(_CAME)).values(conversation_id=_TALK),
    update(Recheck).where(Recheck.inbound_id.in_(_CAME)).values(conversation_id=_TALK),
    update(InboundMessage).where(InboundMessage.ticket_id == _TICKET).values(conversation_id=_TALK),
    update(OutboundMessage)
    .where(OutboundMessage.ticket_id == _TICKET, OutboundMessage.conversation_id.is_not(None))
    .values(conversation_id=_TALK),
)
# What the model made of a message, without what it found in the words.
COUNTED = ("model", "intents", "services", "faqs")


class _Nobody(NamedTuple):
    """Who a ticket is of from now on."""

    ticket_id: int
    conversation_id: int
    citizen_id: int


def anonymise(session: Session, ids: Sequence[int], now: datetime) -> Counter[str]:
    """Drop what tells of anybody in these closed tickets, which are locked; rows by table."""
    if not ids:
        return Counter()
    nobodys = _nobodys(session, ids, now)
    session.connection().execute(EMPTIED, [{"now": now, **_bound(nobody)} for nobody in nobodys])
    return _tickets_own(session, ids) + _messages(session, ids, nobodys, now)


def _nobodys(session: Session, ids: Sequence[int], now: datetime) -> list[_Nobody]:
    """A new one for each ticket, in a conversation of the ticket's own on the channel that it came by."""
    channels = select(Ticket.id, Conversation.channel).join(
        Conversation, Conversation.id == Ticket.conversation_id
    )
    rows = session.execute(channels.where(Ticket.id.in_(ids))).all()
    citizens = [Citizen(created_at=now, erased_at=now) for _ in rows]
    session.add_all(citizens)
    session.flush()
    talks = [
        Conversation(
            channel=row.channel,
            address_hash=f"{NOBODY}{secrets.token_hex(16)}",
            address="",
            citizen_id=citizen.id,
            created_at=now,
        )
        for row, citizen in zip(rows, citizens, strict=True)
    ]
    session.add_all(talks)
    session.flush()
    return [_Nobody(row.id, talk.id, talk.citizen_id) for row, talk in zip(rows, talks, strict=True)]


def _bound(nobody: _Nobody) -> dict[str, int]:
    return {"ticket": nobody.ticket_id, "talk": nobody.conversation_id, "nobody": nobody.citizen_id}


def _tickets_own(session: Session, ids: Sequence[int]) -> Counter[str]:
    told = TicketEvent.ticket_id.in_(ids), TicketEvent.note.is_not(None)
    claims = update(Claim).where(Claim.ticket_id.in_(ids))
    return Counter(
        tickets=len(ids),
        # The salt goes with the words: what remains of them in the chain can be guessed by nobody.
        ticket_events=_run(session, update(TicketEvent).where(*told).values(note=None, salt=None)),
        claims=_run(session, claims.values(note=None, attachment_id=None)),
        **{
            model.__tablename__: _run(session, delete(model).where(model.ticket_id.in_(ids)))
            for model in (Attachment, AgencyLink, Notice, Presence)
        },
    )


def _messages(session: Session, ids: Sequence[int], nobodys: Sequence[_Nobody], now: datetime) -> Counter[str]:
    """They go with the ticket: nothing of them stays in their writer's conversation."""
    came = session.scalars(select(InboundMessage.id).where(InboundMessage.ticket_id.in_(ids))).all()
    clear_inbound(session, came, now)
    written = session.scalars(select(OutboundMessage).where(OutboundMessage.ticket_id.in_(ids))).all()
    blank(session, [row for row in written if row.cleared_at is None], now)
    session.flush()
    bound = [_bound(nobody) for nobody in nobodys]
    for moving in MOVING:
        session.connection().execute(moving, bound)
    erase_files(session, [nobody.conversation_id for nobody in nobodys])
    return Counter(inbound_messages=len(came), outbound_messages=len(written))


def clear_inbound(session: Session, ids: Sequence[int], now: datetime) -> None:
    """Empty these messages and what was made of their words; that they came, and when, stays."""
    if not ids:
        return
    _keep_counted(session, ids)
    _forget_provider_ids(session, ids)
    said = {"text": "", "content": {}, "raw": {}, "cleared_at": now}
    sender = {"address": "", "address_hash": "", "phone_hash": None}
    _run(session, update(InboundMessage).where(InboundMessage.id.in_(ids)).values(**said, **sender))
    # What somebody decided about a message is counted; its words teach nothing any more.
    _run(session, update(Example).where(Example.inbound_id.in_(ids)).values(text="", place=None))
    waiting = update(Handover).where(Handover.inbound_id.in_(ids))
    _run(session, waiting.where(Handover.answered_at.is_(None)).values(answered_at=now))
    _run(session, waiting.values(text="", answer=None))
    _run(session, update(Consent).where(Consent.inbound_id.in_(ids)).values(inbound_id=None))


def _keep_counted(session: Session, ids: Sequence[int]) -> None:
    found = select(InboundMessage.id, InboundMessage.understanding).where(InboundMessage.id.in_(ids))
    for row_id, understanding in session.execute(found).all():
        if understanding:
            kept = {name: understanding[name] for name in COUNTED if name in understanding}
            _run(session, update(InboundMessage).where(InboundMessage.id == row_id).values(understanding=kept))


def _forget_provider_ids(session: Session, ids: Sequence[int]) -> None:
    """A provider's id may hold the number."""
    found = select(InboundMessage.id, InboundMessage.external_id).where(InboundMessage.id.in_(ids))
    telling = [row_id for row_id, external_id in session.execute(found).all() if not may_stay(external_id)]
    anonymous = literal("erased:") + cast(InboundMessage.id, String)
    _run(session, update(InboundMessage).where(InboundMessage.id.in_(telling)).values(external_id=anonymous))


def _run(session: Session, statement: Any) -> int:
    result: Any = session.execute(statement.execution_options(synchronize_session=False))
    return max(int(result.rowcount), 0)
