"""What a worker should do now and has not done yet, table by table."""

import time
from collections.abc import Collection
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from storage.models import (
    Alarm,
    Digest,
    FollowUp,
    InboundMessage,
    MediaFile,
    Notice,
    OutboundMessage,
    Recheck,
)
from tests.journeys.town import Town

LOOK_EVERY_S = 0.5


def still_waiting(session: Session, now: datetime) -> dict[str, int]:
    """What is due at ``now`` (aware) and not done, by its name in words; empty when all is done.

    What waits for a person is not counted, nor what is due later: news for the next hour, tomorrow's list.
    """
    counts = {
        name: session.scalar(select(func.count()).where(condition)) or 0
        for name, condition in _conditions(now).items()
    }
    return {name: count for name, count in counts.items() if count}


def _conditions(now: datetime) -> dict[str, ColumnElement[bool]]:
    out = OutboundMessage
    due = {
        "follow-ups": FollowUp,
        "news for citizens": Notice,
        "questions to ask again": Recheck,
        "files to fetch": MediaFile,
    }
    return {
        "messages without an outcome": InboundMessage.state != "done",
        "messages without a conversation": InboundMessage.conversation_id.is_(None),
        "replies to be sent": or_(out.state == "sending", (out.state == "waiting") & (out.due_at <= now)),
        "replies in doubt": out.state == "in_doubt",
        "lists to be written": Digest.due_at <= now,
        "alarms to be told": Alarm.next_at <= now,
        **{name: (table.state == "waiting") & (table.due_at <= now) for name, table in due.items()},
    }


def settled(
    place: Town, within_s: float = 240, sent: Collection[str] = (), ahead: timedelta = timedelta(0)
) -> float:
    """Wait until nothing is due any more and all messages that were ``sent`` are stored; the seconds that took.
    ``ahead``: of the right time, by the clock of the town.

    AssertionError with what still waits. Messages in doubt are waited for: they are settled by looking them up.
    """
    began = time.monotonic()
    with place.database() as database:
        while time.monotonic() < began + within_s:
            with database.read() as session:
                waiting = still_waiting(session, datetime.now(UTC) + ahead) or _not_stored(session, sent)
            if not waiting:
                return time.monotonic() - began
            time.sleep(LOOK_EVERY_S)
    raise AssertionError(f"After {within_s:.0f} s there still wait: {waiting}.")


def _not_stored(session: Session, sent: Collection[str]) -> dict[str, int]:
    missing = set(sent) - set(session.scalars(select(InboundMessage.external_id))) if sent else set()
    return {"messages to be stored": len(missing)} if missing else {}
