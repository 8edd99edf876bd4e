"""Twilio is away for an hour of a whole town's clock while citizens go on writing: afterwards all goes out once.

The hour passes in steps of five minutes, so that every pause between attempts, every lease, round of an alarm and
reminder of an emergency has its time in it; ``test_twilio_down.py`` has the order and the pace of what goes out.
"""

import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.watching.trail import TRAIL
from tests.faults import records
from tests.faults.audit import Audited, audit
from tests.faults.cost import cost_of, note, tell
from tests.faults.mixed import Form, forms_of
from tests.faults.postgres_server import open_folder, server
from tests.faults.posting import Webhooks, webhooks_of
from tests.faults.relay import Relay
from tests.faults.shims import WrongClock, needs_compiler
from tests.faults.stream import Writing, writing_to
from tests.journeys.conftest import specs
from tests.journeys.town import Town, town
from tests.standins import nlu_table
from tests.support.processes import running

pytestmark = [pytest.mark.processes, needs_compiler]

STEPS, STEP = 12, timedelta(minutes=5)
HOUR = STEPS * STEP
ONE_MORE = 2 * HOUR  # within the hour a pause of another hour may have begun (bot.delivery.failing)
# Messages at each step, and seconds for it.
QUICK, LONG = (3, 0.8), (100, 3.0)
quick = pytest.param(*QUICK, marks=pytest.mark.faults_quick, id="quick")
sizes = pytest.mark.parametrize(
    ("messages", "lasts_s"), [quick, pytest.param(*LONG, marks=pytest.mark.faults, id="long")]
)
SETTLED_WITHIN_S = 600


@sizes
def test_an_hour_without_twilio_on_sqlite(tmp_path: Path, messages: int, lasts_s: float) -> None:
    clock = WrongClock(tmp_path / "clock")
    with Relay() as wire, running(nlu_table.__name__) as nlu:
        settings = {"NLU_URL": nlu.url, "TWILIO_API_BASE": wire.url, **clock.environment}
        with town(tmp_path, specs=specs(), settings=settings) as place:
            wire.target = place.twilio.port
            _is_away(place, clock, wire, messages, lasts_s, "SQLite")


@pytest.mark.faults
def test_an_hour_without_twilio_on_postgresql(tmp_path: Path) -> None:
    """PostgreSQL's own clock stays right: its host is another one."""
    clock = WrongClock(tmp_path / "clock")
    with (
        Relay() as wire,
        open_folder() as folder,
        server(folder / "data") as postgres,
        running(nlu_table.__name__) as nlu,
    ):
        settings = {"NLU_URL": nlu.url, "TWILIO_API_BASE": wire.url, **clock.environment}
        with town(tmp_path, postgres.url, specs(), workers=2, settings=settings) as place:
            wire.target = place.twilio.port
            _is_away(place, clock, wire, *LONG, "PostgreSQL")


def _is_away(place: Town, clock: WrongClock, wire: Relay, messages: int, lasts_s: float, where: str) -> None:
    with webhooks_of(place) as webhooks:
        with writing_to(webhooks) as writing:
            forms = forms_of(place, messages * STEPS)
            wire.refuses()
            for step in range(STEPS):
                _write(writing, forms[step * messages : (step + 1) * messages], lasts_s)
                clock.set((step + 1) * STEP)
            assert place.sent_messages() == [], "somebody was reached who is away"
            wire.carries()
            for step in range(STEPS, 2 * STEPS):
                time.sleep(lasts_s / 2)
                clock.set((step + 1) * STEP)
        audited = audit(place, writing.sent, SETTLED_WITHIN_S, ONE_MORE)
        assert webhooks.answers.keys() == {200}, "citizens' messages were taken all the time"
        assert audited.in_doubt == 0, "who is not reached has taken nothing"
        _note(place, webhooks, audited, where)


def _write(writing: Writing, forms: Sequence[Form], lasts_s: float) -> None:
    for form in forms:
        writing.write(form)
        time.sleep(lasts_s / len(forms))


def _note(place: Town, webhooks: Webhooks, audited: Audited, where: str) -> None:
    """Late by the clock of the town."""
    cost = cost_of(place, f"Twilio away for an hour, {where}", webhooks, audited)
    note(replace(cost, late=_late(place)))
    tell(f"Twilio away for an hour, {where}: {audited}")


def _late(place: Town) -> list[float]:
    """Seconds from each message's being stored to its first reply's being sent, by the town's clock, sorted."""
    with place.database() as database, database.read() as session:
        found = records.read(place, session)
    came = {row.id: row.received_at for row in found.inbound}
    late: dict[int, float] = {}
    for row in found.by_twilio:
        number = row.body.get(TRAIL)
        if number in came and row.sent_at:
            seconds = (row.sent_at - came[number]).total_seconds()
            late[number] = min(seconds, late.get(number, seconds))
    return sorted(late.values())
