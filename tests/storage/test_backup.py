"""A city is backed up while citizens write, and restored elsewhere: everything is there, and it goes on."""

import json
import stat
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, text

from bot.delivery.after_restore import doubt_what_waits
from bot.history.verifying import Tally, Wanted, verify
from bot.intake import inbox
from bot.rulebook import Rulebook
from storage import backup, dumps, migrate
from storage.backup import Manifest
from storage.database import Database
from storage.dumps import BackupError, tables
from storage.files import LocalFolder, new_key
from storage.models import InboundMessage, OutboundMessage
from tests.storage.elsewhere import Elsewhere
from tests.support.clock import MoveableClock
from tests.support.databases import opened
from tests.support.desk import Number, meaning
from tests.support.messages import by_sms
from tests.support.rows import one_in_every_table

POTHOLE = meaning("lapor", "jalan_rusak", place="Jl. Kenanga, Cipinang")
STORY = "jalan berlubang di Jl. Kenanga Cipinang dekat pasar"
PHOTO = b"a photo of a pothole" * 1000
KEYS = ("0123abcd",)


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(4) as made:
        yield made


@pytest.fixture
def number(database: Database, rulebook: Rulebook, clock: MoveableClock, pool: ThreadPoolExecutor) -> Number:
    """A number to which some citizens have written, and two that still wait for an answer."""
    number = Number(database, rulebook, clock, pool)
    for who in range(3):
        number.says(STORY, POTHOLE, who=f"sim:{who}")
    number.hears(STORY, who="sim:4")
    return number


@pytest.fixture
def media(tmp_path: Path) -> Path:
    store = LocalFolder(tmp_path / "media")
    for _ in range(5):
        key = new_key()
        store.put(key, PHOTO)
        store.put(f"{key}-small", PHOTO[:50])
    return tmp_path / "media"


@pytest.fixture
def elsewhere(request: pytest.FixtureRequest, database: Database, tmp_path: Path) -> Iterator[Elsewhere]:
    """An empty database of the other's kind on another machine, and an empty folder."""
    folder = tmp_path / "elsewhere"
    if database.is_sqlite:
        with opened(f"sqlite:///{folder / 'city.db'}") as empty:
            yield Elsewhere(empty, folder / "media")
        return
    with request.getfixturevalue("postgresql_template").empty() as url, opened(url) as empty:
        yield Elsewhere(empty, folder / "media")


def made(database: Database, media: Path | None, folder: Path, clock: MoveableClock) -> Manifest:
    return backup.make(database, LocalFolder(media) if media else None, folder, KEYS, None, clock.now())


def everything(database: Database) -> dict[str, list[Any]]:
    """Every row of every table, of the schema's version too."""
    with database.engine.connect() as connection:
        names = tables(connection)
        return {name: sorted(map(repr, connection.execute(text(f"SELECT * FROM {name}")))) for name in names}


def contents(media: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in media.rglob("*") if path.is_file()}


def test_every_row_of_every_table_and_every_file(
    database: Database, media: Path, tmp_path: Path, clock: MoveableClock, elsewhere: Elsewhere
) -> None:
    with database.begin() as session:
        one_in_every_table(session)
    manifest = made(database, media, tmp_path / "backup", clock)
    assert manifest == backup.read(tmp_path / "backup")
    assert manifest.files == 10
    before = everything(database)
    assert all(before.values())
    assert {name: len(rows) for name, rows in before.items()} == manifest.tables
    backup.restore(elsewhere.database, LocalFolder(elsewhere.media), tmp_path / "backup", KEYS)
    assert everything(elsewhere.database) == before
    assert contents(elsewhere.media) == contents(media)
    assert backup.differences(elsewhere.database, LocalFolder(elsewhere.media), manifest) == []
    assert migrate.is_current(elsewhere.database.engine)


def test_while_messages_go_on_coming_in(
    number: Number, media: Path, tmp_path: Path, clock: MoveableClock, elsewhere: Elsewhere
) -> None:
    """The backup is of one moment: what was there before is whole, of what came meanwhile a first part."""
    before = everything(number.database)
    with citizens_writing(number) as written:
        manifest = made(number.database, media, tmp_path / "backup", clock)
        at_least = len(written) + 3
        wait_until(lambda: len(written) >= at_least)  # nobody was held up for good
    backup.restore(elsewhere.database, LocalFolder(elsewhere.media), tmp_path / "backup", KEYS)
    assert backup.differences(elsewhere.database, LocalFolder(elsewhere.media), manifest) == []
    after = everything(elsewhere.database)
    assert {name: rows for name, rows in after.items() if name != "inbound_messages"} == {
        name: rows for name, rows in before.items() if name != "inbound_messages"
    }
    assert set(after["inbound_messages"]) >= set(before["inbound_messages"])
    with elsewhere.database.read() as session:
        came = session.scalars(select(InboundMessage).where(InboundMessage.channel == "sms")).all()
    ours = [message.external_id for message in sorted(came, key=lambda message: message.id)]
    assert ours == written[: len(ours)]
    assert 0 < len(ours) < len(written)


def test_the_restored_city_answers_and_its_histories_are_whole(
    number: Number, media: Path, tmp_path: Path, clock: MoveableClock, elsewhere: Elsewhere
) -> None:
    made(number.database, media, tmp_path / "backup", clock)
    backup.restore(elsewhere.database, LocalFolder(elsewhere.media), tmp_path / "backup", KEYS)
    other = replace_database(number, elsewhere.database)
    told = Tally()
    assert list(verify(elsewhere.database, Wanted(), told)) == []
    assert told.rows > 0
    other.work()
    assert "JK-" in "".join(other.replies("sim:4"))  # who waited when the backup was made
    assert "JK-" in "".join(other.says(STORY, POTHOLE, who="sim:9"))
    assert list(verify(elsewhere.database, Wanted(), Tally())) == []


def test_what_waited_is_looked_up_before_it_is_sent(number: Number, clock: MoveableClock) -> None:
    """It may have gone out between the backup and the end of the machine."""
    number.worker().round()  # answered, and not sent yet
    with number.database.begin() as session:
        letters = session.scalars(select(OutboundMessage).where(OutboundMessage.at_least_once)).all()
        for letter in letters:
            letter.state, letter.due_at = "waiting", clock.now()
        waiting = session.scalars(select(OutboundMessage.id).where(OutboundMessage.state == "waiting")).all()
    assert doubt_what_waits(number.database, clock.now()) == len(waiting) - len(letters) > 0
    with number.database.read() as session:
        states = {row.id: row.state for row in session.scalars(select(OutboundMessage))}
    doubtful = {message for message, state in states.items() if state == "in_doubt"}
    assert doubtful == set(waiting) - {letter.id for letter in letters}
    clock.move(minutes=1)
    number.courier.settle()
    with number.database.read() as session:
        left = session.scalar(select(func.count()).where(OutboundMessage.state == "in_doubt"))
    assert left == 0


def test_it_is_for_its_owner_alone_and_has_no_secret(
    number: Number, media: Path, tmp_path: Path, clock: MoveableClock
) -> None:
    made(number.database, media, tmp_path / "backups" / "backup", clock)
    found = list((tmp_path / "backups" / "backup").rglob("*"))
    assert {stat.S_IMODE(path.stat().st_mode) for path in found if path.is_file()} == {0o600}
    assert {stat.S_IMODE(path.stat().st_mode) for path in found if path.is_dir()} == {0o700}
    assert stat.S_IMODE((tmp_path / "backups" / "backup").stat().st_mode) == 0o700
    for path in found:
        assert path.is_dir() or b"test secret" not in path.read_bytes()


def test_what_is_there_already_is_not_touched(
    number: Number, media: Path, tmp_path: Path, clock: MoveableClock, elsewhere: Elsewhere
) -> None:
    folder = tmp_path / "backup"
    made(number.database, media, folder, clock)
    with pytest.raises(BackupError, match="name a new folder"):
        made(number.database, media, folder, clock)
    before = everything(number.database)
    with pytest.raises(BackupError, match="not empty"):
        backup.restore(number.database, LocalFolder(elsewhere.media), folder, KEYS)
    assert everything(number.database) == before
    with pytest.raises(BackupError, match="not empty"):
        backup.restore(elsewhere.database, LocalFolder(media), folder, KEYS)
    with elsewhere.database.engine.connect() as connection:
        assert tables(connection) == []


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"keys": ["ffffffff"]}, "SECRET_KEY is not the one of this backup"),
        ({"revision": "9999"}, "newer version"),
        ({"format": 2}, "newer version of this program"),
        ({"kind": "another"}, "another kind of database"),
        ({"digest": "0" * 64}, "not what was written"),
        ({"database": "gone.db"}, "cannot be read"),
        ({"unknown": 1}, "no whole backup"),
    ],
)
def test_what_cannot_be_restored_says_why(
    database: Database, tmp_path: Path, clock: MoveableClock, elsewhere: Elsewhere, change: Any, says: str
) -> None:
    folder = tmp_path / "backup"
    made(database, None, folder, clock)
    told = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps(told | change))
    with pytest.raises(BackupError, match=says):
        backup.restore(elsewhere.database, LocalFolder(elsewhere.media), folder, KEYS)
    with elsewhere.database.engine.connect() as connection:
        assert tables(connection) == []


def test_a_byte_that_changed_on_the_way_is_noticed(
    database: Database, tmp_path: Path, clock: MoveableClock
) -> None:
    file = tmp_path / "backup" / made(database, None, tmp_path / "backup", clock).database
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    with pytest.raises(BackupError, match="not what was written"):
        backup.read(tmp_path / "backup")


def test_of_one_that_failed_nothing_stays(
    database: Database, media: Path, tmp_path: Path, clock: MoveableClock
) -> None:
    key = new_key()
    (media / key[:2] / key).mkdir(parents=True)  # cannot be copied as a file
    with pytest.raises(BackupError, match="given up"):
        made(database, media, tmp_path / "backup", clock)
    assert not (tmp_path / "backup").exists()


def test_a_database_without_tables_is_no_city(
    empty_database_url: str, tmp_path: Path, clock: MoveableClock
) -> None:
    with opened(empty_database_url) as empty, pytest.raises(BackupError, match="no tables"):
        made(empty, None, tmp_path / "backup", clock)
    assert not (tmp_path / "backup").exists()


def test_what_is_missing_afterwards_is_named(
    number: Number, media: Path, tmp_path: Path, clock: MoveableClock
) -> None:
    manifest = made(number.database, media, tmp_path / "backup", clock)
    next(path for path in media.rglob("*") if path.is_file()).unlink()
    wanted = replace(manifest, tables=manifest.tables | {"tickets": 99}, revision="0001", heads="")
    wrong = " ".join(backup.differences(number.database, LocalFolder(media), wanted))
    assert "tickets: 99 rows in the backup, 3 here." in wrong
    assert "Files of citizens: 10 in the backup, 9 here." in wrong
    assert "histories end differently" in wrong
    assert "not 0001" in wrong
    assert len(backup.differences(number.database, LocalFolder(media), manifest)) == 1


def test_a_password_is_in_no_command_line(
    database: Database, tmp_path: Path, clock: MoveableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    if database.is_sqlite:
        return
    programs = tmp_path / "15" / "bin"
    programs.mkdir(parents=True)
    (programs / "pg_dump").write_text(
        f'#!/bin/sh\necho "$@" > {tmp_path}/said; echo "$PGPASSWORD" >> {tmp_path}/said; exit 1\n'
    )
    (programs / "pg_dump").chmod(0o700)
    monkeypatch.setattr(dumps, "PROGRAMS", tmp_path)
    url = database.engine.url.set(password="geheim").render_as_string(hide_password=False)
    with opened(url) as same, pytest.raises(BackupError, match="pg_dump failed"):
        made(same, None, tmp_path / "backup", clock)
    command, password = (tmp_path / "said").read_text().splitlines()
    assert "geheim" not in command
    assert password == "geheim"


def replace_database(number: Number, database: Database) -> Number:
    other = Number(database, number.rulebook, number.clock, number.courier.pool)
    other.nlu = number.nlu
    return other


@contextmanager
def citizens_writing(number: Number) -> Iterator[list[str]]:
    """One message after the other, each committed, in the order of their ids; until left."""
    written: list[str] = []
    stop = threading.Event()

    def write() -> None:
        while not stop.is_set():
            message = by_sms(f"pesan {len(written)}")
            with number.database.begin() as session:
                inbox.store(session, message, number.rulebook.words, number.clock.now())
            written.append(message.external_id)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        wait_until(lambda: len(written) >= 5)
        yield written
    finally:
        stop.set()
        writer.join()


def wait_until(is_so: Any) -> None:
    for _ in range(2000):
        if is_so():
            return
        threading.Event().wait(0.01)
    raise AssertionError("It did not come within 20 s.")
