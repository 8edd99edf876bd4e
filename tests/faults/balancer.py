"""A proxy in front of several hosts, as HAProxy or nginx would stand there, as a process of its own.

``python -m tests.faults.balancer --listen 10.77.0.1:8080 --host 10.77.0.11:8011 ...`` prints ``ready PORT``. It
passes connections on to the hosts in turn, asks each host every second how it is (``/healthz``), and leaves out
whoever does not answer well. A connection that cannot be made goes to the next host; one that broke is broken.
"""

import argparse
import asyncio
import itertools
import signal
from contextlib import suppress
from dataclasses import dataclass

CONNECT_S, ANSWER_S = 1.0, 12.0  # less than Twilio waits
LOOK_EVERY_S, HEALTHY_WITHIN_S = 1.0, 3.0
BLOCK = 1 << 16
NOBODY = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
HOW_ARE_YOU = b"GET /healthz HTTP/1.1\r\nHost: proxy\r\nConnection: close\r\n\r\n"
Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass
class Host:
    """One of those behind the proxy."""

    address: str
    port: int
    is_well: bool = True

    @classmethod
    def parse(cls, text: str) -> "Host":
        address, _, port = text.rpartition(":")
        return cls(address, int(port))

    async def connected(self) -> Stream:
        return await asyncio.wait_for(asyncio.open_connection(self.address, self.port), CONNECT_S)

    async def watch(self) -> None:
        while True:
            try:
                self.is_well = await asyncio.wait_for(self._answers(), HEALTHY_WITHIN_S)
            except OSError:  # a time-out is one as well
                self.is_well = False
            await asyncio.sleep(LOOK_EVERY_S)

    async def _answers(self) -> bool:
        reader, writer = await self.connected()
        try:
            writer.write(HOW_ARE_YOU)
            return b" 200 " in await reader.readline()
        finally:
            writer.close()


class Balancer:
    """Connections, each to the next host that is well."""

    def __init__(self, hosts: list[Host]) -> None:
        self._hosts, self._turn = hosts, itertools.count()

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            there = await self._somebody()
            if there is None:
                writer.write(NOBODY)
                await writer.drain()
            else:
                await _carry((reader, writer), there)
        writer.close()

    async def _somebody(self) -> Stream | None:
        start = next(self._turn) % len(self._hosts)
        for host in [*self._hosts[start:], *self._hosts[:start]]:
            if host.is_well:
                try:
                    return await host.connected()
                except OSError:
                    host.is_well = False  # until it says otherwise
        return None


async def _carry(here: Stream, there: Stream) -> None:
    """Until the host has said all it had to say, or says nothing for too long."""
    up = asyncio.create_task(_pass(here[0], there[1], None))
    try:
        await _pass(there[0], here[1], ANSWER_S)
    finally:
        up.cancel()
        there[1].close()


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, within_s: float | None) -> None:
    with suppress(OSError):  # a time-out is one as well
        while block := await asyncio.wait_for(reader.read(BLOCK), within_s):
            writer.write(block)
            await writer.drain()


async def serve(listen: Host, hosts: list[Host]) -> None:
    stop = asyncio.Event()
    for kind in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(kind, stop.set)
    watching = [asyncio.create_task(host.watch()) for host in hosts]
    server = await asyncio.start_server(Balancer(hosts).take, listen.address, listen.port, backlog=512)
    print(f"ready {server.sockets[0].getsockname()[1]}", flush=True)  # noqa: T201 - whoever started it reads this
    await stop.wait()
    for task in watching:
        task.cancel()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--listen", type=Host.parse, required=True)
    parser.add_argument("--host", type=Host.parse, action="append", required=True)
    arguments = parser.parse_args()
    asyncio.run(serve(arguments.listen, arguments.host))


if __name__ == "__main__":
    main()
