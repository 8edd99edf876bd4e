"""The bucket in which all hosts keep citizens' files, at an address of its own, and what must be true of it."""

import signal
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Row, func, select

from bot.intake.media import SMALL
from storage.bucket import Access, Bucket
from storage.database import Database
from storage.models import InboundMessage, MediaFile
from storage.queries.media import KEPT
from tests.faults.mixed import Form
from tests.faults.wires import Place
from tests.journeys.town import Town, wait_for
from tests.support.processes import Started, running
from tests.support.s3 import Store, settings_of

M, I = MediaFile, InboundMessage  # noqa: E741 - tables
# ``lease_owner``: the worker that had it last.
FILES = select(M.id, M.store_key, M.state, M.reason, M.size, M.lease_owner, I.external_id).join(
    I, I.id == M.inbound_id
)
SHOWN = 20  # sentences
Rows = Sequence[Row[Any]]


@dataclass(frozen=True)
class SharedFiles:
    """``place``: where the store is; ``access``: to the one bucket in it; ``server``: its process."""

    place: Place
    access: Access
    server: Started

    @property
    def settings(self) -> dict[str, str]:
        """The same for every host."""
        return {name.upper(): str(value) for name, value in settings_of(self.access).items()}

    def hangs(self) -> None:
        """It takes requests and says nothing."""
        self.server.process.send_signal(signal.SIGSTOP)

    def goes_on(self) -> None:
        """Also with what was asked of it meanwhile, though nobody waits for that any more."""
        self.server.process.send_signal(signal.SIGCONT)


@contextmanager
def shared_files(place: Place) -> Iterator[SharedFiles]:
    """A store there with an empty bucket; whoever calls is where it can be reached."""
    with ExitStack() as stack:
        with place.inside():
            started = stack.enter_context(running("tests.standins.s3", "--host", place.address))
        yield SharedFiles(place, Store(f"http://{place.address}:{started.port}").access(), started)


def with_photos(forms: Sequence[Form]) -> set[str]:
    """The MessageSids of those that bring a file."""
    return {form["MessageSid"] for form in forms if "MediaUrl0" in form}


def unfetched(database: Database, sids: Collection[str] = ()) -> int:
    """How many files, of these messages or of all, still wait to be fetched, tried before or not."""
    return _waiting(database, sids)


def put_off(database: Database, sids: Collection[str]) -> int:
    """How many files of these messages were tried in vain, and are to be tried again."""
    return _waiting(database, sids, M.due_at > M.created_at)


def _waiting(database: Database, sids: Collection[str], *more: ColumnElement[bool]) -> int:
    of_these = [I.external_id.in_(sids)] if sids else []
    files = select(func.count(M.id)).join(I, I.id == M.inbound_id).where(M.state == "waiting", *of_these, *more)
    with database.read() as session:
        return session.scalar(files) or 0


def check_files(
    place: Town, shared: SharedFiles, folders: Sequence[Path], photos: Collection[str], within_s: float
) -> Counter[str]:
    """How many of the ``photos`` (MessageSids) each worker has fetched.

    AssertionError unless each is in the bucket, once and whole, and nothing else is there, nor anything in the
    hosts' ``folders``. The audit takes a file that is to be tried again later for settled; here it is waited for,
    ``within_s`` seconds at most.
    """
    with place.database() as database:
        wait_for(lambda: not unfetched(database), within_s, "the last file", every_s=0.5)
        with database.read() as session:
            rows = session.execute(FILES).all()
        ours, bucket = [row for row in rows if row.external_id in photos], Bucket(shared.access)
        wrong = [*_kept_once(ours, photos), *_in_bucket(rows, bucket), *_on_hosts(folders)]
        wrong = wrong or [*_whole(ours, bucket)]
    assert not wrong, "\n".join([f"{len(wrong)} things are wrong with files:", *wrong[:SHOWN]])
    return Counter(row.lease_owner for row in ours)


def _kept_once(rows: Rows, photos: Collection[str]) -> Iterator[str]:
    """Each of these messages has one photo."""
    count = Counter(row.external_id for row in rows)
    yield from (f"The photo of {sid} is there {count[sid]} times." for sid in photos if count[sid] != 1)
    yield from (f"File {row.id} is '{row.state}' ({row.reason})." for row in rows if row.state != KEPT)


def _in_bucket(rows: Rows, bucket: Bucket) -> Iterator[str]:
    """Every photo and its small version under the key of its row, and nothing that no row knows of."""
    due = {row.store_key + kind for row in rows if row.state == KEPT for kind in ("", SMALL)}
    found = Counter(bucket.keys())
    yield from (f"{key} is in the bucket {found[key]} times." for key in due if found[key] != 1)
    yield from (f"{key} is in the bucket, and no file is." for key in found.keys() - due)


def _whole(rows: Rows, bucket: Bucket) -> Iterator[str]:
    """What can be had back has the bytes that were kept."""
    yield from (f"File {row.id} is damaged." for row in rows if len(bucket.get(row.store_key)) != row.size)


def _on_hosts(folders: Sequence[Path]) -> Iterator[str]:
    yield from (f"A host keeps {path} for itself." for folder in folders for path in folder.rglob("*"))
