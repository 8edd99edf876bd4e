"""The disk takes what is written and then cannot keep it: fsync fails. Nothing may be acknowledged that is not
durable.

How durable it was is seen when the power goes: everything is killed, and of the database there is only left what
had been synced (``BreakableDisk.kept``). On that the city is started again, and must know every message it
acknowledged.
"""

import os
import shutil
import signal
import time
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import select

from storage.database import open_database
from storage.models import InboundMessage
from tests.faults.audit import audit
from tests.faults.cost import cost_of, note
from tests.faults.postgres_server import open_folder, server
from tests.faults.posting import Webhooks, webhooks_of
from tests.faults.shims import BreakableDisk, needs_compiler
from tests.faults.stream import stream
from tests.journeys.conftest import specs
from tests.journeys.town import Town, town, wait_for
from tests.standins import nlu_table
from tests.support.processes import running

pytestmark = [pytest.mark.processes, needs_compiler]

# Messages a second, times that the disk breaks, and how many seconds it stays so.
QUICK, LONG = (8, 1, 2), (20, 15, 5)
MEANING = ("per_second", "times", "broken_s")
quick = pytest.param(*QUICK, marks=pytest.mark.faults_quick, id="quick")
long = pytest.param(*LONG, marks=pytest.mark.faults, id="long")
both, long_only = pytest.mark.parametrize(MEANING, [quick, long]), pytest.mark.parametrize(MEANING, [long])
REFUSED = 503
WITHIN_S = 240  # for machines that have other things to do; it takes some seconds


@both
def test_sqlite_cannot_sync_and_then_the_power_goes(
    tmp_path: Path, per_second: int, times: int, broken_s: int
) -> None:
    home, kept = tmp_path / "home", tmp_path / "kept"
    home.mkdir()
    kept.mkdir()
    disk = BreakableDisk(home, tmp_path / "broken", kept)
    with running(nlu_table.__name__) as nlu:
        settings = {"NLU_URL": nlu.url, **disk.environment}
        with town(home, specs=specs(), settings=settings) as place, webhooks_of(place) as webhooks:
            with stream(place, webhooks, per_second) as writing:
                for _ in range(times):
                    _breaks(disk, webhooks, broken_s)
                _power_goes(place, disk, webhooks)
            audited = audit(place, writing.sent)
            note(cost_of(place, f"fsync fails {times} times, then the power, SQLite", webhooks, audited))


@long_only
def test_postgresql_cannot_sync(tmp_path: Path, per_second: int, times: int, broken_s: int) -> None:
    """It ends itself rather than believe its disk, is started again, and replays its log."""
    with open_folder() as folder, running(nlu_table.__name__) as nlu:
        disk = BreakableDisk(folder / "data", folder / "broken")
        settings = {"NLU_URL": nlu.url}
        with (
            server(disk.under, disk.environment) as postgres,
            town(tmp_path, postgres.url, specs(), settings=settings) as place,
            webhooks_of(place) as webhooks,
        ):
            with stream(place, webhooks, per_second) as writing:
                for _ in range(times):
                    _breaks(disk, webhooks, broken_s)
                    wait_for(postgres.answers, WITHIN_S, "PostgreSQL to be back")
            audited = audit(place, writing.sent)
            note(cost_of(place, f"fsync fails {times} times, PostgreSQL", webhooks, audited))
            assert "PANIC" in postgres.log.read_text(), "it noticed"


def _breaks(disk: BreakableDisk, webhooks: Webhooks, broken_s: int) -> None:
    """For a while nothing that comes is acknowledged at all."""
    time.sleep(2)
    refused = webhooks.answers[REFUSED]
    disk.breaks()
    broke_at = time.time()
    wait_for(lambda: webhooks.answers[REFUSED] > refused, WITHIN_S, "the first refusal")
    time.sleep(broken_s)
    kept = [sid for sid in set(webhooks.acknowledged) if webhooks.first[sid] > broke_at]
    assert kept == [], "something was acknowledged that the disk did not keep"
    disk.is_mended()
    taken = len(webhooks.acknowledged)
    wait_for(lambda: len(webhooks.acknowledged) > taken, WITHIN_S, "messages to be taken again")


def _power_goes(place: Town, disk: BreakableDisk, webhooks: Webhooks) -> None:
    """In the middle of everything; the city rises on what had been synced."""
    time.sleep(2)
    for process in place.processes():  # the supervisor first, so that it raises nobody
        with suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGKILL)
    place.supervisor.wait()
    acknowledged = set(webhooks.acknowledged)
    _only_what_was_synced(disk)
    lost = acknowledged - _stored(place)
    assert not lost, f"{len(lost)} messages were acknowledged and had not been synced."
    place.start_again()


def _only_what_was_synced(disk: BreakableDisk) -> None:
    """Of each file that there is now; that others were deleted has reached the disk."""
    assert disk.kept
    for file in disk.under.glob("town.db*"):
        file.unlink()
        if (synced := disk.kept / file.name).exists():
            shutil.copy(synced, file)


def _stored(place: Town) -> set[str]:
    database = open_database(place.database_url)
    with database.read() as session:
        found = set(session.scalars(select(InboundMessage.external_id)))
    database.dispose()
    return found
