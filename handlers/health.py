"""Whether the system is alive: shallow for load balancers, deep for people and alarms."""

from collections.abc import Iterable
from datetime import datetime, timedelta

import structlog
from flask import Blueprint, Response, abort, jsonify, request
from sqlalchemy import func, select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from bot.watching.load import State, age, facts, load_of
from bot.words import BULK_LANE
from handlers.edge import Edge, edge
from handlers.guards import guard
from storage.files import StoreError
from storage.models import Heartbeat
from storage.queries import probing, watching
from storage.queries.history_anchors import last_finished_check
from storage.queries.watching import Waiting

log = structlog.get_logger()
blueprint = Blueprint("health", __name__)
guard(blueprint, "public")

WORKER_SILENT = timedelta(seconds=30)
QUEUE_OLD = timedelta(minutes=5)
# RFC 9116, 2.5.5: less than a year.
SAID_FOR = timedelta(days=180)
MEANS = {
    "database": "Messages cannot be stored: providers are told so and send them again.",
    "nlu": "Messages are kept and acknowledged, and understood later; emergencies and fixed words are answered.",
    "files": "Photos of citizens cannot be kept or shown; they are fetched later, the log says what is wrong.",
    "worker": "Nothing is answered, sent or followed up; what comes in is kept.",
    "load": "More comes in than gets done: all of it is kept, emergencies go first, unasked messages wait.",
    "unprocessed": "A message has waited for more than five minutes for anybody to look at it.",
    "history": "Histories are not as they were written; the log has each as history_broken.",
    "unsent": "A message of ours has been due for more than five minutes.",
    "erasures": "The erasure ledger and the database do not agree; `flask personal ledger` says how.",
}


@blueprint.get("/.well-known/security.txt")
def security_txt() -> Response:
    """Where weaknesses are reported (RFC 9116); 404 where the city has not said where."""
    here = edge()
    contact = here.settings.security_contact
    if not contact:
        abort(404)
    expires = (here.clock.now() + SAID_FOR).strftime("%Y-%m-%dT%H:%M:%SZ")
    return Response(
        f"Contact: {contact}\nExpires: {expires}\nPreferred-Languages: id, en\n", mimetype="text/plain"
    )


@blueprint.get("/healthz")
def healthz() -> Response | tuple[Response, int]:
    """200 as long as inbound messages can be stored. ``?deep=1``: every part, 503 when one is bad.

    ``bad`` says in a sentence each which parts are, and what that means.
    """
    here = edge()
    try:
        with here.database.begin() as session:
            session.execute(text("SELECT 1 FROM inbound_messages LIMIT 1"))
            if request.args.get("deep"):
                probing.write(session, here.clock.now())
        parts = _parts() if request.args.get("deep") else None
    except SQLAlchemyError:
        return jsonify(ok=False, database="unavailable", bad={"database": MEANS["database"]}), 503
    if parts is None:
        return jsonify(ok=True)
    bad = {name: MEANS[name] for name, part in parts.items() if not part["ok"]}
    return jsonify(ok=not bad, bad=bad, **parts), 503 if bad else 200


def _parts() -> dict[str, dict[str, object]]:
    """What is asked over the network is asked outside of the transaction: it may be long in answering."""
    here = edge()
    now = here.clock.now()
    nlu_ok = here.nlu.is_ready() if here.nlu else True
    files = _files(here)
    with here.database.read() as session:
        watching.be_brief(session)
        inbound, queues = watching.inbound(session), watching.queues(session, now)
        heartbeat = age(session.scalar(select(func.max(Heartbeat.at))), now)
        load = load_of(inbound, queues, now)
        unprocessed, unsent = _oldest(inbound, now), _oldest(filter(_is_awaited, queues), now)
        return {
            "database": {"ok": True},
            "nlu": {"ok": nlu_ok, "configured": here.nlu is not None},
            "files": files,
            "worker": {"ok": _within(heartbeat, WORKER_SILENT, missing=False), "heartbeat_age_s": heartbeat},
            "load": {"ok": load.state != State.OVERLOADED, **facts(load)},
            "unprocessed": {"ok": _within(unprocessed, QUEUE_OLD), "oldest_s": unprocessed},
            "history": _history(session),
            "unsent": {"ok": _within(unsent, QUEUE_OLD), "oldest_s": unsent},
            "erasures": _erasures(session),
        }


def _files(here: Edge) -> dict[str, object]:
    """Where the store is says the log only: this page is for everybody."""
    kind = "bucket" if here.settings.media_bucket else "folder"
    try:
        here.files.look()
    except StoreError as error:
        log.error("media_store_unavailable", reason=str(error))
        return {"ok": False, "kind": kind}
    return {"ok": True, "kind": kind}


def _is_awaited(line: Waiting) -> bool:
    """Messages that are due or in a sender's hands; a notice to thousands takes its time."""
    if line.what == "unsettled":
        return line.one == "sending"
    return line.what == "outbound" and int(line.other or 0) < BULK_LANE


def _oldest(lines: Iterable[Waiting], now: datetime) -> float | None:
    return age(min((line.oldest for line in lines if line.oldest), default=None), now)


def _erasures(session: Session) -> dict[str, object]:
    """Whether a restored backup still knows people who were erased (``erasures_not_replayed``)."""
    ledger = edge().ledger
    if ledger is None:
        return {"ok": True, "configured": False}
    standing = ledger.standing(session)
    reasons = {"erasures_not_replayed": standing.behind, "cut": standing.cut, "damaged": standing.damaged}
    trouble = [reason for reason, is_so in reasons.items() if is_so]
    return {"ok": standing.is_well, "configured": True, "unwritten": standing.waiting, "trouble": trouble}


def _history(session: Session) -> dict[str, object]:
    """Whether the last verification of the chained histories found everything as it was written."""
    check = last_finished_check(session)
    done = check and check.finished_at
    return {"ok": not (check and check.problems), "verified_at": done.isoformat() if done else None}


def _within(age: float | None, limit: timedelta, *, missing: bool = True) -> bool:
    return missing if age is None else age <= limit.total_seconds()
