"""The ledger outside the database, and a backup that is restored and forgets again."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.personal.erasing import stamp
from bot.personal.ledger import Ledger, Replayed
from bot.rulebook import Rulebook
from storage.database import Database, open_database
from storage.erasure_ledger import LedgerDamagedError, LedgerLine
from storage.models import Base, Citizen, Erasure
from tests.bot.personal.somebody import MARK, NAME, PHONE, Filling, values
from tests.bot.personal.test_erasing import OTHER, OTHER_PHONE, end_what_was_on_its_way, fill, forget, of_person
from tests.support.clock import MoveableClock
from tests.support.databases import SqliteTemplate


def line(n: int) -> LedgerLine:
    return LedgerLine(
        n, n, "2026-01-01T00:00:00+00:00", "2026-11-24T00:00:00+00:00", "request", {"tickets": n}, f"p{n}"
    )


@pytest.fixture
def ledger(database: Database, rulebook: Rulebook, tmp_path: Path) -> Ledger:
    return Ledger(database, rulebook, tmp_path / "outside" / "erasures.jsonl")


def test_the_file_tells_nothing_of_anybody(
    ledger: Ledger, database: Database, rulebook: Rulebook, clock: MoveableClock
) -> None:
    mine, _ = fill(database, clock)
    forget(database, rulebook, mine, clock)
    assert ledger.run_due(clock.now()) == 1
    text = ledger.path.read_text()
    assert [word for word in (MARK, NAME, PHONE[1:], "Zubaidah") if word in text] == []
    assert set(json.loads(text)) == {
        "erasure",
        "citizen",
        "since",
        "at",
        "reason",
        "counts",
        "proof",
        "before",
        "digest",
    }


# -- the tick ---------------------------------------------------------------------------------------------------


def test_each_erasure_comes_into_the_file_once(
    ledger: Ledger, database: Database, rulebook: Rulebook, clock: MoveableClock
) -> None:
    mine, other = fill(database, clock)
    forget(database, rulebook, mine, clock)
    assert (ledger.run_due(clock.now()), ledger.run_due(clock.now())) == (1, 0)
    clock.move(minutes=1)
    forget(database, rulebook, other, clock)
    assert ledger.run_due(clock.now()) == 1
    assert [one.citizen for one in ledger.file.lines()] == [mine, other]
    with database.read() as session:
        assert ledger.standing(session).is_well
        assert all(row.written_at for row in session.scalars(select(Erasure)))


def test_who_dies_between_the_file_and_the_mark_writes_nothing_twice(
    ledger: Ledger, database: Database, rulebook: Rulebook, clock: MoveableClock
) -> None:
    mine, _ = fill(database, clock)
    forget(database, rulebook, mine, clock)
    ledger.run_due(clock.now())
    with database.begin() as session:
        session.scalars(select(Erasure)).one().written_at = None
    assert ledger.run_due(clock.now()) == 1
    assert len(list(ledger.file.lines())) == 1


def test_a_file_that_cannot_be_written_is_tried_again(
    database: Database, rulebook: Rulebook, clock: MoveableClock, tmp_path: Path
) -> None:
    mine, _ = fill(database, clock)
    forget(database, rulebook, mine, clock)
    (tmp_path / "file").write_text("")
    stuck = Ledger(database, rulebook, tmp_path / "file" / "ledger")
    assert stuck.run_due(clock.now()) == 0
    assert Ledger(database, rulebook, tmp_path / "ledger").run_due(clock.now()) == 1


def test_a_cut_file_is_noticed_and_completed(
    ledger: Ledger, database: Database, rulebook: Rulebook, clock: MoveableClock
) -> None:
    mine, other = fill(database, clock)
    for one in (mine, other):
        forget(database, rulebook, one, clock)
        clock.move(minutes=1)
        ledger.run_due(clock.now())
    lines = ledger.path.read_bytes().splitlines(keepends=True)
    ledger.path.write_bytes(lines[0])
    with database.read() as session:
        assert ledger.standing(session).cut
    assert ledger.complete(clock.now()) == 1
    assert ledger.path.read_bytes() == b"".join(lines)
    with database.read() as session:
        assert ledger.standing(session).is_well


# -- after a restore ----------------------------------------------------------------------------------------------


class Backup:
    """Copies of a database: the file of SQLite, the rows of PostgreSQL."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database, self.folder = database, folder
        self.rows: dict[str, list[dict[str, object]]] = {}

    def make(self) -> None:
        if self.database.is_sqlite:
            self.database.cut_log()
            shutil.copyfile(str(self.database.engine.url.database), self.folder / "backup.db")
            return
        with self.database.read() as session:
            for name, table in Base.metadata.tables.items():
                self.rows[name] = [dict(row) for row in session.execute(select(table)).mappings()]

    def restore(self) -> None:
        if self.database.is_sqlite:
            self.database.dispose()
            path = Path(str(self.database.engine.url.database))
            for suffix in ("-wal", "-shm"):
                Path(f"{path}{suffix}").unlink(missing_ok=True)
            shutil.copyfile(self.folder / "backup.db", path)
            return
        with self.database.begin() as session:
            connection = session.connection()
            connection.exec_driver_sql("SET session_replication_role = replica")
            for table in Base.metadata.tables.values():
                connection.execute(table.delete())
            for table in Base.metadata.tables.values():
                if self.rows[table.name]:
                    connection.execute(table.insert(), self.rows[table.name])
            connection.exec_driver_sql("SET session_replication_role = DEFAULT")


@pytest.fixture
def restored(
    ledger: Ledger, database: Database, rulebook: Rulebook, clock: MoveableClock, tmp_path: Path
) -> tuple[int, int]:
    """A backup, then an erasure that the ledger has, then the backup again."""
    mine, other = fill(database, clock)
    backup = Backup(database, tmp_path)
    backup.make()
    clock.move(hours=1)
    forget(database, rulebook, mine, clock)
    ledger.run_due(clock.now())
    backup.restore()
    clock.move(hours=1)
    return mine, other


def test_a_restored_backup_knows_the_citizen_again(restored: tuple[int, int], database: Database) -> None:
    with database.read() as session:
        assert session.get_one(Citizen, restored[0]).name == NAME
        assert session.scalars(select(Erasure)).all() == []


def test_a_replay_forgets_again_and_leaves_everybody_else(
    restored: tuple[int, int], ledger: Ledger, database: Database, rulebook: Rulebook, clock: MoveableClock
) -> None:
    def of_other() -> list[tuple[str, str]]:
        with database.read() as session:
            return sorted(pair for pair in values(session) if OTHER in pair[1] or OTHER_PHONE[1:] in pair[1])

    others = of_other()
    assert ledger.replay(clock.now()) == Replayed(again=1)
    assert of_other() == others
    end_what_was_on_its_way(database, rulebook, clock)
    with database.read() as session:
        found = values(session)
        assert ledger.standing(session).is_well
    assert of_person(found, MARK, PHONE[1:], PHONE[-10:], NAME) == []


def test_the_receipt_keeps_its_number_and_the_next_one_has_its_own(
    ledger: Ledger, database: Database, rulebook: Rulebook, clock: MoveableClock
) -> None:
    mine, other = fill(database, clock)
    with database.read() as session:
        since = stamp(session.get_one(Citizen, mine).created_at)
    ledger.file.append([replace(line(7), citizen=mine, since=since, at=stamp(clock.now()))])
    assert ledger.replay(clock.now()) == Replayed(again=1)
    assert forget(database, rulebook, other, clock).id == 8


def test_a_replay_twice_does_nothing_more(restored: tuple[int, int], ledger: Ledger, clock: MoveableClock) -> None:
    ledger.replay(clock.now())
    assert ledger.replay(clock.now()) == Replayed(before=1)


def test_a_replay_writes_to_no_agency_again(
    restored: tuple[int, int], ledger: Ledger, database: Database, clock: MoveableClock
) -> None:
    from storage.models import OutboundMessage

    with database.read() as session:
        before = len(session.scalars(select(OutboundMessage.id)).all())
    ledger.replay(clock.now())
    with database.read() as session:
        assert len(session.scalars(select(OutboundMessage.id)).all()) == before


def test_while_it_is_behind_those_people_are_told_nothing_and_nothing_is_written(
    restored: tuple[int, int], ledger: Ledger, database: Database, rulebook: Rulebook, clock: MoveableClock
) -> None:
    forget(database, rulebook, restored[1], clock)
    assert ledger.run_due(clock.now()) == 0
    with database.read() as session:
        standing = ledger.standing(session)
        assert (standing.behind, standing.is_well, standing.waiting) == (True, False, 1)
        assert session.get_one(Citizen, restored[0]).opted_out_at == clock.now()
        assert session.get_one(Citizen, restored[0]).name == NAME
    assert len(list(ledger.file.lines())) == 1
    ledger.replay(clock.now())
    assert ledger.run_due(clock.now()) == 1


def test_somebody_new_who_has_the_same_row_stays(
    ledger: Ledger, database: Database, rulebook: Rulebook, clock: MoveableClock
) -> None:
    """The citizen of the ledger came after the backup; in the restored database the row is somebody else's."""
    ledger.file.append([line(1)])
    with database.begin() as session:
        somebody = Filling(session, clock.now(), OTHER, OTHER_PHONE, "Bambang").fill()
    assert somebody == 1
    assert ledger.replay(clock.now()) == Replayed(unknown=1)
    with database.read() as session:
        assert session.get_one(Citizen, 1).name == "Bambang"
        assert ledger.standing(session).is_well
    clock.move(days=3)
    end_what_was_on_its_way(database, rulebook, clock)
    with database.read() as session:
        assert of_person(values(session), "Bambang") != []


def test_a_ledger_of_which_nobody_is_here_needs_no_hand(
    ledger: Ledger, database: Database, clock: MoveableClock
) -> None:
    """A new, empty database beside an old ledger."""
    ledger.file.append([line(1), line(2)])
    ledger.run_due(clock.now())
    with database.read() as session:
        assert ledger.standing(session).is_well


def test_a_damaged_ledger_is_not_replayed(
    restored: tuple[int, int], ledger: Ledger, database: Database, clock: MoveableClock
) -> None:
    text = ledger.path.read_text()
    ledger.path.write_text(text.replace('"reason": "request"', '"reason": "retention"'))
    with pytest.raises(LedgerDamagedError):
        ledger.replay(clock.now())
    assert ledger.run_due(clock.now()) == 0
    with database.read() as session:
        assert session.get_one(Citizen, restored[0]).name == NAME


def test_the_bytes_of_a_replayed_file_have_nothing_of_the_citizen(
    tmp_path: Path, rulebook: Rulebook, clock: MoveableClock, sqlite_template: SqliteTemplate
) -> None:
    (tmp_path / "data").mkdir()
    path = tmp_path / "data" / "city.db"
    sqlite_template.copy_to(path)
    database = open_database(f"sqlite:///{path}")
    ledger = Ledger(database, rulebook, tmp_path / "erasures.jsonl")
    mine, _ = fill(database, clock)
    backup = Backup(database, tmp_path)
    backup.make()
    assert MARK.encode() in path.read_bytes()
    forget(database, rulebook, mine, clock)
    ledger.run_due(clock.now())
    backup.restore()
    assert MARK.encode() in path.read_bytes()
    ledger.replay(clock.now())
    end_what_was_on_its_way(database, rulebook, clock)
    database.cut_log()
    raw = b"".join(file.read_bytes() for file in path.parent.iterdir())
    assert [word for word in (MARK, NAME, PHONE[1:]) if word.encode() in raw] == []
    database.dispose()
