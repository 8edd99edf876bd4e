"""The city in parts, each in a process of its own, and put together again."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.year.__main__ import run
from benchmarks.year.demand import Part
from benchmarks.year.ledger import Matter
from benchmarks.year.parts import Asked, simulate
from benchmarks.year.seen import Seen, together
from benchmarks.year.tally import Tally
from bot.settings import ROOT

TWO_DAYS = Asked(scale=0.01, seed=3, profile="jakarta", days=2)
NOON = datetime(2026, 1, 1, 5, tzinfo=UTC)


def seen(citizens: int, *incidents: int) -> Seen:
    tally = Tally(wordings=Counter(report_filed=citizens), late=citizens)
    tally.weeks[1][202601] = citizens  # conversations are counted from 1 in every part
    return Seen([], tally, tally.per_week(), citizens, 1, Counter(quiet=2), Counter(forward=3), [*incidents], NOON)


def test_what_parts_have_seen_is_added_up_and_citizens_of_two_parts_are_never_one() -> None:
    whole = together([seen(2, 5), seen(3, 1, 2)])
    assert (whole.citizens, whole.refused, whole.tally.late, whole.tally.wordings["report_filed"]) == (5, 2, 5, 5)
    assert (whole.checked, whole.steps) == (Counter(quiet=4), Counter(forward=6))
    assert whole.per_week == Counter({2: 1, 3: 1})
    assert whole.incidents == [5, 1, 2]


def test_the_whole_is_as_far_as_the_part_that_came_furthest() -> None:
    later = replace(seen(1), until=NOON.replace(hour=9))
    assert together([later, seen(1)]).until == later.until


def test_side_by_side_each_part_comes_out_as_it_does_alone(tmp_path: Path) -> None:
    whole = run(TWO_DAYS, 2, "", tmp_path)
    alone = [simulate(TWO_DAYS, Part(n, 2), f"sqlite:///{tmp_path}/alone-{n}.db", tmp_path, go_on) for n in (1, 2)]
    assert whole.broken == ""
    assert all(part.seen.matters for part in alone)
    expected = together([part.seen for part in alone])
    assert (whole.seen.checked, whole.seen.tally) == (expected.checked, expected.tally)
    assert [_life(matter) for matter in whole.seen.matters] == [_life(matter) for matter in expected.matters]


def test_when_the_run_is_killed_its_parts_do_not_work_on(tmp_path: Path) -> None:
    code = f"""if 1:
        from pathlib import Path
        from benchmarks.year.__main__ import run
        from benchmarks.year.parts import Asked
        if __name__ == "__main__":
            run(Asked(scale=0.01, seed=3, profile="jakarta", days=365), 2, "", Path({str(tmp_path)!r}))
    """
    program = [sys.executable, "-c", code]
    with subprocess.Popen(program, cwd=ROOT, start_new_session=True, stderr=subprocess.DEVNULL) as whole:
        assert eventually(lambda: len([*tmp_path.glob("part-*.db")]) == 2)
        whole.kill()
    try:
        assert eventually(lambda: not _lives(whole.pid))
    finally:
        if _lives(whole.pid):
            os.killpg(whole.pid, signal.SIGKILL)


def eventually(is_so: Callable[[], bool], within_s: float = 60) -> bool:
    until = time.monotonic() + within_s
    while not (found := is_so()) and time.monotonic() < until:
        time.sleep(0.05)
    return found


def _lives(group: int) -> bool:
    """Whether any process of this group is left."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def go_on(_now: datetime, _tickets: int) -> bool:
    return True


def _life(matter: Matter) -> Matter:
    return replace(matter, number="drawn by lot")
