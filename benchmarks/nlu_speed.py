"""Speed and memory of the NLU server, on the evaluation messages, which are of real length and not trained on.

`make nlu-speed`; with --train it trains a model into a scratch folder first. Beside wall-clock figures stand
figures by processor time, which other work on the machine does not change.
"""

import argparse
import os
import resource
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

RASA_SIDE = Path(__file__).resolve().parent.parent / "nlu" / "rasa"
sys.path.insert(0, str(RASA_SIDE))

import numpy as np
import requests
from cases import read_cases
from fingerprint import newest_model
from parsing import Parser

COMMANDS = RASA_SIDE / "commands.py"
_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True)
class Served:
    """A running server, and the seconds until it was ready (wall clock, processor)."""

    url: str
    pid: int
    ready: tuple[float, float]

    def processor(self) -> float:
        """Processor seconds that it has used."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS

    def memory(self) -> float:
        """Megabytes resident."""
        return int(Path(f"/proc/{self.pid}/statm").read_text().split()[1]) * _PAGE / 1e6


def main() -> int:
    """Prints the table."""
    parser = argparse.ArgumentParser(prog="nlu_speed.py", description=__doc__)
    parser.add_argument("--train", action="store_true", help="measure training too (minutes)")
    parser.add_argument("--model", type=Path, default=newest_model(), help="default: the newest")
    options = parser.parse_args()
    if options.model is None:
        raise SystemExit("nlu_speed: there is no model; see `make train`.")
    texts = [example.text for example in read_cases().examples]
    print(f"{len(texts)} messages, median {np.median([len(text.split()) for text in texts]):.0f} words")
    if options.train:
        _row("training", *_training(), "s")
    _inside(options.model, texts)
    with _server(options.model) as served:
        _row("ready after", *served.ready, "s")
        _through(served, "batch channel, 64 a request", texts, lambda: _batches(served, texts))
        _through(served, "stock /model/parse, one a request", texts, lambda: _stock(served, texts))
        print(f"{'memory of the server':<44}{served.memory():>10.0f} MB")
    return 0


def _inside(model: Path, texts: list[str]) -> None:
    """One message at a time in Rasa's graph, without HTTP."""
    parser = Parser(model)
    parser.parse(texts[:1])
    wall, processor = [], []
    for text in texts:
        before = time.perf_counter(), time.process_time()
        parser.parse([text])
        wall.append(time.perf_counter() - before[0])
        processor.append(time.process_time() - before[1])
    _row(
        "one message inside the server, p95",
        *(float(np.percentile(t, 95)) * 1000 for t in (wall, processor)),
        "ms",
    )
    _row("one message inside the server, median", *(float(np.median(t)) * 1000 for t in (wall, processor)), "ms")


def _training() -> tuple[float, float]:
    before = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
    with tempfile.TemporaryDirectory() as scratch:
        command = [sys.executable, str(COMMANDS), "train", "--out", scratch]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.monotonic() - before[0], used.ru_utime + used.ru_stime - before[1].ru_utime - before[1].ru_stime


def _through(served: Served, name: str, texts: list[str], work: Callable[[], None]) -> None:
    before = time.monotonic(), served.processor()
    work()
    seconds = time.monotonic() - before[0], served.processor() - before[1]
    _row(name, *(len(texts) / max(s, 1e-9) for s in seconds), "messages/s")


def _batches(served: Served, texts: list[str]) -> None:
    with requests.Session() as session:
        for start in range(0, len(texts), 64):
            body = {"texts": texts[start : start + 64]}
            session.post(f"{served.url}/webhooks/batch/parse", json=body, timeout=60).raise_for_status()


def _stock(served: Served, texts: list[str]) -> None:
    with requests.Session() as session:
        for text in texts:
            session.post(f"{served.url}/model/parse", json={"text": text}, timeout=60).raise_for_status()


@contextmanager
def _server(model: Path) -> Iterator[Served]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    started = time.monotonic()
    command = [sys.executable, str(COMMANDS), "serve", "--port", str(port), "--api", "--model", str(model)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    try:
        _wait(url, process)
        ready = time.monotonic() - started
        used = Served(url, process.pid, (ready, 0.0)).processor()
        yield Served(url, process.pid, (ready, used))
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=20)


def _wait(url: str, process: "subprocess.Popen[bytes]", seconds: float = 180) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if requests.get(f"{url}/webhooks/batch/ready", timeout=5).ok:
                return
        except requests.RequestException:
            pass
        time.sleep(0.1)
    raise SystemExit("nlu_speed: the server was not ready in time; see `make train`.")


def _row(name: str, wall: float, processor: float, unit: str) -> None:
    shown = f"{wall:>10,.1f} {unit} (wall)" + f"{processor:>12,.1f} {unit} (processor)"
    print(f"{name:<44}{shown}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
