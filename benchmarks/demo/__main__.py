"""``make demo``: fill a database with a city's year, and put its clock to the end of it."""

import argparse
import os
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, event, text

from benchmarks.demo.base import Pattern, simulated
from benchmarks.demo.clones import Cloner
from benchmarks.demo.copies import Copier
from benchmarks.demo.morning import Morning
from benchmarks.demo.staff import hire
from benchmarks.year.profile import load_profile
from benchmarks.year.town import Town, VirtualClock, be_silent, needs_no_durability, sample_rulebook
from bot.figures import counting
from bot.history.older import seal_older
from bot.settings import ROOT
from storage import keyring, migrate
from storage.database import Database, open_database
from storage.keyring import Keyring
from storage.local_secrets import kept_secret
from storage.models import Base, SimulatedTime

PATTERN = 2_000
CITY = 20_000
SEED = 8
DATABASE = f"sqlite:///{ROOT}/var/demo.db"


def main() -> int:
    """Fill the database, unless it is there already; say who can log in."""
    given = _arguments().parse_args()
    database = open_database(given.database_url)
    keys = Keyring(tuple((os.environ.get("SECRET_KEY") or kept_secret(ROOT / "var" / "secret_key")).split(",")))
    if database.is_sqlite:
        event.listen(database.engine, "connect", needs_no_durability)
    migrate.upgrade(database.engine)
    if not _is_empty(database):
        print("The city of the demonstration is there already.", file=sys.stderr)
        return 0
    be_silent()
    with tempfile.TemporaryDirectory(prefix="demo-") as folder:
        _say("A year of the city, by the real code ...")
        pattern = simulated(min(PATTERN, given.tickets), Path(folder))
        keyring.use(keys)
        _copy(database, pattern, given.tickets)
        _seal(database, given.tickets)
        _say("The last day and a half, by the real code ...")
        ended = _live_on(database, pattern, Path(folder), given.media)
    _count(database, ended)
    _set_clock(database, ended)
    return 0


def _copy(database: Database, pattern: Pattern, tickets: int) -> None:
    """So many copies of the pattern as come closest to ``tickets``; a metropolis is that city many times over."""
    times = max(1, round(min(tickets, CITY) / len(pattern.rows["tickets"])))
    copier = Copier(pattern, "JK", SEED)
    for number in range(times):
        with database.engine.begin() as connection:
            if not number:
                copier.city(connection)
            copier.copy(connection, number)
        _say(f"{(number + 1) * len(pattern.rows['tickets']):,} tickets")
    _clone(database, round(tickets / CITY))
    with database.engine.begin() as connection:
        _count_on(connection)
        connection.execute(text("ANALYZE"))


def _clone(database: Database, times: int) -> None:
    with database.engine.connect() as connection:
        cloner = Cloner(connection, "JK")
        for number in range(1, times):
            cloner.clone(number)
            connection.commit()
            _say(f"the city {number + 1} times over")


def _seal(database: Database, tickets: int) -> None:
    """Copies are histories from before the chains; those of a metropolis take minutes, and can be sealed later."""
    if tickets > CITY:
        _say("Their histories are not sealed; `flask history seal` does it.")
        return
    _say(f"{sum(seal_older(database)):,} rows of their histories are sealed")


def _live_on(database: Database, pattern: Pattern, folder: Path, media: Path) -> datetime:
    town = Town(database, sample_rulebook(folder), load_profile("jakarta"), VirtualClock(pattern.ended))
    with database.begin() as session:
        hire(session, town.rulebook.city, kept_secret(ROOT / "var" / "admin_password"), town.clock.now())
    Morning(town, media, SEED).pass_by()
    return town.clock.now()


def _count_on(connection: Connection) -> None:
    """PostgreSQL's counters know nothing of ids that were given."""
    if connection.dialect.name != "postgresql":
        return
    for name, table in Base.metadata.tables.items():
        if "id" in table.columns and table.columns["id"].autoincrement:
            last = f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), max(id)) FROM {name}"
            connection.execute(text(last))


def _count(database: Database, now: datetime) -> None:
    """The leadership's figures of the whole year; the worker would take its time."""
    _say("The figures of the year ...")
    with tempfile.TemporaryDirectory() as folder:
        rulebook = sample_rulebook(Path(folder))
    if first := counting.first_day(database, rulebook):
        for day in counting.recount(database, rulebook, first, now.astimezone(rulebook.city.zone).date(), now):
            if counting.ends_month(day):
                _say(f"{day:%Y-%m} counted")


def _set_clock(database: Database, now: datetime) -> None:
    ahead_s = round((now - datetime.now(UTC)).total_seconds())
    with database.begin() as session:
        session.merge(SimulatedTime(id=1, ahead_s=ahead_s))


def _is_empty(database: Database) -> bool:
    with database.read() as session:
        return session.execute(text("SELECT 1 FROM tickets LIMIT 1")).first() is None


def _say(what: str) -> None:
    print(what, file=sys.stderr)


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make demo", description=__doc__)
    parser.add_argument("--tickets", type=int, default=20_000, help="about so many")
    parser.add_argument("--database-url", default=DATABASE, help="an empty database, or a new file")
    parser.add_argument("--media", type=Path, default=ROOT / "var" / "demo-media", help="folder for photos")
    return parser


if __name__ == "__main__":
    sys.exit(main())
