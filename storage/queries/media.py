"""The files that citizens sent: queued with their message, claimed for fetching, found for showing."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, bindparam, delete, exists, func, or_, select, update
from sqlalchemy.orm import Session, contains_eager

from storage.files import new_key
from storage.models import InboundMessage, MediaFile, PhotoPrint, Ticket
from storage.types import UtcDateTime

KEPT, ERASING, ERASED = "kept", "erasing", "erased"
NOW = bindparam("now", type_=UtcDateTime)
DUE = (
    MediaFile.state == "waiting",
    MediaFile.due_at <= NOW,
    or_(MediaFile.lease_until.is_(None), MediaFile.lease_until < NOW),
)
# Made once, for they are looked up often.
ANY_DUE = select(exists().where(*DUE))
ANY_TO_ERASE = select(exists().where(MediaFile.state == ERASING))


def queue_files(session: Session, messages: Iterable[InboundMessage], now: datetime) -> None:
    """A row for each file of these messages, in the transaction that gives them their conversation.

    That happens to a message exactly once, so its files are queued exactly once.
    """
    for message in messages:
        for position, item in enumerate(message.content.get("media") or ()):
            session.add(
                MediaFile(
                    inbound_id=message.id,
                    position=position,
                    url=item["url"],
                    claimed_type=item["content_type"],
                    store_key=new_key(),
                    created_at=now,
                    due_at=now,
                )
            )


def is_any_due(session: Session, now: datetime) -> bool:
    """A look that locks nothing: most of the time there is nothing to fetch."""
    return bool(session.connection().scalar(ANY_DUE, {"now": now}))


def claim_files(
    session: Session, owner: str, now: datetime, limit: int, lasting: timedelta
) -> Sequence[MediaFile]:
    """Take up to ``limit`` files that are due, each with its message, and count the attempt."""
    due = (
        select(MediaFile.id)
        .where(*DUE)
        .order_by(MediaFile.due_at, MediaFile.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    claim = (
        update(MediaFile)
        .where(MediaFile.id.in_(due.scalar_subquery()))
        .values(lease_owner=owner, lease_until=now + lasting, attempts=MediaFile.attempts + 1)
        .returning(MediaFile.id)
        .execution_options(synchronize_session=False)
    )
    mine = MediaFile.id.in_(list(session.scalars(claim, {"now": now})))
    return session.scalars(_with_message().where(mine).order_by(MediaFile.id)).all()


def hold_file(session: Session, claimed: MediaFile) -> MediaFile | None:
    """The row, locked for this transaction; None when the file is settled or in somebody else's hands by now."""
    return session.scalar(
        select(MediaFile)
        .where(MediaFile.id == claimed.id, MediaFile.state == "waiting", MediaFile.attempts == claimed.attempts)
        .with_for_update()
    )


def erase_files(session: Session, conversation_ids: Sequence[int]) -> None:
    """Forget all that was sent in these conversations: seen no more at once, and let go by the store soon."""
    theirs = select(InboundMessage.id).where(InboundMessage.conversation_id.in_(conversation_ids))
    files = select(MediaFile.id).where(MediaFile.inbound_id.in_(theirs))
    session.execute(delete(PhotoPrint).where(PhotoPrint.media_id.in_(files)))
    told = ("transcript", "perceptual_hash", "taken_at", "latitude", "longitude")
    session.execute(
        update(MediaFile)
        .where(MediaFile.inbound_id.in_(theirs), MediaFile.state.not_in((ERASING, ERASED)))
        .values(state=ERASING, url="", **dict.fromkeys(told))
    )


def files_to_erase(session: Session, limit: int) -> Sequence[MediaFile]:
    """Files that the store still has to let go of; in any order, so that one which stays holds up no others."""
    files = select(MediaFile).where(MediaFile.state == ERASING)
    return session.scalars(files.order_by(func.random()).limit(limit)).all()


def is_any_to_erase(session: Session) -> bool:
    """A look that locks nothing: whether :func:`files_to_erase` would find something."""
    return bool(session.connection().scalar(ANY_TO_ERASE))


def mark_erased(session: Session, files: Iterable[MediaFile]) -> None:
    """The store has let go of these."""
    gone = MediaFile.id.in_([file.id for file in files])
    session.execute(update(MediaFile).where(gone).values(state=ERASED))


def erase_again(session: Session, file: MediaFile) -> None:
    """What was put into the store behind an erasing, and could not be taken out again at once."""
    again = update(MediaFile).where(MediaFile.id == file.id, MediaFile.state == ERASED)
    session.execute(again.values(state=ERASING).execution_options(synchronize_session=False))


def files_of_ticket(session: Session, ticket_id: int) -> Sequence[MediaFile]:
    """What was sent with the messages of a ticket, oldest first."""
    mine = _with_message().where(InboundMessage.ticket_id == ticket_id, _is_there())
    return session.scalars(mine.order_by(MediaFile.inbound_id, MediaFile.position)).all()


def files_of_messages(session: Session, inbound_ids: Sequence[int]) -> dict[int, list[MediaFile]]:
    """What was sent with these messages, by message."""
    if not inbound_ids:
        return {}
    mine = select(MediaFile).where(MediaFile.inbound_id.in_(inbound_ids), _is_there())
    found: dict[int, list[MediaFile]] = {}
    for file in session.scalars(mine.order_by(MediaFile.inbound_id, MediaFile.position)):
        found.setdefault(file.inbound_id, []).append(file)
    return found


def file_of_ticket(session: Session, ticket_id: int, file_id: int) -> MediaFile | None:
    """One kept file, only if it came with a message of that ticket."""
    return _one(session, file_id, InboundMessage.ticket_id == ticket_id)


def file_of_conversation(session: Session, conversation_id: int, file_id: int) -> MediaFile | None:
    """One kept file, only if it came in that conversation and belongs to no sealed ticket."""
    sealed = select(Ticket.id).where(Ticket.id == InboundMessage.ticket_id, Ticket.sealed).exists()
    return _one(session, file_id, and_(InboundMessage.conversation_id == conversation_id, ~sealed))


def _one(session: Session, file_id: int, where: ColumnElement[bool]) -> MediaFile | None:
    return session.scalar(_with_message().where(MediaFile.id == file_id, MediaFile.state == KEPT, where))


def _with_message() -> Select[MediaFile]:
    return select(MediaFile).join(MediaFile.message).options(contains_eager(MediaFile.message))


def _is_there() -> ColumnElement[bool]:
    return MediaFile.state.not_in((ERASING, ERASED))
