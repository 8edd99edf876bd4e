"""One number, one hash: who is known by a telephone is found by one hash of it, also while secrets change."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from storage.models import Citizen, CivilServant, User
from storage.queries.one_at_a_time import one_at_a_time

NEW_SENDERS = 20_262


def alone_with(session: Session, hashes: Sequence[str]) -> None:
    """Keep others from making anything new of the same address until this transaction ends.

    With one secret the unique hash does that. With several, another process may write another hash of it.
    """
    if len(hashes) > 1:
        for one in sorted(hashes):
            one_at_a_time(session, NEW_SENDERS, one)


def under_one_hash(session: Session, hashes: Sequence[str]) -> int:
    """Keep citizens, colleagues and civil servants of one number under the first of its hashes; rows changed.

    They are told to be the same person by it: a rotation must not come between them.
    """
    if len(hashes) < 2:
        return 0
    return sum(_moved(session, model, hashes) for model in (Citizen, User, CivilServant))


def _moved(session: Session, model: Any, hashes: Sequence[str]) -> int:
    older = model.phone_hash.in_(hashes[1:])
    found = session.scalars(select(model.id).where(older).order_by(model.id).with_for_update()).all()
    if not found:
        return 0
    is_taken = model is not User and session.scalar(select(model.id).where(model.phone_hash == hashes[0]))
    # Two rows of one number cannot share a hash that is unique: the one that is found first stays so.
    moved = [] if is_taken else (found if model is User else found[:1])
    change = update(model).where(model.id.in_(moved)).values(phone_hash=hashes[0])
    session.execute(change.execution_options(synchronize_session="evaluate"))
    return len(moved)
