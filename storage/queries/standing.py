"""Answers that people keep: for a topic, or to questions that the model has no topic for."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from rapidfuzz import fuzz, process, utils
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from storage.models import AuditEntry, StandingAnswer, User

# From this likeness on (0 to 100, of the words that both have) an old question is worth a look.
ALIKE = 60
LONGEST_ID = 18
# Which rows there are and when each was changed, for noticing a change at the least cost.
Mark = tuple[tuple[int, datetime], ...]


def of_topic(session: Session, topic: str) -> StandingAnswer | None:
    """The answer that is kept for ``topic``, given to citizens or not yet."""
    return session.scalar(_current().where(StandingAnswer.topic == topic))


def current(session: Session) -> Sequence[StandingAnswer]:
    """All that are kept and not retired: those for topics first, then the others as they came."""
    ordered = _current().order_by(StandingAnswer.topic.is_(None), StandingAnswer.topic, StandingAnswer.id)
    return session.scalars(ordered).all()


def ends(session: Session) -> Sequence[tuple[str | None, date]]:
    """The topics of :func:`current`, None for a question of its own, with the last day on which each counts."""
    still = select(StandingAnswer.topic, StandingAnswer.valid_until).where(StandingAnswer.retired_at.is_(None))
    return [(topic, until) for topic, until in session.execute(still)]


def for_topics(session: Session) -> Sequence[StandingAnswer]:
    """Those of :func:`current` that are for a topic."""
    return session.scalars(_current().where(StandingAnswer.topic.is_not(None))).all()


def without_topic(session: Session) -> Sequence[StandingAnswer]:
    """Those of :func:`current` to a question of their own, the latest first."""
    found = _current().where(StandingAnswer.topic.is_(None))
    return session.scalars(found.order_by(StandingAnswer.id.desc())).all()


def mark(session: Session) -> Mark:
    """What tells whether :func:`for_topics` is still what it was: every change of a row changes it."""
    rows = select(StandingAnswer.id, StandingAnswer.updated_at).where(
        StandingAnswer.topic.is_not(None), StandingAnswer.retired_at.is_(None)
    )
    return tuple((row_id, at) for row_id, at in session.execute(rows.order_by(StandingAnswer.id)))


def similar(session: Session, question: str, limit: int) -> list[StandingAnswer]:
    """Current answers without a topic whose question is like ``question`` (masked text), the likest first.

    Also those that nobody has verified or whose time is over: the page that shows them says so.
    """
    rows = without_topic(session)
    asked = {number: row.question or "" for number, row in enumerate(rows)}
    found = process.extract(
        question,
        asked,
        scorer=fuzz.token_set_ratio,
        processor=utils.default_process,
        score_cutoff=ALIKE,
        limit=limit,
    )
    return [rows[number] for _, _, number in found]


def expiring(session: Session, until: date) -> Sequence[StandingAnswer]:
    """Current answers whose last day is ``until`` or before, those that end first first."""
    found = _current().where(StandingAnswer.valid_until <= until)
    return session.scalars(found.order_by(StandingAnswer.valid_until, StandingAnswer.id)).all()


def locked(session: Session, answer_id: int) -> StandingAnswer | None:
    """One current answer as it is now, locked until the end of the transaction."""
    found = _current().where(StandingAnswer.id == answer_id).with_for_update()
    return session.scalar(found.execution_options(populate_existing=True))


def is_retired(session: Session, number: str) -> bool:
    """Whether there was an answer of that id, which is retired."""
    if not number.isdecimal() or len(number) > LONGEST_ID:
        return False
    row = session.get(StandingAnswer, int(number))
    return row is not None and row.retired_at is not None


def history(
    session: Session, subject: str, actions: Sequence[str], limit: int
) -> list[tuple[AuditEntry, str | None]]:
    """What was written down about ``subject``, the latest first, each with who did it."""
    rows = select(AuditEntry, func.coalesce(User.name, User.email)).outerjoin(User, User.id == AuditEntry.user_id)
    found = rows.where(AuditEntry.subject == subject, AuditEntry.action.in_(actions))
    return [(entry, who) for entry, who in session.execute(found.order_by(AuditEntry.id.desc()).limit(limit))]


def names(session: Session, user_ids: Iterable[int | None]) -> dict[int, str]:
    """What people are called: by name, else by address."""
    found = select(User.id, func.coalesce(User.name, User.email)).where(User.id.in_({*user_ids} - {None}))
    return {row[0]: row[1] for row in session.execute(found)}


def _current() -> Select[StandingAnswer]:
    return select(StandingAnswer).where(StandingAnswer.retired_at.is_(None))
