"""Processes of one machine count together: nobody's counts are lost, doubled or in the way of another's."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.settings import ROOT
from bot.watching.slots import FOLDER

COUNT = """
import sys, time
from bot.watching import meters
for _ in range(int(sys.argv[1])):
    meters.TURNS.labels("act").inc()
print("counted", meters.TOGETHER, flush=True)
time.sleep(float(sys.argv[2]))
"""
READ = """
from prometheus_client import generate_latest
from bot.watching import meters
print(generate_latest(meters.counted()).decode())
"""


def python(code: str, folder: Path | str, *arguments: str) -> "subprocess.Popen[str]":
    env = {"PATH": os.environ["PATH"], FOLDER: str(folder)}
    return subprocess.Popen(
        [sys.executable, "-c", code, *arguments], cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True
    )


def told(process: "subprocess.Popen[str]") -> str:
    assert process.stdout
    return process.stdout.readline()


def turns(folder: Path) -> float:
    out, _ = python(READ, folder).communicate(timeout=60)
    lines = [line for line in out.splitlines() if line.startswith('suarakota_turns_total{decision="act"}')]
    return float(lines[0].rpartition(" ")[2])


@pytest.fixture
def two(tmp_path: Path) -> Iterator[list["subprocess.Popen[str]"]]:
    started = [python(COUNT, tmp_path, n, "60") for n in ("3", "4")]
    for one in started:
        assert str(tmp_path) in told(one)
    yield started
    for one in started:
        one.kill()
        one.communicate()


def test_two_at_once_one_killed_and_one_after_it(tmp_path: Path, two: list["subprocess.Popen[str]"]) -> None:
    assert turns(tmp_path) == 7
    two[0].send_signal(signal.SIGKILL)
    two[0].wait()
    assert turns(tmp_path) == 7, "what the dead one counted stays"
    after = python(COUNT, tmp_path, "5", "0")
    assert told(after)
    after.communicate()
    assert turns(tmp_path) == 12
    assert len(list(tmp_path.glob("counter_*.db"))) <= 3, "a slot is used again"


def test_without_a_folder_or_room_in_it_each_counts_alone(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for folder in ("", tmp_path / "file"):
        process = python(COUNT, folder, "1", "0")
        assert told(process) == "counted None\n"
        process.communicate()
        assert process.returncode == 0
