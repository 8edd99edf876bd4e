"""What goes by its own age: messages that became no ticket, payloads, files, letters, log-ins, the audit.

Rows that are only ever added are gone through once, by their ids and up to a mark, so that no night reads them all
again and no column of a busy table needs an index for it.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import takewhile
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from bot.history.ending import end_audit
from bot.personal.anonymising import clear_inbound
from bot.personal.emptying import blank
from storage.models import (
    AgencyLink,
    AuditEntry,
    InboundMessage,
    LoginFailure,
    LoginSession,
    MediaFile,
    OutboundMessage,
    PhotoPrint,
    Presence,
    Quarantine,
    ResetLink,
    WeeklyReport,
)
from storage.queries import retention as queries
from storage.queries.media import ERASING

Done = tuple[Counter[str], bool]
Clear = Callable[[Session, Sequence[int], datetime], Counter[str]]
# What the file itself told, besides its content.
TOLD = ("transcript", "perceptual_hash", "taken_at", "latitude", "longitude")


def walked(name: str, model: Any, at: Any, clear: Clear) -> Callable[..., Done]:
    """A step of going through ``model`` once: what came before the cutoff is cleared, and not looked at again."""

    def step(session: Session, cutoff: datetime, now: datetime, limit: int) -> Done:
        mark = queries.mark(session, name)
        rows = queries.next_rows(session, model.id, at, mark.through, limit)
        old = [row_id for row_id, _ in takewhile(lambda row: row[1] < cutoff, rows)]
        if not old:
            return Counter(), False
        mark.through, mark.at = old[-1], now
        return clear(session, old, now), len(old) == limit

    return step


def clear_messages(session: Session, ids: Sequence[int], now: datetime) -> Counter[str]:
    """What citizens wrote that became no ticket."""
    mine = queries.without_ticket(session, ids)
    clear_inbound(session, mine, now)
    files = update(MediaFile).where(MediaFile.inbound_id.in_(mine), MediaFile.state.not_in((ERASING, "erased")))
    _let_go(session, files)
    return Counter(inbound_messages=len(mine))


def clear_answers(session: Session, ids: Sequence[int], now: datetime) -> Counter[str]:
    """What citizens were told about no ticket."""
    return _blank(session, queries.settled(session, ids, to_citizens=True), now)


def clear_letters(session: Session, ids: Sequence[int], now: datetime) -> Counter[str]:
    """Lists and alarms to agencies and our own people; their addresses stay, they are the city's."""
    return _blank(session, queries.settled(session, ids, to_citizens=False), now)


def clear_payloads(session: Session, ids: Sequence[int], now: datetime) -> Counter[str]:
    """What providers sent, word for word: everything of it that we use stands in columns of its own."""
    mine = InboundMessage.id.in_(ids), InboundMessage.state == "done"
    return Counter(payloads=_run(session, update(InboundMessage).where(*mine).values(raw={})))


def drop_files(session: Session, cutoff: datetime, now: datetime, limit: int) -> Done:
    """Photos and voice notes; the worker lets go of the files themselves within moments."""
    ids = session.scalars(queries.old_files(cutoff).order_by(MediaFile.created_at).limit(limit)).all()
    _let_go(session, update(MediaFile).where(MediaFile.id.in_(ids)))
    _run(session, delete(PhotoPrint).where(PhotoPrint.media_id.in_(ids)))
    return Counter(media_files=len(ids)), len(ids) == limit


def drop_old(*models: Any) -> Callable[..., Done]:
    """Whole rows, the oldest first, by when they were made."""

    def step(session: Session, cutoff: datetime, now: datetime, limit: int) -> Done:
        done, is_more = Counter[str](), False
        for model in models:
            rows = queries.next_rows(session, model.id, _made_at(model), 0, limit)
            old = [row_id for row_id, _ in takewhile(lambda row: row[1] < cutoff, rows)]
            done[model.__tablename__] += _run(session, delete(model).where(model.id.in_(old)))
            is_more = is_more or len(old) == limit
        return done, is_more

    return step


def drop_reports(session: Session, cutoff: datetime, now: datetime, limit: int) -> Done:
    """One a week: there are few."""
    return Counter(
        weekly_reports=_run(session, delete(WeeklyReport).where(WeeklyReport.written_at < cutoff))
    ), False


def drop_logins(session: Session, cutoff: datetime, now: datetime, limit: int) -> Done:
    """Log-ins, failures, links for passwords, and who had which page open."""
    done, is_more = drop_old(LoginSession, LoginFailure, ResetLink)(session, cutoff, now, limit)
    done["presences"] += _run(session, delete(Presence).where(Presence.seen_at < cutoff))
    return done, is_more


def cut_audit(session: Session, cutoff: datetime, now: datetime, limit: int) -> Done:
    """Whole months: the chain of each subject ends, which is what lets the database delete its rows.

    The end of every chain stays, with how many rows it had.
    """
    first = end_audit(session, cutoff, now)
    rows = queries.next_rows(session, AuditEntry.id, AuditEntry.at, 0, limit)
    old = [row_id for row_id, _ in takewhile(lambda row: row[1] < first, rows)]
    gone = delete(AuditEntry).where(AuditEntry.id.in_(old))
    return Counter(audit_entries=_run(session, gone)), len(old) == limit


def count_before(session: Session, model: Any, cutoff: datetime, after: int = 0) -> int:
    """For a plan: rows from before ``cutoff``."""
    found = select(func.count()).select_from(model).where(_made_at(model) < cutoff)
    return session.scalar(found.where(model.id > after) if after else found) or 0


def _made_at(model: Any) -> Any:
    times = {
        LoginFailure: LoginFailure.at, Quarantine: Quarantine.received_at, AgencyLink: AgencyLink.created_at,
        InboundMessage: InboundMessage.received_at, OutboundMessage: OutboundMessage.created_at,
        AuditEntry: AuditEntry.at, WeeklyReport: WeeklyReport.written_at,
    }  # fmt: skip
    return times.get(model) or model.created_at


def _blank(session: Session, rows: Sequence[OutboundMessage], now: datetime) -> Counter[str]:
    blank(session, rows, now)
    session.flush()
    return Counter(outbound_messages=len(rows))


def _let_go(session: Session, files: Any) -> None:
    nothing: dict[str, Any] = dict.fromkeys(TOLD)
    _run(session, files.values(state=ERASING, url="", **nothing))


def _run(session: Session, statement: Any) -> int:
    result: Any = session.execute(statement.execution_options(synchronize_session=False))
    return max(int(result.rowcount), 0)
