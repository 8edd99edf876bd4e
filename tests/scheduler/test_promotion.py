"""``nlu promote`` and ``rollback`` over real models and real servers of the other environment."""

import os
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from bot.rulebook import Rulebook
from handlers.commands import nlu
from nlu import environment, live
from nlu.client import NluClient
from scheduler.live_model import LiveModel
from scheduler.supervisor import _serve
from storage.database import Database
from tests.handlers.city_hall import CityHall, build

pytestmark = [
    pytest.mark.processes,
    pytest.mark.nlu,
    pytest.mark.skipif(not environment.PYTHON.exists(), reason="needs the Rasa environment"),
]
DATA = environment.FOLDER / "data"
LITTLE = ("salam.jsonl", "terima_kasih.jsonl")
MORE = (*LITTLE, "darurat.jsonl", "lapor/sampah.jsonl", "lapor/pohon.jsonl", "lapor/ktp.jsonl")
READY_WITHIN_S = 90


def trained(folder: Path, files: tuple[str, ...]) -> Path:
    """A rough model from some of the project's own messages."""
    (folder / "data").mkdir(parents=True)
    for name in files:
        shutil.copy(DATA / name, folder / "data" / Path(name).name)
    arguments = ["train", "--quick", "--data", str(folder / "data"), "--out", str(folder)]
    subprocess.run(environment.command(arguments), env=environment.clean_environment(), check=True)
    (model,) = folder.glob("*.tar.gz")
    return model


@pytest.fixture
def hall(
    tmp_path: Path, sqlite_database: Database, rulebook: Rulebook, monkeypatch: pytest.MonkeyPatch
) -> CityHall:
    monkeypatch.setattr(live, "FOLDER", tmp_path / "nlu")
    made = build(tmp_path, rulebook, sqlite_database)
    made.app.cli.add_command(nlu.commands)
    return made


@pytest.fixture
def say(hall: CityHall) -> Callable[..., str]:
    """Runs ``flask nlu`` and gives the last line that it says."""

    def run(*arguments: object) -> str:
        output = hall.app.test_cli_runner().invoke(args=["nlu", *map(str, arguments)]).output
        return output.strip().splitlines()[-1]

    return run


@pytest.fixture
def small(hall: CityHall, tmp_path: Path) -> Iterator[Path]:
    """A model that is being served as by ``make run``."""
    model = trained(tmp_path / "small", LITTLE)
    folder = live.folder_of(8000)
    server = LiveModel(folder, model, _serve, environment.clean_environment() | {"HOME": os.environ["HOME"]}, 0.5)
    over = threading.Event()

    def look_after() -> None:
        while not over.wait(0.1):
            server.look_after()

    server.start()
    thread = threading.Thread(target=look_after)
    thread.start()
    yield model
    over.set()
    thread.join()
    server.stop()


def served() -> str:
    """The model that answers now."""
    until = time.monotonic() + READY_WITHIN_S
    with closing(NluClient(live.LiveUrl(live.folder_of(8000), "http://127.0.0.1:9"))) as client:
        while not client.is_ready() and time.monotonic() < until:
            time.sleep(0.2)
        return client.understand(["selamat pagi"])[0].model


def test_a_better_model_goes_live_and_bad_ones_do_not(
    say: Callable[..., str], small: Path, tmp_path: Path
) -> None:
    better = trained(tmp_path / "better", MORE)
    cut = tmp_path / "cut.tar.gz"
    cut.write_bytes(better.read_bytes()[:-2000])
    assert served() == small.name
    assert say("promote", cut) == "Error: cut.tar.gz is damaged or no model; train it again."
    assert say("promote", small) == f"Error: {small.name} is live already."
    assert say("promote", better) == f"{better.name} is live; 'nlu rollback' returns to {small.name}."
    assert served() == better.name
    assert say("promote", small).startswith(f"Error: {small.name} stays out: It handles")
    assert served() == better.name
    assert say("rollback") == f"{small.name} is live again."
    assert served() == small.name
