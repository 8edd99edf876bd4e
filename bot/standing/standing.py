"""Standing answers that people keep: written, changed, verified and retired, each with its line in the audit."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import structlog
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot import audit
from bot.city.city import COORDINATORS
from bot.errors import NotFoundError, RefusedError
from bot.messages import legible
from bot.privacy import mask
from bot.rulebook import Rulebook
from bot.standing.checks import Kept as Kept
from bot.standing.checks import check
from storage.models import StandingAnswer
from storage.queries import standing as queries

log = structlog.get_logger()

KEPT, CHANGED, VERIFIED, RETIRED = "answer_kept", "answer_changed", "answer_verified", "answer_retired"
HISTORY = (KEPT, CHANGED, VERIFIED, RETIRED)
FIELDS = ("text_id", "text_en", "owner", "source", "valid_until")
MEANWHILE = "Rekan Anda baru saja mengubah jawaban ini; lihat isinya sekarang, lalu simpan lagi bila masih perlu."
GONE = "Jawaban itu tidak ada atau sudah dihapus."


def keep(session: Session, rulebook: Rulebook, kept: Kept, user_id: int, now: datetime) -> StandingAnswer:
    """Keep an answer from now on; just the same one again is the row that stands there.

    One for a topic wins over the one in the city's files. The question is stored masked. RefusedError where
    something is missing or too long, or where the topic has a kept answer already (:func:`change` it).
    """
    kept = _tidy(kept)
    check(rulebook, kept, _today(rulebook, now))
    if (same := _standing(session, kept)) is not None:
        return same
    return _add(session, kept, user_id, now)


def change(
    session: Session,
    rulebook: Rulebook,
    answer_id: int,
    kept: Kept,
    user_id: int,
    now: datetime,
    seen: datetime | None = None,
) -> bool:
    """Write a kept answer anew; False where nothing would change. What was verified before is so no more.

    Its topic or question stays. ``seen``: its ``updated_at`` as whoever changes it saw it. RefusedError as
    :func:`keep` and where somebody else was faster; NotFoundError where it is retired and nothing was ``seen``.
    """
    row = _locked(session, answer_id, seen)
    kept = replace(_tidy(kept), topic=row.topic, question=row.question)
    if _is(row, kept):
        return False
    if seen is not None and row.updated_at != seen:
        raise RefusedError(MEANWHILE)
    check(rulebook, kept, _today(rulebook, now))
    for name in FIELDS:
        setattr(row, name, getattr(kept, name))
    row.verified_by, row.verified_at = (user_id, now) if kept.verified else (None, None)
    _write_down(session, row, CHANGED, user_id, now)
    return True


def verify(
    session: Session, rulebook: Rulebook, answer_id: int, user_id: int, now: datetime, seen: datetime | None = None
) -> bool:
    """Somebody has checked a kept answer against its source; False where somebody had before.

    RefusedError where its time is over, or where it is not any more what they ``seen`` (``updated_at``).
    """
    row = _locked(session, answer_id, seen)
    if row.verified_at is not None:
        return False
    if seen is not None and row.updated_at != seen:
        raise RefusedError(MEANWHILE)
    check(rulebook, _kept_of(row), _today(rulebook, now))
    row.verified_by, row.verified_at = user_id, now
    _write_down(session, row, VERIFIED, user_id, now)
    return True


def verify_filed(session: Session, rulebook: Rulebook, topic: str, user_id: int, now: datetime) -> bool:
    """Somebody has checked the answer of the city's files: a copy is kept as verified by them until its date.

    False where that was done before; RefusedError as :func:`keep`, NotFoundError where there is no such topic.
    """
    filed = rulebook.wording.answers.get(topic)
    if filed is None:
        raise NotFoundError(GONE)
    kept = Kept(
        topic=topic,
        text_id=filed.text["id"],
        text_en=filed.text.get("en"),
        owner=filed.owner or COORDINATORS,
        source=filed.source,
        valid_until=filed.valid_until,
        verified=True,
    )
    before = queries.of_topic(session, topic)
    return keep(session, rulebook, kept, user_id, now) is not before


def retire(session: Session, answer_id: int, user_id: int, now: datetime) -> bool:
    """It counts no more; a topic has the answer of the city's files again. False where it was retired before."""
    row = queries.locked(session, answer_id)
    if row is None:
        return False
    row.retired_at = now
    _write_down(session, row, RETIRED, user_id, now)
    return True


def subject_of(row: StandingAnswer) -> str:
    """Under what the audit keeps the history of an answer: for a topic, all that it ever had."""
    return f"topic:{row.topic}" if row.topic else f"answer:{row.id}"


def _standing(session: Session, kept: Kept) -> StandingAnswer | None:
    """The row that is just ``kept``; RefusedError where the topic has another."""
    if kept.topic:
        row = queries.of_topic(session, kept.topic)
        if row is not None and not _is(row, kept):
            raise RefusedError("Topik ini sudah punya jawaban yang disimpan petugas; ubahlah jawaban itu.")
        return row
    return next((row for row in queries.without_topic(session) if _is(row, kept)), None)


def _add(session: Session, kept: Kept, user_id: int, now: datetime) -> StandingAnswer:
    values = {name: getattr(kept, name) for name in (*FIELDS, "topic", "question")}
    row = StandingAnswer(**values, created_by=user_id, updated_at=now)
    if kept.verified:
        row.verified_by, row.verified_at = user_id, now
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        raise RefusedError(MEANWHILE) from None
    _write_down(session, row, KEPT, user_id, now, is_new=True)
    return row


def _write_down(
    session: Session, row: StandingAnswer, action: str, user_id: int, now: datetime, *, is_new: bool = False
) -> None:
    """Mark the row as changed, so that workers notice, and keep what it is now in the audit."""
    if not is_new:
        row.updated_at = max(now, row.updated_at + timedelta(microseconds=1))
    audit.record(session, user_id, action, subject_of(row), now, _facts(row))
    log.info(action, answer=row.id, user=user_id)


def _facts(row: StandingAnswer) -> dict[str, Any]:
    """What the history shows; of an answer to somebody's own question not the words."""
    told = {"owner": row.owner, "source": row.source, "valid_until": row.valid_until.isoformat()}
    texts = {"text_id": row.text_id, "text_en": row.text_en or ""} if row.topic else {}
    return {"answer": row.id, **told, **texts, "verified": row.verified_at is not None}


def _locked(session: Session, answer_id: int, seen: datetime | None) -> StandingAnswer:
    row = queries.locked(session, answer_id)
    if row is None and seen is not None:
        raise RefusedError(MEANWHILE)
    if row is None:
        raise NotFoundError(GONE)
    return row


def _kept_of(row: StandingAnswer) -> Kept:
    return Kept(**{name: getattr(row, name) for name in (*FIELDS, "topic", "question")})


def _is(row: StandingAnswer, kept: Kept) -> bool:
    """Whether ``row`` is all that ``kept`` says."""
    return replace(_kept_of(row), verified=kept.verified) == kept and (
        row.verified_at is not None or not kept.verified
    )


def _tidy(kept: Kept) -> Kept:
    return replace(
        kept,
        text_id=_clean(kept.text_id),
        text_en=_clean(kept.text_en or "") or None,
        source=" ".join(legible(kept.source).split()),
        topic=kept.topic or None,
        question=mask(kept.question or "").strip() or None,
    )


def _clean(text: str) -> str:
    """What can be stored and sent, with line ends of one kind and nothing around."""
    return "\n".join(line.rstrip() for line in legible(text).strip().splitlines())


def _today(rulebook: Rulebook, now: datetime) -> date:
    return now.astimezone(rulebook.city.zone).date()
