"""The machine that is measured on, and what processes take of it, as Linux tells."""

import contextlib
import os
import platform
import re
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from benchmarks.load.figures import quantile

TICKS = os.sysconf("SC_CLK_TCK")
PAGE = b"x" * 4096
FSYNCS = 200
LOOK_EVERY_S = 1.0


def described(folder: Path) -> str:
    """One line about the machine; ``folder`` lies on the disk that is written to."""
    middle, late = fsync_ms(folder)
    cpu = re.search(r"model name\s*: (.+)", Path("/proc/cpuinfo").read_text())
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{os.cpu_count()} cores ({cpu[1].strip() if cpu else platform.processor()}), {memory:.0f} GB, "
        f"fsync of 4 KB {middle:.2f} ms (p99 {late:.1f} ms), Linux {platform.release()}, "
        f"Python {platform.python_version()}; load generator and stand-in share these cores"
    )


def fsync_ms(folder: Path) -> tuple[float, float]:
    """How long it takes until 4 KB are on the disk that ``folder`` is on: the median, and the 99th percentile."""
    times = []
    with tempfile.TemporaryFile(dir=folder, buffering=0) as file:
        for _ in range(FSYNCS):
            file.write(PAGE)
            began = time.perf_counter()
            os.fdatasync(file.fileno())
            times.append(1000 * (time.perf_counter() - began))
    return statistics.median(times), quantile(times, 0.99)


def tree(pid: int) -> list[int]:
    """A process and all that come from it, as of now."""
    found, waiting = [], [pid]
    while waiting:
        one = waiting.pop()
        found.append(one)
        with contextlib.suppress(OSError):
            for task in Path(f"/proc/{one}/task").iterdir():
                waiting += [int(child) for child in (task / "children").read_text().split()]
    return found


def processor_s(pid: int) -> float:
    """Processor seconds that a process and those that come from it have used."""
    return sum(_ticks(one) for one in tree(pid)) / TICKS


def memory_mb(pid: int) -> dict[int, float]:
    """Megabytes of each process of a tree; what several share is divided among them (PSS)."""
    return {one: _pss(one) / 1000 for one in tree(pid) if _pss(one)}


def _ticks(pid: int) -> int:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0
    return sum(map(int, fields[11:15]))  # its own, and that of those who came from it and have ended


def _pss(pid: int) -> float:
    """Thousands of bytes."""
    try:
        found = re.search(r"^Pss:\s+(\d+) kB", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.MULTILINE)
    except OSError:
        return 0
    return int(found[1]) * 1.024 if found else 0


class Usage:
    """Processor seconds by part, between two moments."""

    def __init__(self, parts: Mapping[str, int]) -> None:
        self._parts = parts
        self._before = {name: processor_s(pid) for name, pid in parts.items()}

    def since(self) -> dict[str, float]:
        return {name: processor_s(pid) - self._before[name] for name, pid in self._parts.items()}

    def ms_each(self, count: int) -> dict[str, float]:
        """Milliseconds of processor time by part for each of ``count`` messages; ``all`` of them together."""
        used = {name: 1000 * seconds / count for name, seconds in self.since().items()}
        return {**used, "all": sum(used.values())}


@contextmanager
def watching(parts: Callable[[], Mapping[str, int]]) -> Iterator[dict[str, float]]:
    """The most memory that any process of each part had meanwhile, in MB."""
    most: dict[str, float] = {}
    stop = threading.Event()
    watcher = threading.Thread(target=_watch, args=(parts, most, stop), daemon=True)
    watcher.start()
    try:
        yield most
    finally:
        stop.set()
        watcher.join()


def _watch(parts: Callable[[], Mapping[str, int]], most: dict[str, float], stop: threading.Event) -> None:
    while True:
        for name, pid in parts().items():
            most[name] = max(most.get(name, 0.0), *memory_mb(pid).values(), 0.0)
        if stop.wait(LOOK_EVERY_S):
            return


def summed(parts: Iterable[Mapping[int, float]]) -> float:
    return sum(sum(part.values()) for part in parts)
