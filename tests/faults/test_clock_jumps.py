"""Somebody sets the clock of the machine, or a virtual machine wakes up in another time: an hour ahead, a day
back.

Nothing is done twice, and nothing waits for the day to come again: whoever writes is answered as ever, also by a
worker that was killed in that moment and by one that is started in the wrong time.
"""

import itertools
import os
import signal
import time
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.watching.trail import TRAIL
from storage.models import Heartbeat
from tests.faults import records
from tests.faults.audit import audit
from tests.faults.cost import cost_of, note
from tests.faults.mixed import Form, forms_of
from tests.faults.postgres_server import open_folder, server
from tests.faults.posting import webhooks_of
from tests.faults.shims import WrongClock, needs_compiler
from tests.faults.stream import Writing, writing_to
from tests.journeys.conftest import specs
from tests.journeys.town import Town, town, wait_for
from tests.standins import nlu_table
from tests.support.processes import running

pytestmark = [pytest.mark.processes, needs_compiler]

# Messages at each setting of the clock, half of them before it, and how many come a second.
QUICK, LONG = (24, 8), (2_000, 40)
sizes = pytest.mark.parametrize(("messages", "per_second"), [
    pytest.param(*QUICK, marks=pytest.mark.faults_quick, id="quick"),
    pytest.param(*LONG, marks=pytest.mark.faults, id="long"),
])  # fmt: skip
HOUR, DAY, NOW = timedelta(hours=1), timedelta(days=1), timedelta(0)
JUMPS = (HOUR, -DAY, NOW)
ANSWERED_WITHIN_S = 200.0  # whatever else the machine has to do: what waits for another day waits longer


@sizes
def test_the_clock_is_set_on_sqlite(tmp_path: Path, messages: int, per_second: int) -> None:
    clock = WrongClock(tmp_path / "clock")
    with running(nlu_table.__name__) as nlu:
        settings = {"NLU_URL": nlu.url, **clock.environment}
        with town(tmp_path, specs=specs(), settings=settings) as place:
            _is_set(place, clock, messages, per_second, "SQLite")


@pytest.mark.faults
def test_the_clock_is_set_on_postgresql(tmp_path: Path) -> None:
    """PostgreSQL's own clock stays right: its host is another one."""
    clock = WrongClock(tmp_path / "clock")
    with open_folder() as folder, server(folder / "data") as postgres, running(nlu_table.__name__) as nlu:
        settings = {"NLU_URL": nlu.url, **clock.environment}
        with town(tmp_path, postgres.url, specs(), workers=2, settings=settings) as place:
            _is_set(place, clock, *LONG, "PostgreSQL")


def _is_set(place: Town, clock: WrongClock, messages: int, per_second: int, where: str) -> None:
    with webhooks_of(place) as webhooks:
        with writing_to(webhooks) as writing:
            forms = iter(forms_of(place, messages * len(JUMPS)))
            for jump in JUMPS:
                _write(writing, itertools.islice(forms, messages // 2), per_second)
                clock.set(jump)
                if jump == -DAY:
                    _a_worker_dies(place)
                _write(writing, itertools.islice(forms, messages // 2), per_second)
                _is_alive(place, writing, jump)
        audited = audit(place, writing.sent)
        note(cost_of(place, f"clock an hour ahead, a day back, right again, {where}", webhooks, audited))


def _write(writing: Writing, forms: Iterable[Form], per_second: int) -> None:
    for form in forms:
        writing.write(form)
        time.sleep(1 / per_second)


def _a_worker_dies(place: Town) -> None:
    """With leases in its hands that end tomorrow."""
    os.kill(place.children()["worker"], signal.SIGKILL)


def _is_alive(place: Town, writing: Writing, jump: timedelta) -> None:
    """By the wrong clock, whatever it is: what was written until now is answered, and the workers tick."""
    written = writing.sent
    wait_for(lambda: not _unanswered(place, written), ANSWERED_WITHIN_S, f"answers ({jump})", 0.5)
    shown = datetime.now(UTC) + jump
    wait_for(lambda: _has_beaten(place, shown), ANSWERED_WITHIN_S, f"a heartbeat ({jump})", 0.5)


def _unanswered(place: Town, written: set[str]) -> list[int]:
    """Which of these messages nobody has dealt with, or whose reply nobody has tried to send."""
    with place.database() as database, database.read() as session:
        found = records.read(place, session)
    ours = {row.id: row.state for row in found.inbound if row.external_id in written}
    waiting = [row.body.get(TRAIL) for row in found.by_twilio if row.state == "waiting" and not row.attempts]
    return [number for number, state in ours.items() if state != "done" or number in waiting]


def _has_beaten(place: Town, since: datetime) -> bool:
    """Whether a worker says that it was alive within the last seconds of the clock that it goes by."""
    with place.database() as database, database.read() as session:
        beats = session.scalars(select(Heartbeat.at)).all()
    return any(timedelta(seconds=-1) < beat - since < timedelta(seconds=60) for beat in beats)
