"""The files of inbound messages on a database, and a place to fetch them from that a test directs."""

import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import select

from bot.intake import inbox
from bot.intake.media import FetchError, MediaQueue
from bot.messages import WHATSAPP, Content, Media
from bot.rulebook import Rulebook
from storage.database import Database
from storage.files import LocalFolder
from storage.models import MediaFile, OutboundMessage
from tests.support.clock import MoveableClock
from tests.support.messages import by_whatsapp


class Shelf:
    """Gives what was put on it, by address; knows how often it was asked."""

    def __init__(self) -> None:
        self.files: dict[str, bytes | Exception] = {}
        self.asked: Counter[str] = Counter()
        self.before: Callable[[str], Any] = lambda url: None
        self._lock = threading.Lock()

    def fetch(self, url: str, most: int) -> bytes:
        with self._lock:
            self.asked[url] += 1
        self.before(url)
        found = self.files.get(url, FetchError("http_404", again=True))
        if isinstance(found, Exception):
            raise found
        return found


class Darkroom:
    """Messages with files, the queue that fetches them, and what came of it."""

    def __init__(self, database: Database, rulebook: Rulebook, clock: MoveableClock, folder: Path) -> None:
        self.database, self.rulebook, self.clock, self.folder = database, rulebook, clock, folder
        self.shelf, self.store = Shelf(), LocalFolder(folder)

    def queue(self, owner: str = "one", **more: Any) -> MediaQueue:
        parts = {"sources": {WHATSAPP: self.shelf}, "store": self.store, "clock": self.clock, **more}
        return MediaQueue(self.database, self.rulebook, owner=owner, **parts)

    def comes(self, *files: bytes | Exception, claimed: str = "image/jpeg", **message: Any) -> None:
        """A message with these files is stored and has its conversation."""
        urls = [f"https://api.example/{len(self.shelf.files) + n}" for n in range(len(files))]
        self.shelf.files |= dict(zip(urls, files, strict=True))
        content = Content(media=tuple(Media(url, claimed) for url in urls))
        with self.database.begin() as session:
            inbox.store(session, by_whatsapp(content=content, **message), self.rulebook.words, self.clock.now())
        with self.database.begin() as session:
            inbox.place_new(session, self.clock.now())

    def work(self, **queue: Any) -> int:
        """Everything that is due now; how many files that were."""
        hands, done = self.queue(**queue), 0
        while hands.round():
            done += 1
            assert done < 100, "There is no end to the work."
        return done

    def rows(self) -> list[MediaFile]:
        with self.database.read() as session:
            return list(session.scalars(select(MediaFile).order_by(MediaFile.id)))

    def outcomes(self) -> list[tuple[str, str | None]]:
        return [(row.state, row.reason) for row in self.rows()]

    def told(self) -> list[str]:
        """What citizens were told, by the names of the sentences."""
        with self.database.read() as session:
            return list(session.scalars(select(OutboundMessage.wording).order_by(OutboundMessage.id)))

    def on_disk(self) -> list[Path]:
        return [path for path in self.folder.rglob("*") if path.is_file()]
