"""Everything encrypted is written anew with the newest secret while others work, and nothing is forgotten."""

from pathlib import Path

import pytest
from sqlalchemy import select, update

from storage import keyring, rotation
from storage.database import Database
from storage.files import LocalFolder, new_key
from storage.keyring import Keyring, KeyringError
from storage.models import Base, Citizen, InboundMessage, MediaFile
from tests.support.rows import AT, MARK, one_in_every_table

OLD, BOTH, NEW = Keyring(("old",)), Keyring(("new", "old")), Keyring(("new",))


@pytest.fixture
def store(tmp_path: Path) -> LocalFolder:
    return LocalFolder(tmp_path / "media")


def renewed(database: Database, store: LocalFolder | None = None) -> int:
    """By table the last word counts; all of them together."""
    last = {step.name: step.renewed for step in rotation.renew(database, store)}
    return sum(last.values())


def behind(database: Database, store: LocalFolder | None = None) -> int:
    found = rotation.uses(database, store).values()
    return sum(count for counted in found for number, count in counted.items() if number != 0)


def citizens(database: Database, count: int) -> None:
    with database.begin() as session:
        session.add_all([Citizen(created_at=AT, name=f"Sari {n}") for n in range(count)])


def test_one_value_of_every_encrypted_column_is_read_with_the_new_secret_alone(database: Database) -> None:
    keyring.use(OLD)
    with database.begin() as session:
        one_in_every_table(session)
    keyring.use(BOTH)
    columns = sum(len(sealed.columns) for sealed in rotation.sealed_tables())
    assert renewed(database) == columns == behind_before(database, OLD) > 20
    keyring.use(NEW)
    assert behind(database) == 0
    with database.read() as session:
        for table in Base.metadata.sorted_tables:
            [row] = session.execute(select(table)).all()
            assert all(
                MARK in repr(row._mapping[c])
                for c in table.columns
                if c.type.__class__.__name__[:9] == "Encrypted"
            )


def behind_before(database: Database, ring: Keyring) -> int:
    """So many values that ``ring`` alone cannot read."""
    keyring.use(ring)
    try:
        return behind(database)
    finally:
        keyring.use(BOTH)


def test_a_second_time_nothing_is_left_to_do(database: Database) -> None:
    keyring.use(OLD)
    citizens(database, 3)
    keyring.use(BOTH)
    assert (renewed(database), renewed(database)) == (3, 0)


def test_it_is_stopped_after_a_batch_and_goes_on_there(database: Database) -> None:
    keyring.use(OLD)
    citizens(database, rotation.BATCH + 50)
    keyring.use(BOTH)
    steps = rotation.renew(database)
    assert next(steps).renewed == rotation.BATCH
    steps.close()
    assert behind(database) == 50
    assert renewed(database) == 50


def test_an_old_secret_goes_on_reading_and_writing_meanwhile(database: Database) -> None:
    """A process that still has the new secret behind: what it writes is found by the next pass."""
    keyring.use(BOTH)
    citizens(database, 1)
    keyring.use(Keyring(("old", "new")))
    citizens(database, 1)
    with database.read() as session:
        assert session.scalars(select(Citizen.name)).all() == ["Sari 0", "Sari 0"]
    keyring.use(BOTH)
    assert renewed(database) == 1


class Interrupting(Keyring):
    """While a value is being written anew, somebody changes it."""

    database: Database

    def renewed(self, blob: bytes) -> bytes:
        with self.database.begin() as session:
            session.execute(update(Citizen).values(name="Sari baru"))
        return super().renewed(blob)


def test_what_somebody_changes_at_that_moment_is_not_overwritten(database: Database) -> None:
    keyring.use(OLD)
    citizens(database, 1)
    ring = Interrupting(("new", "old"))
    object.__setattr__(ring, "database", database)
    keyring.use(ring)
    renewed(database)
    with database.read() as session:
        assert session.scalars(select(Citizen.name)).all() == ["Sari baru"]
    assert behind(database) == 0


def test_a_value_of_no_known_secret_is_told_and_not_touched(database: Database) -> None:
    keyring.use(Keyring(("lost",)))
    citizens(database, 1)
    keyring.use(BOTH)
    assert rotation.uses(database)["citizens"] == {None: 1}
    with pytest.raises(KeyringError):
        renewed(database)
    keyring.use(Keyring(("lost",)))
    with database.read() as session:
        assert session.scalars(select(Citizen.name)).all() == ["Sari 0"]


def test_files_are_written_anew(sqlite_database: Database, store: LocalFolder) -> None:
    keyring.use(OLD)
    key = new_key()
    store.put(key, b"a photo")
    keyring.use(BOTH)
    assert renewed(sqlite_database, store) == 1
    keyring.use(NEW)
    assert (store.get(key), behind(sqlite_database, store)) == (b"a photo", 0)


class Erasing(LocalFolder):
    """While a file is being written anew, its citizen has it erased."""

    database: Database

    def renew(self, key: str) -> None:
        content = self.get(key)
        self.delete(key)
        with self.database.begin() as session:
            session.execute(update(MediaFile).values(state="erased"))
        self.put(key, content)


@pytest.mark.parametrize("part", ["", "-small"])
def test_a_file_that_is_erased_at_that_moment_does_not_come_back(
    sqlite_database: Database, tmp_path: Path, part: str
) -> None:
    keyring.use(OLD)
    with sqlite_database.begin() as session:
        one_in_every_table(session)
        key = new_key()
        session.execute(update(MediaFile).values(store_key=key, state="kept"))
    store = Erasing(tmp_path / "media")
    store.database = sqlite_database
    store.put(key + part, b"a photo")
    keyring.use(BOTH)
    renewed(sqlite_database, store)
    assert list(store.keys()) == []


def test_a_seal_tells_its_secret_and_nothing_else() -> None:
    blob = OLD.encrypt("halo")
    assert (OLD.secret_of(blob), BOTH.secret_of(blob), NEW.secret_of(blob)) == (0, 1, None)
    assert BOTH.secret_of(BOTH.renewed(blob)) == 0
    assert BOTH.secret_of(blob[:-4]) is None
    assert BOTH.secret_of(b"\xff no token") is None
    assert all(secret not in "".join(BOTH.fingerprints) for secret in BOTH.secrets)


def test_messages_are_the_most_and_are_all_looked_at(database: Database) -> None:
    keyring.use(OLD)
    with database.begin() as session:
        one_in_every_table(session)
    keyring.use(BOTH)
    seen = {step.name: (step.seen, step.total) for step in rotation.renew(database)}
    assert seen[InboundMessage.__tablename__] == (1, 1)
