"""A flood: 20,000 messages wait, and behind all of them somebody's house burns.

What must be true: whoever writes meanwhile is acknowledged, the house comes first, notices to many wait until
people have their answers, monitoring says what is going on, and in the end everybody has been answered. How long
the house waits is counted in the worker's own processor time, so that a busy machine changes nothing.
"""

import time
from pathlib import Path

import pytest

from bot.rulebook import Rulebook
from storage import keyring
from storage.database import Database
from storage.keyring import Keyring
from tests.journeys.town import wait_for
from tests.scheduler.backlog import EMERGENCY, GREETING, SECRET, Flood, Running
from tests.support.twilio import Twilio

pytestmark = pytest.mark.processes
NOTICES = 100
HOUSE, LATER_HOUSE, PASSER_BY = "+628003000001", "+628003000002", "+628003000003"
# An emergency is late after fifteen seconds (bot.watching.load); Twilio waits fifteen for an acknowledgement.
WORKED_FOR_S, ACKNOWLEDGED_WITHIN_S = 5, 5
PATIENCE_S = 120  # of the test, on a machine that does other things


@pytest.fixture
def flood(database: Database, rulebook: Rulebook, twilio: Twilio, tmp_path: Path) -> Flood:
    keyring.use(Keyring((SECRET,)))
    return Flood(database, rulebook, twilio, tmp_path)


@pytest.mark.parametrize(
    ("messages", "citizens"), [(1_000, 200), pytest.param(20_000, 4_000, marks=pytest.mark.faults)]
)
def test_the_house_that_burns_behind_a_flood(flood: Flood, messages: int, citizens: int) -> None:
    flood.comes(messages, citizens)
    flood.is_to_send(NOTICES)
    flood.hears(EMERGENCY, HOUSE)
    assert flood.unread() == messages + 1
    with flood.worker() as worker:
        wait_for(worker.has_started, PATIENCE_S, "the worker")
        began, worked = time.time(), worker.processor_s()
        first = wait_for(lambda: flood.sent_to(HOUSE), PATIENCE_S, "help for the house")[0]
        left, worked = flood.unread(), worker.processor_s() - worked
        assert "112" in first["body"]
        assert left > messages * 0.9, "it went before nearly all of the others"
        assert worked < WORKED_FOR_S
        assert flood.health()["load"]["state"] == "overloaded"
        assert flood.metric('suarakota_load_state{state="overloaded"}') == 1
        acknowledged, later = while_it_drains(flood, worker)
        assert later < WORKED_FOR_S
        assert acknowledged[-1] < ACKNOWLEDGED_WITHIN_S, "nobody is left waiting, nor refused"
        wait_for(lambda: flood.unread() == 0, PATIENCE_S + messages / 5, "the end of the flood", every_s=0.5)
        drained = time.time() - began
        wait_for(lambda: flood.unsent() == 0, PATIENCE_S, "the last of the replies and notices", every_s=0.5)
        cost = worker.processor_s() / messages
    assert flood.answered() == citizens + 3
    assert flood.notices_sent() == NOTICES
    half, most = (1000 * acknowledged[n] for n in (len(acknowledged) // 2, -1))
    print(  # noqa: T201 - figures for whoever runs it with -s
        f"\n{flood.database.engine.dialect.name}: {messages:,} messages of {citizens:,} people read in "
        f"{drained:.0f} s, {1000 * cost:.1f} ms of processor each. First house: {first['at'] - began:.1f} s, "
        f"{worked:.1f} s of processor, {messages + 1 - left} others read by then; later house: {later:.1f} s of "
        f"processor. {len(acknowledged)} acknowledged meanwhile: "
        f"half in {half:.0f} ms, all in {most:.0f} ms, none refused"
    )


def while_it_drains(flood: Flood, worker: Running) -> tuple[list[float], float]:
    """Others write all the time, one of them because of a fire.

    Seconds until each was acknowledged, shortest first; the worker's processor time until the fire was answered.
    No notice goes out as long as thousands wait.
    """
    worked, later = worker.processor_s(), 0.0
    acknowledged = [flood.hears(EMERGENCY, LATER_HOUSE)]
    while not later or len(acknowledged) < 20:
        acknowledged.append(flood.hears(GREETING, PASSER_BY))
        before = flood.notices_sent()
        if flood.health()["load"]["state"] == "overloaded":
            assert before == 0, "thousands wait, and notices are sent"
        if not later and flood.sent_to(LATER_HOUSE):
            later = worker.processor_s() - worked
        time.sleep(0.1)
    return sorted(acknowledged), later
