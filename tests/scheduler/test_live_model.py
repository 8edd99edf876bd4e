"""Another model goes live between real processes, which stand in for the NLU server, while messages come in."""

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from nlu import wishes
from nlu.client import NluClient
from nlu.live import LIVE, LiveUrl, read_live, write_live
from nlu.models import ModelError
from scheduler.live_model import LiveModel

pytestmark = pytest.mark.processes


def serve(model: str, port: int) -> list[str]:
    return [sys.executable, "-m", "tests.standins.nlu", "--port", str(port), "--model", model]


OPENED: list[NluClient] = []


@pytest.fixture(autouse=True)
def clients_are_closed() -> Iterator[None]:
    yield
    while OPENED:
        OPENED.pop().close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "live"


@pytest.fixture
def model(tmp_path: Path) -> Callable[..., Path]:
    def make(name: str, manner: str = "good") -> Path:
        (tmp_path / name).write_text(manner)
        return tmp_path / name

    return make


@contextmanager
def house(folder: Path, default: Path, ready_within_s: float = 10) -> Iterator[LiveModel]:
    """The supervisor's part, looked after in a thread."""
    server = LiveModel(folder, default, serve, dict(os.environ), 0.3, ready_within_s)
    over = threading.Event()

    def look_after() -> None:
        while not over.wait(0.02):
            server.look_after()

    server.start()
    thread = threading.Thread(target=look_after)
    thread.start()
    try:
        until(lambda: client_of(folder, server).is_ready())
        yield server
    finally:
        over.set()
        thread.join()
        server.stop()


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < deadline, "it never came about"
        time.sleep(0.02)


def client_of(folder: Path, server: LiveModel) -> NluClient:
    return closed_later(NluClient(LiveUrl(folder, server.live.url)))


def closed_later(client: NluClient) -> NluClient:
    OPENED.append(client)
    return client


def model_of(client: NluClient) -> str:
    return client.understand(["halo"])[0].model


def test_a_model_goes_live_and_back(folder: Path, model: Callable[..., Path]) -> None:
    with house(folder, model("one")) as server:
        client, first = client_of(folder, server), server.live
        assert model_of(client) == "one"
        wishes.put_live(folder, model("two"), 10)
        assert model_of(client) == "two"
        until(lambda: not closed_later(NluClient(first.url)).is_ready())
        live = wishes.running(folder)
        assert (Path(live.former or "").name, live.chosen) == ("one", True)
        wishes.put_live(folder, Path(live.former or ""), 10)
        assert model_of(client) == "one"
        assert not wishes.running(folder).chosen
    assert not (folder / LIVE).exists()


def test_no_message_is_lost_while_models_change(folder: Path, model: Callable[..., Path]) -> None:
    with house(folder, model("one")) as server, ThreadPoolExecutor(4) as pool:
        client, over = client_of(folder, server), threading.Event()

        def ask() -> set[str]:
            seen = set()
            while not over.is_set():
                seen.add(model_of(client))
            return seen

        asking = [pool.submit(ask) for _ in range(4)]
        try:
            for name in ("two", "three"):
                wishes.put_live(folder, model(name), 10)
        finally:
            time.sleep(0.5)
            over.set()
        assert set.union(*(asked.result() for asked in asking)) == {"one", "two", "three"}


def test_what_is_under_way_is_finished_by_the_old_server(folder: Path, model: Callable[..., Path]) -> None:
    with house(folder, model("slow one", "slow")) as server, ThreadPoolExecutor(1) as pool:
        client = client_of(folder, server)
        answer = pool.submit(model_of, client)
        time.sleep(0.1)
        wishes.put_live(folder, model("two"), 10)
        assert model_of(client) == "two"
        assert answer.result() == "slow one"


@pytest.mark.parametrize("manner", ["dies", "mute"])
def test_a_model_that_does_not_understand_changes_nothing(
    folder: Path, model: Callable[..., Path], manner: str
) -> None:
    with house(folder, model("one"), ready_within_s=1) as server:
        before = read_live(folder)
        with pytest.raises(ModelError, match=r"^bad could not be served; the former model stays live\.$"):
            wishes.put_live(folder, model("bad", manner), 10)
        with pytest.raises(ModelError, match="There is no model file gone"):
            wishes.put_live(folder, folder / "gone", 10)
        assert read_live(folder) == before
        assert model_of(client_of(folder, server)) == "one"
        assert [path.name for path in folder.iterdir()] == [LIVE]


def test_a_chosen_model_stays_after_a_restart(folder: Path, model: Callable[..., Path]) -> None:
    with house(folder, model("one")):
        wishes.put_live(folder, model("two"), 10)
    with house(folder, model("newer one")) as server:
        assert model_of(client_of(folder, server)) == "two"
        assert Path(wishes.running(folder).former or "").name == "one"


def test_a_chosen_model_that_became_useless_makes_room(folder: Path, model: Callable[..., Path]) -> None:
    with house(folder, model("one")):
        wishes.put_live(folder, model("two"), 10)
    model("two", "dies")
    with house(folder, model("one")) as server:
        assert model_of(client_of(folder, server)) == "one"


def test_a_server_that_was_killed_rises_at_its_place(folder: Path, model: Callable[..., Path]) -> None:
    with house(folder, model("one")) as server:
        client = client_of(folder, server)
        process = server._child.process
        assert process
        process.kill()
        process.wait()
        until(client.is_ready)
        assert model_of(client) == "one"


def test_without_a_running_system_nothing_can_go_live(folder: Path, model: Callable[..., Path]) -> None:
    with pytest.raises(ModelError, match="No system that keeps its own NLU server is running"):
        wishes.running(folder)
    with house(folder, model("one")) as server:
        stale = server.live
    write_live(folder, type(stale)(**{**vars(stale), "pid": 2**30}))
    with pytest.raises(ModelError, match="start it with 'make run'"):
        wishes.running(folder)


@pytest.mark.parametrize("content", ["", "{", "[]", '{"url": 1}'])
def test_a_damaged_file_keeps_clients_where_they_were(folder: Path, content: str) -> None:
    folder.mkdir()
    (folder / LIVE).write_text(content)
    assert LiveUrl(folder, "http://here")() == "http://here"
