"""Webhooks that wait for nothing: each message is posted at its time, however many have no answer yet.

At 180 a second and with fifteen seconds of patience 2,700 may be open at once: more than threads carry. So it is
one loop over plain connections, which also leaves the two processors to the city that is tried.
"""

import asyncio
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

import httpx

from tests.faults.mixed import Form
from tests.faults.posting import GIVES_UP_AFTER_S, NO_ANSWER, PAUSE_S, Webhooks
from tests.standins.citizen import MESSAGES, Line

HANDS = 64  # posts again at once; without an end to them a city that rises would meet all that it missed at once
INSISTS_FOR_S = 600  # some kills in a row keep the web away for a while on a busy machine


@dataclass(frozen=True)
class Pace:
    """``first_s``: seconds from the first to the last of the ``posts`` that wait for nothing; ``latest_s``: the
    most by which one of them came after its time."""

    posts: int
    first_s: float
    latest_s: float

    @property
    def a_second(self) -> float:
        return (self.posts - 1) / self.first_s


def offer(webhooks: Webhooks, forms: Sequence[Form], a_second: float) -> Pace:
    """Post each at its time, and again where it was not acknowledged; AssertionError where one never is."""
    requests = [(form["MessageSid"], _request(webhooks.line, form)) for form in forms]
    return asyncio.run(_offer(webhooks, requests, a_second))


async def _offer(webhooks: Webhooks, requests: Iterable[tuple[str, bytes]], a_second: float) -> Pace:
    hands, begun, tasks = asyncio.Semaphore(HANDS), time.monotonic(), list[asyncio.Task[None]]()
    late = 0.0
    for number, (sid, request) in enumerate(requests):
        due = begun + number / a_second
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        late = max(late, time.monotonic() - due)
        tasks.append(asyncio.create_task(_insist(webhooks, hands, sid, request)))
    took = time.monotonic() - begun
    await asyncio.gather(*tasks)
    return Pace(len(tasks), took, late)


async def _insist(webhooks: Webhooks, hands: asyncio.Semaphore, sid: str, request: bytes) -> None:
    until = time.monotonic() + INSISTS_FOR_S
    code = await _post(webhooks, sid, request)
    while code != httpx.codes.OK:
        assert time.monotonic() < until, f"{sid} was not acknowledged within {INSISTS_FOR_S} s."
        async with hands:
            await asyncio.sleep(PAUSE_S)
            code = await _post(webhooks, sid, request)


async def _post(webhooks: Webhooks, sid: str, request: bytes) -> int:
    """Once; the status code, or ``NO_ANSWER``."""
    began, code = webhooks.begins(sid), NO_ANSWER
    try:
        async with asyncio.timeout(GIVES_UP_AFTER_S):
            code = await _asked(webhooks.line, request)
    except (OSError, TimeoutError, ValueError):  # ValueError: half an answer, of somebody who was killed
        pass
    finally:
        webhooks.ends(sid, began, code)
    return code


async def _asked(line: Line, request: bytes) -> int:
    """Each post has a connection of its own: a kept one may have died with the process at its other end."""
    address = urlsplit(line.url or line.public_url)
    answers, words = await asyncio.open_connection(address.hostname, address.port)
    try:
        words.write(request)
        head = await answers.readline()
        await answers.read()
        return int(head.split(maxsplit=2)[1]) if head.endswith(b"\n") else NO_ANSWER
    finally:
        words.close()


def _request(line: Line, form: Form) -> bytes:
    body = urlencode(form).encode()
    heads = {
        "Host": urlsplit(line.url or line.public_url).netloc,
        "Content-Type": "application/x-www-form-urlencoded",
        "Content-Length": str(len(body)),
        "Connection": "close",
        **line.headers(MESSAGES, form),
    }
    lines = "".join(f"{name}: {value}\r\n" for name, value in heads.items())
    return f"POST {MESSAGES} HTTP/1.1\r\n{lines}\r\n".encode() + body
