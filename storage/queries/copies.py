"""Messages of which the provider still keeps a copy that is to be deleted."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Select, and_, func, literal, or_, select, update
from sqlalchemy.orm import Session

from storage.models import Citizen, Conversation, InboundMessage, MediaFile, OutboundMessage

FINAL = ("delivered", "read", "failed", "cancelled")
# No report comes any more about what was accepted so long ago.
SILENT_AFTER = timedelta(days=2)


class Copy(NamedTuple):
    """A message at the provider. ``inbound``: which of the two tables ``row_id`` is of; ``tried``: the provider's
    ids of earlier attempts at it."""

    inbound: bool
    row_id: int
    provider_id: str
    has_files: bool
    tried: tuple[str, ...] = ()


def copies_of_erased(
    session: Session, channels: Collection[str], later: Collection[tuple[bool, int]], limit: int
) -> list[Copy]:
    """Those of citizens who had their data erased, whatever their age; none of ``later`` (table and row)."""
    theirs = _of_erased()
    inbound = _inbound(channels, later).where(InboundMessage.conversation_id.in_(theirs))
    # The provider knows best whether it has done with what it accepted, and refuses to delete it before.
    outbound = _outbound(channels, later).where(
        OutboundMessage.conversation_id.in_(theirs), OutboundMessage.state.in_((*FINAL, "accepted"))
    )
    return _found(session, inbound, outbound, limit)


def copies_before(
    session: Session,
    channels: Collection[str],
    before: datetime,
    now: datetime,
    later: Collection[tuple[bool, int]],
    limit: int,
) -> list[Copy]:
    """Those of settled messages from before ``before``; none of ``later`` (table and row).

    In no order: sorting a year's messages would cost more than the first ``limit`` of them.
    """
    silent = and_(OutboundMessage.state == "accepted", OutboundMessage.sent_at < now - SILENT_AFTER)
    inbound = _inbound(channels, later).where(InboundMessage.received_at < before)
    outbound = _outbound(channels, later).where(
        OutboundMessage.created_at < before, or_(OutboundMessage.state.in_(FINAL), silent)
    )
    return _found(session, inbound, outbound, limit)


def mark_deleted(session: Session, copies: Collection[Copy], now: datetime) -> None:
    """The provider has no copy of these any more. Of erased citizens none stays here either: what was just going
    out to them was needed until now."""
    for model, inbound in ((InboundMessage, True), (OutboundMessage, False)):
        ids = [copy.row_id for copy in copies if copy.inbound is inbound]
        session.execute(update(model).where(model.id.in_(ids)).values(copy_deleted_at=now))
    sent = [copy.row_id for copy in copies if not copy.inbound]
    theirs = OutboundMessage.id.in_(sent), OutboundMessage.conversation_id.in_(_of_erased())
    session.execute(update(OutboundMessage).where(*theirs).values(body={"text": ""}, recipient=""))


def _of_erased() -> Select[int]:
    return select(Conversation.id).join(Citizen).where(Citizen.erased_at.is_not(None))


def _found(
    session: Session,
    came: Select[bool, int, str, bool],
    went: Select[bool, int, str, bool, dict[str, Any]],
    limit: int,
) -> list[Copy]:
    found = [Copy(*row) for row in session.execute(came.limit(limit))]
    if len(found) < limit:
        rest = session.execute(went.limit(limit - len(found)))
        found += [
            Copy(inbound, row_id, provider_id, has_files, tuple(body.get("tried", ())))
            for inbound, row_id, provider_id, has_files, body in rest
        ]
    return found


def _inbound(channels: Collection[str], later: Collection[tuple[bool, int]]) -> Select[bool, int, str, bool]:
    """Messages that have had their effect, and whose files are kept or given up."""
    mine = MediaFile.inbound_id == InboundMessage.id
    has_files = select(MediaFile.id).where(mine).exists()
    waits = select(MediaFile.id).where(mine, MediaFile.state == "waiting").exists()
    return select(literal(True), InboundMessage.id, InboundMessage.external_id, has_files).where(
        InboundMessage.channel.in_(channels),
        InboundMessage.copy_deleted_at.is_(None),
        InboundMessage.state == "done",
        ~waits,
        InboundMessage.id.not_in([row_id for inbound, row_id in later if inbound]),
    )


def _outbound(
    channels: Collection[str], later: Collection[tuple[bool, int]]
) -> Select[bool, int, str, bool, dict[str, Any]]:
    """Messages that the provider has taken; we send no files."""
    return select(
        literal(False),
        OutboundMessage.id,
        func.coalesce(OutboundMessage.provider_id, ""),
        literal(False),
        OutboundMessage.body,
    ).where(
        OutboundMessage.channel.in_(channels),
        OutboundMessage.copy_deleted_at.is_(None),
        OutboundMessage.provider_id.is_not(None),
        OutboundMessage.id.not_in([row_id for inbound, row_id in later if not inbound]),
    )
