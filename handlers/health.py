"""Whether the system is alive: shallow for load balancers, deep for people and alarms."""

from datetime import datetime, timedelta

from flask import Blueprint, Response, jsonify, request
from sqlalchemy import func, select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from bot.words import BULK_LANE
from handlers.edge import edge
from handlers.guards import guard
from storage.models import Heartbeat, InboundMessage, OutboundMessage

blueprint = Blueprint("health", __name__)
guard(blueprint, "public")

WORKER_SILENT = timedelta(seconds=30)
QUEUE_OLD = timedelta(minutes=5)


@blueprint.get("/healthz")
def healthz() -> Response | tuple[Response, int]:
    """200 as long as inbound messages can be stored. ``?deep=1``: every part, 503 when one is bad."""
    try:
        with edge().database.begin() as session:
            session.execute(text("SELECT 1 FROM inbound_messages LIMIT 1"))
            parts = _parts(session, edge().clock.now()) if request.args.get("deep") else None
    except SQLAlchemyError:
        return jsonify(ok=False, database="unavailable"), 503
    if parts is None:
        return jsonify(ok=True)
    good = all(part["ok"] for part in parts.values())
    return jsonify(ok=good, **parts), 200 if good else 503


def _parts(session: Session, now: datetime) -> dict[str, dict[str, object]]:
    here = edge()
    nlu_ok = here.nlu.is_ready() if here.nlu else True
    unprocessed = _age(
        session, now, select(func.min(InboundMessage.received_at)).where(InboundMessage.state == "new")
    )
    unsent = _age(
        session,
        now,
        select(func.min(OutboundMessage.due_at)).where(
            OutboundMessage.state.in_(("waiting", "sending")),
            OutboundMessage.due_at <= now,
            OutboundMessage.lane < BULK_LANE,  # a notice to thousands takes its time
        ),
    )
    heartbeat = _age(session, now, select(func.max(Heartbeat.at)))
    return {
        "database": {"ok": True},
        "nlu": {"ok": nlu_ok, "configured": here.nlu is not None},
        "worker": {"ok": _within(heartbeat, WORKER_SILENT, missing=False), "heartbeat_age_s": heartbeat},
        "unprocessed": {"ok": _within(unprocessed, QUEUE_OLD), "oldest_s": unprocessed},
        "unsent": {"ok": _within(unsent, QUEUE_OLD), "oldest_s": unsent},
    }


def _age(session: Session, now: datetime, query: object) -> float | None:
    at = session.scalar(query)  # type: ignore[call-overload]
    return None if at is None else max(0.0, round((now - at).total_seconds(), 1))


def _within(age: float | None, limit: timedelta, *, missing: bool = True) -> bool:
    return missing if age is None else age <= limit.total_seconds()
