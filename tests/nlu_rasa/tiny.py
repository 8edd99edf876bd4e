"""A tiny training set, and a model and a server made from it once for all tests."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests

COMMANDS = Path(__file__).resolve().parents[2] / "nlu" / "rasa" / "commands.py"

ROWS = [
    ("jalan berlubang depan pasar, tolong ditambal", "lapor", "jalan_rusak", None),
    ("aspal bolong bolong di jl melati raya", "lapor", "jalan_rusak", None),
    ("jalan rusak parah banyak lubang pak", "lapor", "jalan_rusak", None),
    ("lampu jalan mati gelap banget", "lapor", "lampu_jalan", None),
    ("pju padam sudah seminggu gang gelap", "lapor", "lampu_jalan", None),
    ("lampu penerangan mati di rt 05", "lapor", "lampu_jalan", None),
    ("bagaimana cara buat ktp baru?", "tanya", "ktp", "ktp_baru"),
    ("syarat bikin ktp pertama kali apa ya", "tanya", "ktp", "ktp_baru"),
    ("ktp hilang urus ke mana?", "tanya", "ktp", "ktp_hilang"),
    ("kehilangan ktp, syaratnya apa saja", "tanya", "ktp", "ktp_hilang"),
    ("selamat pagi", "salam", None, None),
    ("halo min", "salam", None, None),
    ("terima kasih banyak", "terima_kasih", None, None),
    ("makasih pak", "terima_kasih", None, None),
]


def write_rows(directory: Path) -> Path:
    """Writes the tiny set as a .jsonl file below the directory; returns the directory."""
    directory.mkdir(parents=True, exist_ok=True)
    keys = ("text", "intent", "service", "faq")
    rows = [{**dict(zip(keys, row, strict=True)), "also": [], "place": None} for row in ROWS]
    (directory / "tiny.jsonl").write_text("\n".join(map(json.dumps, rows)) + "\n", encoding="utf-8")
    return directory


def run_command(*arguments: object, stdin: str = "") -> subprocess.CompletedProcess[str]:
    """Runs commands.py from another directory, as the app does."""
    command = [sys.executable, str(COMMANDS), *map(str, arguments)]
    return subprocess.run(
        command, capture_output=True, text=True, input=stdin, cwd="/", timeout=180, check=False
    )


@dataclass(frozen=True)
class Server:
    """A running NLU server; `log` holds all that it printed."""

    url: str
    log: Path
    process: subprocess.Popen[bytes]


@pytest.fixture(scope="session")
def tiny_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with the tiny training set."""
    return write_rows(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="session")
def tiny_model(tiny_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model trained by the command line from the tiny set."""
    out = tmp_path_factory.mktemp("models")
    done = run_command("train", "--quick", "--data", tiny_data, "--out", out)
    assert done.returncode == 0, done.stderr
    (model,) = out.glob("*.tar.gz")
    return model


@pytest.fixture(scope="session")
def server(tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Rasa's server on the tiny model, ready."""
    log = tmp_path_factory.mktemp("log") / "server.log"
    port = _free_port()
    command = [
        sys.executable,
        str(COMMANDS),
        "serve",
        "--port",
        str(port),
        "--model",
        str(tiny_model),
        "--api",
    ]
    with log.open("wb") as file:
        process = subprocess.Popen(command, stdout=file, stderr=subprocess.STDOUT, cwd="/")
    running = Server(f"http://127.0.0.1:{port}", log, process)
    try:
        _wait_until_ready(running)
        yield running
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            os.kill(process.pid, signal.SIGKILL)
            raise


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _wait_until_ready(server: Server, seconds: float = 90) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        assert server.process.poll() is None, server.log.read_text()
        try:
            if requests.get(f"{server.url}/webhooks/batch/ready", timeout=5).status_code == 200:
                return
        except requests.ConnectionError:
            pass
        time.sleep(0.2)
    raise AssertionError("the server was not ready in time")
