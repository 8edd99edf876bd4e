"""How fast the least is: one row a webhook, and the model without an application around it."""

import random
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import httpx

from benchmarks.load import generator, traffic
from benchmarks.load.databases import SQLITE, Place
from benchmarks.load.figures import ACKNOWLEDGED, OURS, PARSED, RATE, Figure, Goal, spread
from benchmarks.load.generator import Run
from benchmarks.load.machine import Usage
from benchmarks.load.sizes import CONNECTIONS
from benchmarks.load.town import Model, Town
from benchmarks.load.webhooks import Target
from benchmarks.peers import floor
from nlu.client import BATCH
from nlu.environment import clean_environment
from scheduler import supervisor
from scheduler.child import Child
from tests.support.ports import free_port
from tests.support.settings import TOKEN

FLOOR, ALONE = "bare Flask, one row", "the model alone"
ROUNDS = 5
READY_WITHIN_S = 30


@dataclass(frozen=True)
class Round:
    """So many webhooks, as fast as they were taken, and what each took of the web part's processor."""

    run: Run
    used_ms: float


def acknowledged(town: Town, folder: Path, count: int) -> Iterator[Figure]:
    """Ours and the floor in turn, so that whatever else the machine does hits both; the worker is away.

    The share is the middle one of those of the rounds.
    """
    town.stop_worker()
    with floor_running(town.place, folder) as (target, pid):
        webs = {OURS: (town.target, town.parts["web"]), FLOOR: (target, pid)}
        for web in webs.values():
            _round(*web, count // 4)
        rounds = [{name: _round(*web, count) for name, web in webs.items()} for _ in range(ROUNDS)]
    setup = town.place.name
    yield _middle([each[FLOOR] for each in rounds], FLOOR, setup)
    yield _middle([each[OURS] for each in rounds], OURS, f"{setup}, in turn with {FLOOR}")
    shares = sorted(100 * each[OURS].run.rate / each[FLOOR].run.rate for each in rounds)
    more, goal = {"least": shares[0], "most": shares[-1]}, Goal(70, at_most=False)
    yield Figure(f"{ACKNOWLEDGED}, of {FLOOR}", median(shares), "%", OURS, setup, more, goal)


@contextmanager
def floor_running(place: Place, folder: Path) -> Iterator[tuple[Target, int]]:
    """The bare application under the very command that ours is started with, on the same disk or server."""
    port = free_port()
    url, database = f"http://127.0.0.1:{port}", _database(place, folder)
    floor.prepare(database)
    command = [*supervisor._web({"PORT": str(port)}).command[:-1], "benchmarks.peers.floor:create_app()"]
    told = {"FLOOR_DATABASE": database, "FLOOR_URL": url, "FLOOR_TOKEN": TOKEN}
    child = Child(FLOOR, command, clean_environment() | told)
    child.start()
    try:
        _wait(url)
        assert child.process
        yield Target(FLOOR, url), child.process.pid
    finally:
        child.ask_to_stop()
        child.stop()


def understood(nlu: Model, count: int) -> Figure:
    """Messages a second that the model's server understands, asked for one batch after the other."""
    dice = random.Random(9)
    batches = [[traffic.text(dice) for _ in range(BATCH)] for _ in range(count // BATCH)]
    with httpx.Client(trust_env=False, timeout=60) as http:
        _ask(http, nlu, batches[0])
        usage, began = Usage({"nlu": nlu.pid}), time.monotonic()
        for batch in batches:
            _ask(http, nlu, batch)
        took = time.monotonic() - began
    asked = BATCH * len(batches)
    note = f"batches of {BATCH}, no application; {usage.ms_each(asked)['nlu']:.2f} ms of processor a message"
    return Figure(PARSED, asked / took, RATE, ALONE, note=note)


def _round(target: Target, pid: int, count: int) -> Round:
    requests = [target.request(form) for form in traffic.messages(count)]
    usage = Usage({"web": pid})
    run = generator.as_fast_as_taken(target, requests, CONNECTIONS)
    return Round(run, usage.ms_each(count)["web"])


def _middle(rounds: Sequence[Round], name: str, setup: str) -> Figure:
    refused, count = sum(len(each.run.refused) for each in rounds), sum(len(each.run.answers) for each in rounds)
    times = spread([ms for each in rounds for ms in each.run.ms])
    used = median(each.used_ms for each in rounds)
    note = (
        f"the middle of {len(rounds)} rounds; {refused} of {count} refused; ms of processor each: web {used:.2f}"
    )
    more = {f"{share} ms": ms for share, ms in times.items()}
    return Figure(ACKNOWLEDGED, median(each.run.rate for each in rounds), RATE, name, setup, more, note=note)


def _ask(http: httpx.Client, nlu: Model, texts: list[str]) -> Mapping[str, object]:
    answer = http.post(f"{nlu.url}/webhooks/batch/parse", json={"texts": texts}).raise_for_status()
    told: Mapping[str, object] = answer.json()
    return told


def _database(place: Place, folder: Path) -> str:
    """A file of its own beside ours; on PostgreSQL a table of its own in the same server."""
    return str(folder / "floor.db") if place.name == SQLITE else place.url


def _wait(url: str) -> None:
    """Until it says that there is nothing at its root."""
    until = time.monotonic() + READY_WITHIN_S
    while time.monotonic() < until:
        try:
            httpx.get(url, trust_env=False, timeout=3)
            return
        except httpx.HTTPError:
            time.sleep(0.1)
    raise SystemExit(f"{url} was not ready after {READY_WITHIN_S} s.")
