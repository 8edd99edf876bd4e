"""Signed status callbacks, as Twilio posts them a moment after it took a message."""

import asyncio
import math
import random
from collections import Counter
from urllib.parse import urlsplit

from benchmarks.load.generator import Line
from benchmarks.load.standin import REPORTED
from benchmarks.load.webhooks import Target, signed_post

SIGMA = 0.3
MOST_KEPT = 200_000


class Reporter:
    """Posts what becomes of each message; keeps how it was answered."""

    def __init__(self, token: str) -> None:
        self._token = token
        self._free: dict[str, list[Line]] = {}
        self._dice = random.Random(2)
        self._tasks: set[asyncio.Task[None]] = set()
        self.clear()

    def clear(self) -> None:
        self.outcomes: Counter[str] = Counter()
        self.ms: list[float] = []

    def report_later(self, message: dict[str, object], callback: str) -> None:
        """Each status in its time, one after the other."""
        task = asyncio.create_task(self._report(message, callback))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _report(self, message: dict[str, object], callback: str) -> None:
        waited = 0.0
        for status, median_s in REPORTED.items():
            at = max(waited, self._dice.lognormvariate(math.log(median_s), SIGMA))
            await asyncio.sleep(at - waited)
            waited = at
            await self._post(message, status, callback)

    async def _post(self, message: dict[str, object], status: str, callback: str) -> None:
        address = urlsplit(callback)
        target = Target("callbacks", f"{address.scheme}://{address.netloc}", token=self._token)
        path = f"{address.path}?{address.query}" if address.query else address.path
        request = signed_post(target.url, path, _form(message, status), self._token)
        free = self._free.setdefault(target.url, [])
        line = free.pop() if free else Line(target)
        answer = await line.post(request, asyncio.get_running_loop().time())
        free.append(line)
        self.outcomes[str(answer.status)] += 1
        if len(self.ms) < MOST_KEPT:
            self.ms.append(round(answer.ms, 2))


def _form(message: dict[str, object], status: str) -> dict[str, str]:
    sid, to = str(message["sid"]), str(message["to"])
    form = {
        "AccountSid": str(message["account_sid"]),
        "ApiVersion": "2010-04-01",
        "From": str(message["from"] or ""),
        "To": to,
        "MessageSid": sid,
        "SmsSid": sid,
        "MessageStatus": status,
        "SmsStatus": status,
    }
    whatsapp = {"ChannelPrefix": "whatsapp", "ChannelToAddress": to, "StructuredMessage": "false"}
    return form | (whatsapp if to.startswith("whatsapp:") else {})
