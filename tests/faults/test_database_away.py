"""The database is gone for a while in the middle of a burst: crashed, cut off, silent, in somebody else's hands.

Twilio hears so at once (503), tries its fallback and gives up. Nothing that was acknowledged is lost, and what
Twilio could not deliver is found in its list afterwards.
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from sqlalchemy import make_url

from bot.settings import ROOT
from tests.faults.audit import audit
from tests.faults.cost import cost_of, note, quantile, tell
from tests.faults.losing import kept_at_twilio, post_all
from tests.faults.posting import webhooks_of
from tests.faults.relay import Relay
from tests.journeys.conftest import specs
from tests.journeys.town import Town, town
from tests.support import postgres

pytestmark = pytest.mark.processes

LEAD_S = 3  # of the burst, before the fault and after it
ANSWERED_WITHIN_S, AT_MOST_S = 5, 10  # nearly all, and every one on a machine that is busy; Twilio waits for 15
SETTLED_WITHIN_S = 240
# For how many seconds it is away, and how many messages come a second.
QUICK, LONG = (6, 8), (60, 20)
quick = pytest.param(*QUICK, marks=pytest.mark.faults_quick, id="quick")
long = pytest.param(*LONG, marks=pytest.mark.faults, id="long")
both, long_only = (pytest.mark.parametrize(("away_s", "a_second"), sizes) for sizes in ([quick, long], [long]))
HOLDING = """
import sqlite3, sys, time
held = sqlite3.connect(sys.argv[1], isolation_level=None)
held.execute("PRAGMA busy_timeout=10000")
held.execute("BEGIN IMMEDIATE")
time.sleep(float(sys.argv[2]))
"""


@dataclass(frozen=True)
class City:
    """A town, and all that was written to it so far."""

    place: Town
    sent: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Away(City):
    """With its database behind a wire, on a server that keeps what it has committed."""

    server: postgres.Server = field(kw_only=True)
    wire: Relay = field(kw_only=True)


@pytest.fixture(scope="module")
def away(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Away]:
    """One town for all that can happen to PostgreSQL, one after the other."""
    programs = postgres.binaries()
    if programs is None:
        pytest.skip("No usable programs of PostgreSQL are here.")
    on_disk = Path(tempfile.gettempdir())
    with postgres.server(programs, postgres.SAFE, on_disk) as server, Relay(server.port) as wire:
        url = make_url(server.url).set(port=wire.port).render_as_string(hide_password=False)
        with town(tmp_path_factory.mktemp("away"), url, specs(), workers=2) as place:
            yield Away(place, server=server, wire=wire)


@both
def test_postgresql_crashes_and_comes_back(away: Away, away_s: int, a_second: int) -> None:
    def crash() -> None:
        away.server.crash()
        time.sleep(away_s)
        away.server.start()

    _goes_on(away, crash, away_s, a_second, "PostgreSQL crashed")


@long_only
def test_postgresql_cannot_be_reached(away: Away, away_s: int, a_second: int) -> None:
    def pull() -> None:
        away.wire.refuses()
        time.sleep(away_s)
        away.wire.carries()

    _goes_on(away, pull, away_s, a_second, "PostgreSQL out of reach")


@both
def test_postgresql_says_nothing_any_more(away: Away, away_s: int, a_second: int) -> None:
    """Its disk hangs, or the network between loses everything: no error comes, and no answer."""

    def silence() -> None:
        away.wire.falls_silent()
        time.sleep(away_s)
        away.wire.carries()

    _goes_on(away, silence, away_s, a_second, "PostgreSQL silent")


@long_only
def test_another_program_holds_the_sqlite_file(tmp_path: Path, away_s: int, a_second: int) -> None:
    def hold() -> None:
        subprocess.run([sys.executable, "-c", HOLDING, str(tmp_path / "town.db"), str(away_s)], check=True)

    with town(tmp_path, specs=specs()) as place:
        _goes_on(City(place), hold, away_s, a_second, "SQLite file held by another program")


def _goes_on(city: City, fault: Callable[[], None], away_s: int, a_second: int, name: str) -> None:
    """Citizens write before, during and after it; the fault happens in this thread."""
    forms = kept_at_twilio(city.place, (away_s + 2 * LEAD_S) * a_second)
    with webhooks_of(city.place) as webhooks, ThreadPoolExecutor(1) as pool:
        posting = pool.submit(post_all, webhooks, forms, a_second)
        time.sleep(LEAD_S)
        fault()
        burst = posting.result()
        _reconcile(city.place)
        city.sent.update(burst.sent)
        found = audit(city.place, city.sent, SETTLED_WITHIN_S)
    slowest = max(webhooks.took)
    answers = f"{dict(webhooks.answers)}, the slowest after {slowest:.1f} s"
    tell(f"{name}: {answers}; {len(burst.lost)} messages found in Twilio's list")
    note(cost_of(city.place, f"{name} for {away_s} s", webhooks, found))
    assert burst.lost, "the fault met no message"
    assert webhooks.answers.keys() == {httpx.codes.OK, httpx.codes.SERVICE_UNAVAILABLE}, answers
    assert quantile(sorted(webhooks.took), 0.95) < ANSWERED_WITHIN_S, answers
    assert slowest < AT_MOST_S, answers


def _reconcile(place: Town) -> None:
    """What an operator does afterwards; the worker would do it within ten minutes."""
    command = [str(ROOT / ".venv" / "bin" / "flask"), "--app", "app", "reconcile"]
    subprocess.run(command, cwd=ROOT, env=dict(place.env), check=True, stdout=subprocess.DEVNULL)
