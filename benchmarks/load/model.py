"""The language model by itself: batches as the worker asks for them, and one message at a time."""

import random
import time

from benchmarks.load import traffic
from benchmarks.load.figures import PARSED, RATE, TIME, Figure, spread
from benchmarks.load.machine import Usage
from benchmarks.load.town import Model
from nlu.client import BATCH, NluClient

ONE_BY_ONE = 300


def understood(nlu: Model, count: int) -> list[Figure]:
    """Messages a second through our client, and how long one alone takes."""
    dice = random.Random(9)
    texts = [traffic.text(dice) for _ in range(count)]
    client = NluClient(nlu.url)
    client.understand(texts[:BATCH])
    usage, began = Usage({"nlu": nlu.pid}), time.monotonic()
    client.understand(texts)
    took = time.monotonic() - began
    note = f"batches of {BATCH}, one after the other; ms of processor a message: {usage.ms_each(count)['nlu']:.2f}"
    times = spread([_ms(client, text) for text in texts[:ONE_BY_ONE]])
    client.close()
    return [
        Figure(PARSED, count / took, RATE, note=note),
        Figure("one message understood", times["p95"], TIME, more=times),
    ]


def _ms(client: NluClient, text: str) -> float:
    began = time.perf_counter()
    client.understand([text])
    return 1000 * (time.perf_counter() - began)
