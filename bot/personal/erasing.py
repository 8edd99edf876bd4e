"""Forgetting somebody: everything they wrote and were written, who they are, and what others' rows say of them.

Numbers, times, services and areas stay, so that counts are right. Each erasure is a line of the ledger
(``bot.personal.ledger``), written in the same transaction.
"""

import hashlib
import json
import secrets
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import structlog
from sqlalchemy import String, cast, literal, select, update
from sqlalchemy.orm import Session

from bot.incidents import members
from bot.outgoing import agency_mail
from bot.personal import agency_notes
from bot.personal.emptying import empty, empty_tickets
from bot.personal.known import known_of
from bot.personal.provider_ids import may_stay
from bot.personal.traces import empty_traces
from bot.rulebook import Rulebook
from bot.status import Move, moves_from
from bot.tickets import tickets
from bot.tickets.tickets import By
from storage.models import Citizen, Conversation, Erasure, InboundMessage, Ticket

log = structlog.get_logger()

REQUEST, RETENTION = "request", "retention"


def erase(
    session: Session,
    rulebook: Rulebook,
    citizen: Citizen,
    now: datetime,
    *,
    reason: str = REQUEST,
    tells_agencies: bool = True,
) -> Erasure:
    """Forget all but the addresses; open reports are withdrawn. :func:`forget_addresses` must follow.

    ``tells_agencies``: they are asked to delete what they were sent, and told of what is withdrawn. The line of
    the ledger has its id.
    """
    known, counts = known_of(session, citizen), Counter[str]({"citizens": 1})
    for table, rows in empty(session, citizen, now):
        counts[table] += rows
    for table, rows in empty_traces(session, citizen, known, now):
        counts[table] += rows
    theirs = empty_tickets(session, citizen)
    counts["tickets"] = len(theirs)
    citizen.name, citizen.erased_at = None, now
    row = enter(session, citizen, now, reason, {table: rows for table, rows in sorted(counts.items()) if rows})
    if tells_agencies:
        agency_notes.ask_to_delete(session, rulebook, row.id, theirs, now)
    for ticket in theirs:
        _withdraw(session, rulebook, ticket, now, tells_agencies)
    log.info("citizen_erased", citizen=citizen.id, erasure=row.id, reason=reason)
    return row


def forget_addresses(session: Session, citizen: Citizen) -> None:
    """Who writes from the same number from now on is somebody new to us; nobody is at work on the old one."""
    session.flush()
    talks = select(Conversation.id).where(Conversation.citizen_id == citizen.id)
    for conversation_id in session.scalars(talks).all():
        unknown = {"address": "", "address_hash": f"erased:{secrets.token_hex(16)}"}
        free = {"lease_owner": None, "lease_until": None, "lease_token": Conversation.lease_token + 1}
        _update(session, update(Conversation).where(Conversation.id == conversation_id).values(**unknown, **free))
        inbound = update(InboundMessage).where(InboundMessage.conversation_id == conversation_id)
        _update(session, inbound.values(**unknown, phone_hash=None))
        _forget_provider_ids(session, conversation_id)
    citizen.phone_hash = None
    session.flush()


def take_unplaced(session: Session, citizen: Citizen, before: datetime) -> None:
    """What came from their addresses before that time, and no worker has seen, belongs to what is forgotten."""
    theirs = select(Conversation).where(Conversation.citizen_id == citizen.id)
    for talk in session.scalars(theirs):
        unseen = update(InboundMessage).where(
            InboundMessage.conversation_id.is_(None),
            InboundMessage.channel == talk.channel,
            InboundMessage.address_hash == talk.address_hash,
            InboundMessage.received_at < before,
        )
        _update(session, unseen.values(conversation_id=talk.id))


def enter(
    session: Session, citizen: Citizen, now: datetime, reason: str, counts: Mapping[str, int], proof: str = ""
) -> Erasure:
    """A line of the ledger; its file is written soon after the transaction. ``proof``: of an earlier time."""
    told = {
        "citizen": citizen.id,
        "since": stamp(citizen.created_at),
        "at": stamp(now),
        "reason": reason,
        "counts": counts,
    }
    row = Erasure(
        citizen_id=citizen.id, at=now, reason=reason, counts=dict(counts), proof=proof or digest_of(told)
    )
    session.add(row)
    session.flush()
    return row


def receipt_number(row: Erasure) -> str:
    """What somebody is told: by it the erasure is found again."""
    return f"HD-{row.id}"


def digest_of(told: Mapping[str, Any]) -> str:
    """SHA-256 over values, the same for the same values everywhere."""
    plain = json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(plain.encode()).hexdigest()


def stamp(at: datetime) -> str:
    """A time as the ledger has it: UTC, to the microsecond."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def _withdraw(session: Session, rulebook: Rulebook, ticket: Ticket, now: datetime, tells_agencies: bool) -> None:
    """Its words are gone already, so the letter has none of them."""
    if Move.WITHDRAW not in moves_from(ticket.status):
        return
    tickets.move(session, rulebook, ticket, Move.WITHDRAW, By("citizen", now))
    handed_on = members.lead_closed(session, rulebook, ticket, now)
    if tells_agencies and ticket.forwarded_at and not handed_on:
        key = f"withdrawn:{ticket.id}:{ticket.moves}"
        agency_mail.withdrawn(session, rulebook, ticket, key, now)


def _forget_provider_ids(session: Session, conversation_id: int) -> None:
    """A provider's id may hold the number; only those are kept by which the provider's own copies are deleted."""
    theirs = InboundMessage.conversation_id == conversation_id
    ids = session.execute(select(InboundMessage.id, InboundMessage.external_id).where(theirs)).all()
    told = [row_id for row_id, external_id in ids if not may_stay(external_id)]
    for start in range(0, len(told), 500):
        some = update(InboundMessage).where(InboundMessage.id.in_(told[start : start + 500]))
        anonymous = literal("erased:") + cast(InboundMessage.id, String)
        _update(session, some.values(external_id=anonymous))


def _update(session: Session, statement: Any) -> None:
    session.execute(statement.execution_options(synchronize_session="fetch"))
