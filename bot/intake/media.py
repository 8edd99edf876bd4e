"""The files that citizens send: fetched in a queue of their own, judged by content, kept without their secrets.

A file is never in the way of a ticket: its message was answered long before. Nothing is fetched inside a
transaction, and whatever dies in between is done again under the same key.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, tzinfo
from typing import Protocol

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.incidents import photos
from bot.intake.file_types import IMAGE, VOICE, UnusableFileError, kind_of_type, type_of
from bot.intake.flood import CAPPED
from bot.intake.media_news import tell_citizen
from bot.intake.pictures import Picture, read_picture
from bot.rulebook import Rulebook
from bot.watching import meters
from storage.database import Database
from storage.files import FileStore, StoreError
from storage.models import MediaFile
from storage.queries.evidence import keep_print
from storage.queries.media import (
    KEPT,
    claim_files,
    erase_again,
    files_to_erase,
    hold_file,
    is_any_due,
    is_any_to_erase,
    mark_erased,
)

log = structlog.get_logger()

# What WhatsApp lets through (16 MB); MMS and the other channels have less.
LARGEST = 16 * 1024 * 1024
LEASE = timedelta(seconds=120)
BACK_OFF = (10, 60, 300, 1800)  # seconds; afterwards a file is given up
BATCH = 100  # of files to erase
STORE_AWAY = timedelta(seconds=15)
SMALL = "-small"


class FetchError(Exception):
    """A file could not be had. ``again``: trying later may help. ``reason`` is a short code for the record."""

    def __init__(self, reason: str, *, again: bool) -> None:
        super().__init__(reason)
        self.reason = reason
        self.again = again


class MediaSource(Protocol):
    """Where a channel's files are."""

    def fetch(self, url: str, most: int) -> bytes:
        """The content; FetchError where that cannot be had, UnusableFileError for more than ``most`` bytes."""


class Transcriber(Protocol):
    """Turns speech into text; none comes with the system, a person listens."""

    def transcribe(self, sound: bytes, content_type: str) -> str | None:
        """What is said; None when nothing can be made out. It may take its time: no message waits for it."""


@dataclass(frozen=True)
class Examined:
    """A file as it is kept."""

    content: bytes
    content_type: str
    picture: Picture | None = None
    transcript: str | None = None


Outcome = Examined | FetchError | UnusableFileError | StoreError


@dataclass
class Rest:
    """Until when the store is not asked to keep, or to let go of, anything; all loops of a process share it."""

    keeping: datetime | None = None
    erasing: datetime | None = None


@dataclass(frozen=True)
class MediaQueue:
    """The queue's hands in one process. ``sources`` by channel; ``owner`` names the process in leases.

    While the store is away or full everything stays queued, however long that takes; it is no file's fault.
    """

    database: Database
    rulebook: Rulebook
    sources: Mapping[str, MediaSource]
    store: FileStore
    clock: Clock
    owner: str
    transcriber: Transcriber | None = None
    _rest: Rest = field(default_factory=Rest)

    def round(self) -> int:
        """Let go of what is to be erased, and deal with the file that is due longest; how many files it was."""
        erased = 0 if self._rests(self._rest.erasing) else self._erase()
        file = None if self._rests(self._rest.keeping) else self._claim()
        if file is None:
            return erased
        self._record(file, self._outcome(file))
        return erased + 1

    def is_any_due(self, session: Session, now: datetime) -> bool:
        """Whether something is to be fetched, or to be let go of."""
        return is_any_due(session, now) or is_any_to_erase(session)

    def _rests(self, until: datetime | None) -> bool:
        return until is not None and self.clock.now() < until

    def _outcome(self, file: MediaFile) -> Outcome:
        try:
            return self._had(file)
        except StoreError as error:
            self._rest.keeping = self._away(error)
            return error
        except (FetchError, UnusableFileError) as error:
            return error
        except Exception:
            log.exception("media_crashed", file=file.id)
            return FetchError("crash", again=True)

    def _erase(self) -> int:
        """Whoever dies in between does it again: what is gone can be deleted once more."""
        with self.database.read() as session:
            files = files_to_erase(session, BATCH)
        gone = []
        try:
            for file in files:
                forget(self.store, file)
                gone.append(file)
        except StoreError as error:
            self._rest.erasing = self._away(error)
        if gone:
            with self.database.begin() as session:
                mark_erased(session, gone)
        return len(gone)

    def _away(self, error: StoreError) -> datetime:
        """Until when the store is left alone."""
        meters.STORE_FAILED.inc()
        log.error("media_store_unavailable", reason=str(error))
        return self.clock.now() + STORE_AWAY

    def _claim(self) -> MediaFile | None:
        now = self.clock.now()
        with self.database.read() as session:
            if not is_any_due(session, now):
                return None
        with self.database.begin() as session:
            return next(iter(claim_files(session, self.owner, now, 1, LEASE)), None)

    def _had(self, file: MediaFile) -> Examined:
        """The file, fetched, judged and put into the store."""
        if file.message.outcome == CAPPED:
            raise UnusableFileError("flood")  # nobody has to look at a thousand photos, or to pay for them
        if file.attempts > len(BACK_OFF) + 1:
            raise FetchError("crash", again=False)  # it has ended every process that took it
        source = self.sources.get(file.message.channel)
        if source is None:
            raise FetchError("no_source", again=True)
        found = examine(source.fetch(file.url, LARGEST), self.rulebook.city.zone)
        self.store.put(file.store_key, found.content)
        if found.picture:
            self.store.put(small_key(file), found.picture.small)
        return self._transcribed(found)

    def _transcribed(self, found: Examined) -> Examined:
        if self.transcriber is None or kind_of_type(found.content_type) != VOICE:
            return found
        return replace(found, transcript=self.transcriber.transcribe(found.content, found.content_type))

    def _record(self, file: MediaFile, outcome: Outcome) -> None:
        now = self.clock.now()
        with self.database.begin() as session:
            row = hold_file(session, file)
            if row is not None:
                row.lease_until = None
                _settle(row, outcome, now)
                if row.state == KEPT:
                    photos.arrived(session, self.rulebook, row, now)
                if row.perceptual_hash:
                    keep_print(session, row.perceptual_hash, media_id=row.id)
                if row.state in ("refused", "failed"):
                    tell_citizen(session, self.rulebook, row, now)
        self._forget_unless_wanted(file)

    def _forget_unless_wanted(self, file: MediaFile) -> None:
        """What an earlier attempt put, or this one for a row that is gone, must not stay behind."""
        with self.database.read() as session:
            state = session.scalar(select(MediaFile.state).where(MediaFile.id == file.id))
        if state in ("waiting", KEPT):
            return
        try:
            forget(self.store, file)
        except StoreError as error:
            self._rest.erasing = self._away(error)
            with self.database.begin() as session:
                erase_again(session, file)


def examine(content: bytes, zone: tzinfo) -> Examined:
    """What ``content`` is and what of it is kept; UnusableFileError for what is not."""
    content_type = type_of(content)
    if kind_of_type(content_type) != IMAGE:
        return Examined(content, content_type)
    picture = read_picture(content, content_type, zone)
    return Examined(picture.content, picture.content_type, picture)


def small_key(file: MediaFile) -> str:
    """Where the small version of a kept photo is."""
    return file.store_key + SMALL


def forget(store: FileStore, file: MediaFile) -> None:
    """Take a file's contents out of the store; its row is the caller's."""
    store.delete(file.store_key)
    store.delete(small_key(file))


def _settle(row: MediaFile, outcome: Outcome, now: datetime) -> None:
    if isinstance(outcome, Examined):
        keep(row, outcome)
        return
    if isinstance(outcome, StoreError):  # as if it had not been tried; whoever held it before has ended by then
        row.attempts, row.due_at = row.attempts - 1, now + STORE_AWAY
        return
    row.reason = outcome.reason
    if isinstance(outcome, UnusableFileError):
        row.state = "refused"
    elif outcome.again and row.attempts <= len(BACK_OFF):
        row.due_at = now + timedelta(seconds=BACK_OFF[row.attempts - 1])
    else:
        row.state = "failed"
    log.warning("media_not_kept", file=row.id, state=row.state, reason=row.reason, attempt=row.attempts)


def keep(row: MediaFile, found: Examined) -> None:
    """Note in ``row`` what was found in its file, which is in the store by now."""
    row.state, row.reason = KEPT, None
    row.content_type, row.size, row.transcript = found.content_type, len(found.content), found.transcript
    if picture := found.picture:
        row.width, row.height, row.perceptual_hash = picture.width, picture.height, picture.perceptual_hash
        told = picture.told
        row.taken_at, row.latitude, row.longitude = told.taken_at, told.latitude, told.longitude
