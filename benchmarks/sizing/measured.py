"""What one message takes of processors, disk and log, all its way: a part of ``benchmarks.peers``' run."""

from collections.abc import Iterator

from sqlalchemy import text
from sqlalchemy.orm import Session

from benchmarks.load import traffic
from benchmarks.load.figures import TIME, Figure
from benchmarks.load.road import travel
from benchmarks.load.standin import Manner
from benchmarks.load.town import Town

PROCESSOR, WRITTEN, KB = "processor time a message", "written a message", "kB"
PAGES = "SELECT page_count * page_size, 0 FROM pragma_page_count(), pragma_page_size()"
BYTES = "SELECT pg_database_size(current_database()), pg_current_wal_insert_lsn() - '0/0'"


def unit_costs(town: Town, count: int) -> Iterator[Figure]:
    """As many messages as are taken, with callbacks; once before, so that nothing is done for the first time."""
    town.twilio.behave(Manner(callbacks=True))
    travel(town, traffic.messages(count // 4), None)
    before = _written(town)
    went = travel(town, traffic.messages(count), None)
    grown, logged = ((after - old) / count / 1000 for after, old in zip(_written(town), before, strict=True))
    town.twilio.behave(Manner())
    name = town.place.name
    note = f"{count} messages with reply and callbacks, {went.replies.missing} without a reply"
    yield Figure(PROCESSOR, went.used["all"], TIME, setup=name, more=went.used, note=note)
    yield Figure(WRITTEN, grown, KB, setup=name, more={"log": logged}, note="growth of the database a message")


def _written(town: Town) -> tuple[float, float]:
    """Bytes of the database, and of its log since it exists (PostgreSQL's; SQLite's goes round)."""
    with town.database() as database, database.read() as session:
        return _bytes(session, PAGES if database.is_sqlite else BYTES)


def _bytes(session: Session, statement: str) -> tuple[float, float]:
    size, log = session.execute(text(statement)).one()
    return float(size), float(log)
