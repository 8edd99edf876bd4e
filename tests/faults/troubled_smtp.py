"""A mail server that goes wrong as a test tells it to, and puts what it took into a folder.

with troubled_smtp(folder) as mail:      # SMTP_URL=mail.url
    mail.manner = "is busy"              # one of MANNERS
    mail.unknown = "dbm@..."             # 550 for this address, whatever the manner
"""

import asyncio
import itertools
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.support.ports import free_port

WELL, BUSY, HANGS, TAKES_AND_HANGS, DROPS = (
    "is well",
    "is busy",
    "hangs",
    "takes it and hangs",
    "takes it and drops",
)
MANNERS = (WELL, BUSY, HANGS, TAKES_AND_HANGS, DROPS)
LONGEST_S = 60.0


class Mail:
    """What aiosmtpd calls. ``asked``: how many letters were handed over, by the manner of that moment."""

    def __init__(self, folder: Path) -> None:
        self.manner, self.unknown, self.asked = WELL, "", Counter[str]()
        self._folder, self._numbers = folder, itertools.count(1)
        self._controller = Controller(self, hostname="127.0.0.1", port=free_port())
        self._over: asyncio.Event | None = None

    @property
    def port(self) -> int:
        return int(self._controller.port)

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def begin(self) -> None:
        self._controller.start()

    def end(self) -> None:
        if self._over:
            self._controller.loop.call_soon_threadsafe(self._over.set)
        self._controller.stop()

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address == self.unknown:
            return "550 5.1.1 nobody here of that name"
        if self.manner == BUSY:
            return "451 4.3.0 later please"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        manner = self.manner
        self.asked[manner] += 1
        if manner != HANGS:
            self._keep(envelope)
        if manner in (HANGS, TAKES_AND_HANGS):
            await self._say_nothing()
        if manner == DROPS:
            server.transport.abort()
        return "250 OK"

    async def _say_nothing(self) -> None:
        self._over = self._over or asyncio.Event()
        try:
            await asyncio.wait_for(self._over.wait(), LONGEST_S)
        except TimeoutError:
            return

    def _keep(self, envelope: Envelope) -> None:
        """Under its final name only when it is complete."""
        content: Any = envelope.content
        half = self._folder / f"{next(self._numbers):06d}.part"
        half.write_bytes(content)
        half.rename(half.with_suffix(".eml"))


@contextmanager
def troubled_smtp(folder: Path) -> Iterator[Mail]:
    folder.mkdir(parents=True, exist_ok=True)
    mail = Mail(folder)
    mail.begin()
    try:
        yield mail
    finally:
        mail.end()
