"""The nightly verification: a few thousand rows a tick until all chains are walked, and an anchor for the day.

Coordinators are told by e-mail of the first thing that does not fit, once a verification; the log has every one.
"""

from datetime import datetime, time, timedelta

import structlog
from sqlalchemy.orm import Session

from bot.history import anchors
from bot.history.checking import Problem
from bot.history.verifying import END, START, Part, Tally, Wanted
from bot.outgoing import coordinators
from bot.rulebook import Rulebook
from storage.database import Database
from storage.models import HistoryCheck
from storage.queries import history_anchors as queries
from storage.queries.history_walk import snapshot

log = structlog.get_logger()

# While few people write; a city whose night is too short for all of it goes on the next night.
BETWEEN = (time(1), time(5))
EVERY = timedelta(hours=20)
WORDING = "mail_history"
TOLD = 20  # sentences in one letter
PAGE = "/console/audit"


def run_due(database: Database, rulebook: Rulebook, now: datetime) -> int:
    """One part of the night's verification, where it is time for one; how many rows that were."""
    local = now.astimezone(rulebook.city.zone).time()
    if not BETWEEN[0] <= local < BETWEEN[1]:
        return 0
    with database.read() as session:
        check = queries.last_check(session)
        session.expunge_all()
    if check is None or (check.reached == END and now - check.begun_at >= EVERY):
        anchor(database, now)
        check = _begin(database, now)
    return _go_on(database, rulebook, check, now) if check.reached != END else 0


def anchor(database: Database, now: datetime) -> None:
    """Today's anchor, written into the log: whoever collects the log holds it."""
    made = anchors.make(database, now)
    if made is not None:
        log.info("history_anchor", day=str(made.day), digest=made.digest, chains=len(made.leaves) // anchors.LEAF)


def _begin(database: Database, now: datetime) -> HistoryCheck:
    check = HistoryCheck(begun_at=now, reached=START, rows=0, problems=0)
    with database.begin() as session:
        session.add(check)
    return check


def _go_on(database: Database, rulebook: Rulebook, check: HistoryCheck, now: datetime) -> int:
    """Read first, then write what was found in a transaction of its own."""
    tally = Tally()
    with snapshot(database) as session:
        part = Part(session, Wanted(), tally)
        problems = list(part.walk(check.reached))
    if part.cursor == END:
        problems += anchors.verify(database)
    with database.begin() as session:
        row = session.get_one(HistoryCheck, check.id, with_for_update=True)
        if row.reached != check.reached:
            return 0  # a colleague's process was quicker
        row.reached, row.rows, row.problems = part.cursor, row.rows + tally.rows, row.problems + len(problems)
        row.finished_at = now if part.cursor == END else None
        if problems:
            _tell(session, rulebook, row, problems, now)
    return tally.rows


def _tell(
    session: Session, rulebook: Rulebook, check: HistoryCheck, problems: list[Problem], now: datetime
) -> None:
    for problem in problems:
        log.error("history_broken", chain=problem.chain, problem=problem.text)
    sections = (("flask history verify", [str(problem) for problem in problems[:TOLD]]),)
    values, key = {"count": len(problems)}, f"history:{check.id}"
    coordinators.tell(session, rulebook, WORDING, values, PAGE, key, now, sections)
