"""Posts webhooks and tells when each was answered: as fast as they are taken, or at moments planned beforehand.

Times are seconds of the machine's monotonic clock, which all its processes share. What is posted at planned
moments waits for nothing: a request that cannot be written in time counts from the moment when it was to be.
"""

import asyncio
import gc
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from benchmarks.load.http1 import Reader, status_of
from benchmarks.load.webhooks import Target

PATIENCE_S = 15.0  # so long Twilio waits for an answer
LEAD_S = 0.2
NO_ANSWER = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one request; ``status`` is NO_ANSWER where none came within fifteen seconds."""

    planned: float
    sent: float
    answered: float
    status: int

    @property
    def ms(self) -> float:
        """How long it took, from the moment when it was to be written."""
        return 1000 * (self.answered - self.planned)


@dataclass(frozen=True)
class Run:
    """All answers, in the order of the requests."""

    answers: tuple[Answer, ...]

    @property
    def began(self) -> float:
        return min(answer.planned for answer in self.answers)

    @property
    def ended(self) -> float:
        return max(answer.answered for answer in self.answers)

    @property
    def rate(self) -> float:
        """Requests a second that were answered with 2xx."""
        return (len(self.answers) - len(self.refused)) / (self.ended - self.began)

    @property
    def refused(self) -> list[Answer]:
        return [answer for answer in self.answers if not 200 <= answer.status < 300]

    @property
    def ms(self) -> list[float]:
        return [answer.ms for answer in self.answers]

    @property
    def late_ms(self) -> list[float]:
        """By how much the generator itself was late: all of it is in the times as well."""
        return [1000 * (answer.sent - answer.planned) for answer in self.answers]


def as_fast_as_taken(target: Target, requests: Sequence[bytes], connections: int = 16) -> Run:
    """Each connection posts the next request when the one before was answered."""
    return asyncio.run(_unhindered(lambda: _closed(target, requests, connections)))


def at_moments(target: Target, requests: Sequence[bytes], moments: Sequence[float]) -> Run:
    """Post each request at its moment, in seconds from the beginning, on as many connections as that takes."""
    return asyncio.run(_unhindered(lambda: _open(target, requests, moments)))


def moments(count: int, rate: float, seed: int = 1) -> list[float]:
    """When ``count`` people who know nothing of each other write, ``rate`` of them a second."""
    dice, at, found = random.Random(seed), 0.0, []
    for _ in range(count):
        at += dice.expovariate(rate)
        found.append(at)
    return found


async def _unhindered(work: Callable[[], Awaitable[Run]]) -> Run:
    """The generator's own garbage is collected afterwards."""
    gc.collect()
    gc.disable()
    try:
        return await work()
    finally:
        gc.enable()


async def _closed(target: Target, requests: Sequence[bytes], connections: int) -> Run:
    answers: dict[int, Answer] = {}
    left = iter(enumerate(requests))

    async def one_after_the_other() -> None:
        line = Line(target)
        for number, request in left:
            answers[number] = await line.post(request, time.monotonic())
        line.close()

    await asyncio.gather(*(one_after_the_other() for _ in range(connections)))
    return Run(tuple(answers[number] for number in sorted(answers)))


async def _open(target: Target, requests: Sequence[bytes], moments: Sequence[float]) -> Run:
    begin, free = time.monotonic() + LEAD_S, list[Line]()

    async def post(request: bytes, planned: float) -> Answer:
        line = free.pop() if free else Line(target)
        answer = await line.post(request, planned)
        free.append(line)
        return answer

    tasks = []
    for request, moment in zip(requests, moments, strict=True):
        if (wait := begin + moment - time.monotonic()) > 0:
            await asyncio.sleep(wait)
        tasks.append(asyncio.create_task(post(request, begin + moment)))
    answers = await asyncio.gather(*tasks)
    for line in free:
        line.close()
    return Run(tuple(answers))


class Line:
    """One connection that is kept, and made anew when the other end has closed it."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._wire: Wire | None = None

    async def post(self, request: bytes, planned: float) -> Answer:
        sent = time.monotonic()
        try:
            async with asyncio.timeout(PATIENCE_S):
                status = await self._ask(request)
        except (OSError, TimeoutError):
            status = NO_ANSWER
            self.close()
        return Answer(planned, sent, time.monotonic(), status)

    async def _ask(self, request: bytes) -> int:
        """A kept connection may have been closed a moment ago, before the request was seen: once more, then."""
        if self._wire and not self._wire.is_gone:
            try:
                return await self._wire.ask(request)
            except ConnectionResetError:
                pass
        host, port = self._target.address
        _, self._wire = await asyncio.get_running_loop().create_connection(Wire, host, port)
        return await self._wire.ask(request)

    def close(self) -> None:
        if self._wire:
            self._wire.close()
            self._wire = None


class Wire(asyncio.Protocol):
    """A connection on which one request at a time is under way."""

    def __init__(self) -> None:
        self._reader = Reader()
        self._transport: asyncio.Transport | None = None
        self._answer: asyncio.Future[int] | None = None
        self.is_gone = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    async def ask(self, request: bytes) -> int:
        """Write ``request``; the status of its answer. ConnectionResetError when there is none to come."""
        assert self._transport
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._answer

    def data_received(self, data: bytes) -> None:
        self._reader.feed(data)
        if self._answer and not self._answer.done() and (found := self._reader.next()):
            self._answer.set_result(status_of(found[0]))

    def connection_lost(self, error: Exception | None) -> None:
        self.is_gone = True
        if self._answer and not self._answer.done():
            self._answer.set_exception(ConnectionResetError())

    def close(self) -> None:
        if self._transport:
            self._transport.close()
