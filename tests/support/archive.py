"""What a provider keeps, in this process and directed by a test."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from bot.delivery.archive import ArchiveError, Kept
from bot.messages import Incoming, Media

AWAY = ArchiveError("The provider is away; try again later.", "503")
NOT_YET = ArchiveError("Not this one; wait.", "20009", only_this=True)


@dataclass
class Archive:
    """Lists what was put into it, newest first, two a page; ``errors`` by the id that something goes wrong at.

    ``breaks_after`` so many pages. ``asked``: since when was asked, by address; ``forgotten``: ids with the files.
    """

    kept: list[Kept] = field(default_factory=list)
    errors: dict[str, ArchiveError] = field(default_factory=dict)
    breaks_after: int | None = None
    asked: list[tuple[str, datetime]] = field(default_factory=list)
    forgotten: list[tuple[str, bool]] = field(default_factory=list)
    requests: Counter[str] = field(default_factory=Counter)
    meanwhile: Callable[[], Any] = lambda: None

    def puts(self, message: Incoming, came_at: datetime, files: int = 0) -> str:
        self.kept.append(Kept(message, came_at, files))
        return message.external_id

    def received(self, our_address: str, since: datetime) -> Iterator[Sequence[Kept]]:
        self.asked.append((our_address, since))
        if error := self.errors.get(our_address):
            raise error
        mine = [one for one in self.kept if one.message.our_address == our_address and one.came_at >= since]
        mine.sort(key=lambda one: one.came_at, reverse=True)
        for number, start in enumerate(range(0, len(mine), 2)):
            if number == self.breaks_after:
                raise AWAY
            self.meanwhile()
            yield mine[start : start + 2]

    def with_files(self, kept: Kept) -> Incoming:
        self.meanwhile()
        self.requests[kept.message.external_id] += 1
        if error := self.errors.get(kept.message.external_id):
            raise error
        files = tuple(Media(f"https://api.example/{n}", "image/jpeg") for n in range(kept.files))
        return replace(kept.message, content=replace(kept.message.content, media=files))

    def forget(self, provider_id: str, *, has_files: bool) -> None:
        self.meanwhile()
        self.requests[provider_id] += 1
        if error := self.errors.get(provider_id):
            raise error
        self.forgotten.append((provider_id, has_files))
