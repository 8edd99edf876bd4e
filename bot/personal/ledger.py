"""The erasure ledger outside the database: whom we forgot, so that a restored backup forgets them again."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.personal import erasing
from bot.personal.erasing import stamp
from bot.rulebook import Rulebook
from storage.database import Database
from storage.erasure_ledger import LedgerDamagedError, LedgerFile, LedgerLine
from storage.models import Citizen, Erasure
from storage.queries import personal

log = structlog.get_logger()

BATCH = 100


@dataclass(frozen=True)
class Standing:
    """How the database and the ledger's file stand to each other.

    ``behind``: the file has erasures that the database lacks: a backup was restored. ``cut``: the file lacks
    erasures that were written into it. ``waiting``: not written yet. ``damaged``: its end cannot be read.
    """

    waiting: int = 0
    behind: bool = False
    cut: bool = False
    damaged: bool = False

    @property
    def is_well(self) -> bool:
        return not (self.behind or self.cut or self.damaged)


@dataclass(frozen=True)
class Replayed:
    """What a replay came to: people forgotten again, those who were forgotten already, those who are not there."""

    again: int = 0
    before: int = 0
    unknown: int = 0


@dataclass(frozen=True)
class Ledger:
    """The file and the database that it belongs to."""

    database: Database
    rulebook: Rulebook
    path: Path

    @property
    def file(self) -> LedgerFile:
        return LedgerFile(self.path)

    def run_due(self, now: datetime) -> int:
        """Write what the file lacks; how many lines. While the database is behind nothing is written, and those
        who are to be forgotten are told nothing unasked."""
        with self.database.read() as session:
            standing = self.standing(session)
        if standing.behind or standing.damaged:
            self._keep_silent(standing, now)
            return 0
        if standing.cut:
            log.error("erasure_ledger_cut", path=str(self.path))
        return self._write(now) if standing.waiting else 0

    def standing(self, session: Session) -> Standing:
        """A look at the file's last line and the database's last entry: cheap enough for every tick."""
        waiting, newest = personal.waiting(session), personal.newest_written(session)
        try:
            last, recent = self.file.last(), self.file.recent()
        except LedgerDamagedError:
            return Standing(waiting, damaged=True)
        if last is not None and not personal.is_known(session, last.citizen, last.proof):
            return Standing(waiting, behind=True)
        return Standing(waiting, cut=newest is not None and newest.proof not in recent)

    def missing(self) -> list[LedgerLine]:
        """The file's erasures that the database lacks, the oldest first; LedgerDamagedError for a changed file."""
        with self.database.read() as session:
            return [one for one in self.file.lines() if not personal.is_known(session, one.citizen, one.proof)]

    def replay(self, now: datetime) -> Replayed:
        """Forget again whoever the file names and the database still knows: each in a transaction of their own.

        The whole file is checked first (LedgerDamagedError). Somebody else who has the same row by now stays: the
        time at which they first came tells them apart.
        """
        lines = list(self.file.lines())
        told = [self._again(line, now) for line in lines]
        self.database.cut_log()
        return Replayed(told.count("again"), told.count("before"), told.count("unknown"))

    def complete(self, now: datetime) -> int:
        """Write everything into the file that it lacks, also what was written once and is gone; how many lines."""
        known = {line.proof for line in self.file.lines()}
        with self.database.begin() as session:
            for row in session.scalars(select(Erasure).where(Erasure.written_at.is_not(None))):
                if row.proof not in known:
                    row.written_at = None
        done = 0
        while written := self._write(now):
            done += written
        return done

    def _again(self, line: LedgerLine, now: datetime) -> str:
        with self.database.begin() as session:
            if personal.is_known(session, line.citizen, line.proof):
                return "before"
            citizen = session.get(Citizen, line.citizen)
            is_there = citizen is not None and stamp(citizen.created_at) == line.since
            if citizen is not None and is_there and citizen.erased_at is None:
                row = self._forget(session, citizen, line, now)
            else:
                row = Erasure(citizen_id=line.citizen, reason=line.reason)
                session.add(row)
            row.at, row.counts, row.proof = datetime.fromisoformat(line.at), dict(line.counts), line.proof
            row.written_at = now
            session.flush()
            personal.number(session, row, line.erasure)
            return "again" if is_there else "unknown"

    def _forget(self, session: Session, citizen: Citizen, line: LedgerLine, now: datetime) -> Erasure:
        """As then, but quietly: agencies were told at the time."""
        erasing.take_unplaced(session, citizen, datetime.fromisoformat(line.at))
        row = erasing.erase(session, self.rulebook, citizen, now, reason=line.reason, tells_agencies=False)
        erasing.forget_addresses(session, citizen)
        return row

    def _write(self, now: datetime) -> int:
        """The file first, then the mark: who dies in between finds the line there and does not write it twice."""
        with self.database.read() as session:
            rows = personal.unwritten(session, BATCH)
        try:
            self.file.append(line_of(row, since) for row, since in rows)
        except OSError as error:
            log.error("erasure_ledger_not_written", reason=type(error).__name__, code=error.errno)
            return 0
        with self.database.begin() as session:
            for row, _ in rows:
                session.get_one(Erasure, row.id).written_at = now
        return len(rows)

    def _keep_silent(self, standing: Standing, now: datetime) -> None:
        if standing.damaged:
            log.error("erasure_ledger_damaged", path=str(self.path))
            return
        try:
            lines = self.missing()
        except LedgerDamagedError as error:
            log.error("erasure_ledger_damaged", path=str(self.path), line=error.line)
            return
        with self.database.begin() as session:
            found = {line.citizen: line.since for line in lines}
            people = [session.get(Citizen, citizen_id) for citizen_id in found]
            theirs = [one.id for one in people if one and stamp(one.created_at) == found[one.id]]
            personal.stop_news(session, theirs, now)
        if theirs:
            log.error("erasures_not_replayed", erasures=len(lines), people=len(theirs), path=str(self.path))
        else:  # nobody of them is here: another, or an older, database than they were in
            self.replay(now)


def ledger_of(database: Database, rulebook: Rulebook, named: Path | None) -> Ledger | None:
    """The ledger of an installation: ``named``, or beside a SQLite file; None where there is neither."""
    if named is not None:
        return Ledger(database, rulebook, named)
    file = database.engine.url.database
    if not database.is_sqlite or not file or file == ":memory:":
        return None
    return Ledger(database, rulebook, Path(f"{file}.erasures.jsonl"))


def line_of(row: Erasure, since: datetime | None) -> LedgerLine:
    """An erasure as the file has it."""
    return LedgerLine(
        erasure=row.id,
        citizen=row.citizen_id,
        since=stamp(since) if since else "",
        at=stamp(row.at),
        reason=row.reason,
        counts=row.counts,
        proof=row.proof,
    )
