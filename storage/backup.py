"""A backup is a folder: the database, the files of citizens, and a manifest that tells what must be in them.

The manifest is written last, so that what has none is no backup. ``SECRET_KEY`` is never in it.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, column, func, select, table
from sqlalchemy.exc import SQLAlchemyError

from storage import migrate
from storage.database import Database
from storage.dumps import BackupError, dumped, load, tables
from storage.files import FileMissingError, FileStore, LocalFolder, sync_folder
from storage.models import LastBackup

MANIFEST, MEDIA = "manifest.json", "media"
FORMAT = 1
CHUNK = 1 << 20
REVISIONS, CHAINS = "alembic_version", "chains"


@dataclass(frozen=True)
class Manifest:
    """What a backup holds. ``keys``: fingerprints of the secrets that open it; ``tables``: rows by name.

    ``digest``: of the database's file; ``heads``: of the ends of all chained histories; ``files`` and ``size``
    (bytes) of citizens' photos and files, None where they were left out; ``ledger``: where the erasure ledger was.
    """

    made_at: str
    kind: str
    revision: str
    database: str
    digest: str
    heads: str
    tables: dict[str, int]
    keys: list[str]
    ledger: str | None = None
    files: int | None = None
    size: int | None = None
    format: int = FORMAT


def make(
    database: Database,
    store: FileStore | None,
    folder: Path,
    keys: Sequence[str],
    ledger: Path | None,
    now: datetime,
) -> Manifest:
    """Write a backup into ``folder``, which must not be there; the system may go on meanwhile.

    ``store``: citizens' files, None to leave them out. BackupError, and then nothing stays behind.
    """
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=0o700)
    except OSError as error:
        raise BackupError(f"{folder} cannot be made ({error.strerror}); name a new folder.") from None
    try:
        return _made(database, store, folder, keys, ledger, now)
    except (OSError, SQLAlchemyError) as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise BackupError(f"The backup was given up ({error}); nothing of it stays.") from None
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _made(
    database: Database,
    store: FileStore | None,
    folder: Path,
    keys: Sequence[str],
    ledger: Path | None,
    now: datetime,
) -> Manifest:
    with dumped(database, folder) as (file, seen):
        revision, ends, rows = _revision(seen), heads(seen), counts(seen)
    # Files after the rows that name them: one that is kept was there before its row said so.
    files, size = _copied(store, LocalFolder(folder / MEDIA)) if store else (None, None)
    manifest = Manifest(
        made_at=now.isoformat(timespec="seconds"),
        kind=database.engine.dialect.name,
        revision=revision,
        database=file.name,
        digest=_digest(file),
        heads=ends,
        tables=rows,
        keys=list(keys),
        ledger=str(ledger) if ledger else None,
        files=files,
        size=size,
    )
    _write(folder / MANIFEST, manifest)
    return manifest


def note(database: Database, made_at: datetime) -> bool:
    """Have whoever watches know of a backup as of ``made_at``; False where that cannot be: it is as good."""
    try:
        with database.begin() as session:
            session.merge(LastBackup(id=1, made_at=made_at))
    except SQLAlchemyError:
        return False
    return True


def read(folder: Path) -> Manifest:
    """What the backup in ``folder`` says of itself, once its database's file is what was written. BackupError."""
    try:
        told = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        manifest = Manifest(**told)
    except (OSError, ValueError, TypeError):
        raise BackupError(f"{folder} is no whole backup: it has no {MANIFEST} that can be read.") from None
    if manifest.format != FORMAT:
        raise BackupError(f"{folder} is of a newer version of this program; restore it with that.")
    try:
        digest = _digest(folder / manifest.database)
    except OSError as error:
        raise BackupError(f"{folder}/{manifest.database} cannot be read ({error.strerror}).") from None
    if digest != manifest.digest:
        raise BackupError(f"{folder}/{manifest.database} is not what was written; take another backup.")
    return manifest


def restore(database: Database, store: FileStore, folder: Path, keys: Sequence[str]) -> Manifest:
    """Put the backup in ``folder`` into an empty database and, where it has files, an empty ``store``.

    BackupError, before anything is written, where either is not empty, another kind of database is named, or none
    of ``keys`` opens it. StoreError where the store cannot be used.
    """
    manifest = read(folder)
    _check(database, store, manifest, keys)
    load(database, folder / manifest.database)
    if manifest.files is not None:
        _copied(LocalFolder(folder / MEDIA), store)
    return manifest


def _check(database: Database, store: FileStore, manifest: Manifest, keys: Sequence[str]) -> None:
    if manifest.kind != database.engine.dialect.name:
        raise BackupError(f"This backup is of {manifest.kind}; DATABASE_URL names another kind of database.")
    if not set(keys) & set(manifest.keys):
        raise BackupError(
            f"SECRET_KEY is not the one of this backup ({', '.join(manifest.keys)}; yours: {', '.join(keys)})."
        )
    if manifest.revision not in migrate.known_revisions():
        raise BackupError(f"Its tables are of a newer version ({manifest.revision}); install that, then restore.")
    with database.engine.connect() as connection:
        if tables(connection):
            raise BackupError(
                "The database is not empty. Name a new one in DATABASE_URL; this one was not touched."
            )
    if manifest.files is not None and any(store.keys()):
        raise BackupError(
            f"{store.where} is not empty. Name another in MEDIA_FOLDER or MEDIA_BUCKET; nothing was touched."
        )


def differences(database: Database, store: FileStore, manifest: Manifest) -> list[str]:
    """One sentence for each thing in which what was restored differs from what was backed up."""
    with database.engine.connect() as connection:
        found, ends, revision = counts(connection), heads(connection), _revision(connection)
    names = sorted(found.keys() | manifest.tables.keys())
    pairs = [(name, manifest.tables.get(name, 0), found.get(name, 0)) for name in names]
    wrong = [f"{name}: {was} rows in the backup, {here} here." for name, was, here in pairs if was != here]
    if ends != manifest.heads:
        wrong.append("The histories end differently.")
    if revision != manifest.revision:
        wrong.append(f"The tables are at {revision}, not {manifest.revision}.")
    if manifest.files is not None and (here := sum(1 for _ in store.listed())) != manifest.files:
        wrong.append(f"Files of citizens: {manifest.files} in the backup, {here} here.")
    return wrong


def counts(connection: Connection) -> dict[str, int]:
    """How many rows each table has."""
    return {
        name: connection.scalar(select(func.count()).select_from(table(name))) or 0 for name in tables(connection)
    }


def heads(connection: Connection) -> str:
    """A digest over the ends of all chained histories; of nothing where there are none yet."""
    digest = hashlib.sha256()
    if CHAINS in tables(connection):
        chains = table(CHAINS, column("name"), column("head"), column("length"))
        rows = connection.execution_options(yield_per=1000).execute(select(chains))
        # By their own digests, for the databases do not sort texts alike.
        for line in sorted(
            hashlib.sha256(f"{name}|{head}|{length}".encode()).digest() for name, head, length in rows
        ):
            digest.update(line)
    return digest.hexdigest()


def _revision(connection: Connection) -> str:
    if REVISIONS not in tables(connection):
        raise BackupError("There are no tables in the database that DATABASE_URL names; is it the right one?")
    return str(connection.scalar(select(column("version_num")).select_from(table(REVISIONS))))


def _copied(source: FileStore, target: FileStore) -> tuple[int, int]:
    """How many files, and their bytes; they stay encrypted as they are."""
    files = size = 0
    for key in source.keys():  # noqa: SIM118 - it is no mapping
        try:
            blob = source.blob(key)
        except FileMissingError:
            continue  # erased this moment
        target.put_blob(key, blob)
        files, size = files + 1, size + len(blob)
    return files, size


def _sync(file: Path) -> None:
    with file.open("rb") as content:
        os.fsync(content.fileno())


def _digest(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _write(file: Path, manifest: Manifest) -> None:
    """On the disk when it returns, as all that it speaks of is by then."""
    _sync(file.parent / manifest.database)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
        json.dump(asdict(manifest), out, indent=2, sort_keys=True)
        out.flush()
        os.fsync(out.fileno())
    sync_folder(file.parent)
