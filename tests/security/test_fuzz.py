"""Webhook bodies of every wrong kind: in this process, and over real HTTP against the real web processes.

Each is answered, none with a 5xx; no process is lost, and none grows.
"""

import gc
import random
import socket
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from itertools import islice

import pytest
from flask.testing import FlaskClient

from bot.rulebook import Rulebook
from handlers.edge import Edge
from handlers.web import create_web
from storage.database import Database
from tests.security import tally
from tests.security.bodies import META, PATHS, Keys, Sent, requests
from tests.security.place import SECRETS, Place
from tests.security.sizes import many
from tests.standins.meta_posts import APP_SECRET
from tests.support.clock import MoveableClock
from tests.support.gateway import OUR_GATEWAY, SECRET
from tests.support.meta import meta_settings
from tests.support.settings import PUBLIC_URL, TOKEN, isolated_settings
from tests.support.templates import compiled_once

IN_PROCESS, OVER_HTTP = many(200, 2_000), many(240, 20_000)
WARM_UP = many(120, 1_500)
AT_ONCE = 4
NO_ANSWER = 0  # of those that never come to an end
ROUNDS = 10
# What the interpreter's arenas and SQLite's cache may still take; had each body been kept, it were a gigabyte.
GROWTH_MB = many(120, 24)  # the short form ends before that is reached
ANSWER_WITHIN_S = 40


# Werkzeug leaves the parts of a form that it could not read to the garbage collector.
@pytest.mark.filterwarnings("ignore:Unclosed file:ResourceWarning")
@pytest.mark.parametrize("by", ["Twilio and gateway", "Meta"])
def test_no_body_breaks_the_webhooks(
    sqlite_database: Database, rulebook: Rulebook, clock: MoveableClock, by: str
) -> None:
    settings = (
        isolated_settings(gateway_secret=SECRET, gateway_from=OUR_GATEWAY) if by != "Meta" else meta_settings()
    )
    app = compiled_once(create_web(Edge(settings, rulebook, sqlite_database, clock, None)))
    keys = Keys(PUBLIC_URL, TOKEN, SECRET, APP_SECRET, now=lambda: clock.now().timestamp())
    client, codes = app.test_client(), Counter[int]()
    paths = PATHS if by != "Meta" else (META,)
    for each in islice(requests(random.Random(by), keys, paths), IN_PROCESS):
        code = _in_process(client, each)
        assert code in each.right, f"{each.what}: {code} {each.path} {each.body[:200]!r}"
        codes[code] += 1
    gc.collect()
    tally.note("fuzz", f"bodies, in this process, {by}", codes.total(), f"no 5xx ({tally.answers(codes)})")


@pytest.mark.processes
def test_no_body_breaks_the_processes(the_place: Place) -> None:
    keys = Keys(the_place.url, SECRETS["TWILIO_AUTH_TOKEN"], SECRETS["GATEWAY_SECRET"], SECRETS["META_APP_SECRET"])
    made = requests(random.Random(2), keys)
    _fired(the_place, list(islice(made, WARM_UP)))
    processes, started, codes = the_place.processes(), time.monotonic(), Counter[int]()
    memory = [the_place.memory_kb()]
    for _ in range(ROUNDS):
        codes += _fired(the_place, list(islice(made, OVER_HTTP // ROUNDS)))
        memory.append(the_place.memory_kb())
    took = time.monotonic() - started
    assert the_place.processes() == processes, "a process was lost"
    series = {pid: [at[pid] // 1024 for at in memory] for pid in memory[0]}
    # A web process has taken what eight threads at once may need by the middle of the run, and no more behind it.
    grown = {pid: sizes[-1] - sizes[ROUNDS // 2] for pid, sizes in series.items()}
    assert max(grown.values()) <= GROWTH_MB, f"a web process has grown: {series} MB"
    outcome = f"no 5xx, no process lost ({tally.answers(codes)})"
    tally.note("fuzz", f"bodies, over HTTP, {AT_ONCE} at once", codes.total(), f"{outcome}, {took:.0f} s")
    sizes = "; ".join(" ".join(map(str, each)) for each in series.values())
    tally.note(
        "fuzz",
        "web processes' memory, in MB",
        len(series),
        f"{sizes} (at most {GROWTH_MB} more in the second half)",
    )


def _fired(the_place: Place, each: list[Sent]) -> Counter[int]:
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return Counter(pool.map(lambda one: _over_http(the_place.url, one), each))


def _over_http(url: str, each: Sent) -> int:
    code = _answer(url.removeprefix("http://"), each)
    right = each.right | ({NO_ANSWER} if not each.whole else set())
    assert code in right, f"{each.what}: {code} {each.path} {each.headers[:3]} {each.body[:200]!r}"
    return code


def _answer(host: str, each: Sent) -> int:
    """The status of the answer; NO_ANSWER where the other side just hung up."""
    name, _, port = host.partition(":")
    with socket.create_connection((name, int(port)), timeout=ANSWER_WITHIN_S) as wire:
        try:
            wire.sendall(each.wire(host))
            wire.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # it has heard enough, and what it says of it is read all the same
        return _read_status(wire)


def _read_status(wire: socket.socket) -> int:
    got = b""
    try:
        while b"\r\n" not in got and (more := wire.recv(4_096)):
            got += more
    except OSError:
        pass
    return int(got.split(b" ", 2)[1]) if got.startswith(b"HTTP/") else NO_ANSWER


def _in_process(client: FlaskClient, each: Sent) -> int:
    headers = [(name, value) for name, value in each.headers if name not in ("Transfer-Encoding", "Content-Type")]
    kind = next((value for name, value in each.headers if name == "Content-Type"), None)
    safe = [(name, value.replace("\x01", "").replace("\x02", "")) for name, value in headers]
    answer = client.open(each.path, method=each.method, data=each.body, headers=safe, content_type=kind)
    return int(answer.status_code)
