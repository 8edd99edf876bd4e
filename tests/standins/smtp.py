"""A mail server as a process of its own that writes each mail into a folder and forwards nothing.

``python -m tests.standins.smtp --folder DIR [--port 0] [--refuse 451:0.5]`` prints ``ready PORT`` and serves on
loopback (or ``--host``) until SIGTERM. ``--refuse CODE[:SHARE]`` turns recipients down with that code,
``--refuse-data`` mails; ``--drop`` breaks the connection off when a mail was handed over. All is well once the
folder holds ``mended``.
"""

import argparse
import asyncio
import itertools
import random
import signal
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass(frozen=True)
class Refusal:
    """What is answered to a share of the requests instead of taking them."""

    code: int
    share: float = 1.0
    dice: random.Random = field(default_factory=lambda: random.Random(1), repr=False)

    @classmethod
    def parse(cls, text: str) -> "Refusal":
        code, _, share = text.partition(":")
        return cls(int(code), float(share or 1))

    def answer(self) -> str | None:
        return f"{self.code} refused as asked" if self.dice.random() < self.share else None


class Sink:
    """What aiosmtpd calls for each mail."""

    def __init__(
        self, folder: Path, refuse: Refusal | None, refuse_data: Refusal | None, *, drop: bool = False
    ) -> None:
        self._folder, self._refuse, self._refuse_data, self._drop = folder, refuse, refuse_data, drop
        self._numbers = itertools.count(1)

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        refused = self._refuse.answer() if self._refuse and not self._is_mended() else None
        if refused is None:
            envelope.rcpt_tos.append(address)
        return refused or "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self._drop and not self._is_mended():
            server.transport.abort()
            return "421 gone"
        refused = self._refuse_data.answer() if self._refuse_data else None
        return refused or self._write(envelope)

    def _is_mended(self) -> bool:
        return (self._folder / "mended").exists()

    def _write(self, envelope: Envelope) -> str:
        """Under its final name only when it is complete, so that a reader never sees half a mail."""
        content: Any = envelope.content
        target = self._folder / f"{next(self._numbers):06d}.eml"
        half = target.with_suffix(".part")
        half.write_bytes(content)
        half.rename(target)
        return "250 OK"


async def serve(sink: Sink, host: str, port: int) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(sink, enable_SMTPUTF8=True), host, port)
    stop = asyncio.Event()
    for kind in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(kind, stop.set)
    print(f"ready {server.sockets[0].getsockname()[1]}", flush=True)  # noqa: T201 - whoever started it reads this
    await stop.wait()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--refuse", type=Refusal.parse)
    parser.add_argument("--refuse-data", type=Refusal.parse)
    parser.add_argument("--drop", action="store_true")
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    sink = Sink(arguments.folder, arguments.refuse, arguments.refuse_data, drop=arguments.drop)
    asyncio.run(serve(sink, arguments.host, arguments.port))


if __name__ == "__main__":
    main()
