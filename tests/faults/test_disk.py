"""The disk is full, in the middle of the day: citizens are told to come again, and then everything goes on by
itself.

The whole installation lies on the full disk: database, files, letters, exports, log. PostgreSQL has one of its
own.
"""

import time
from pathlib import Path

import pytest

from tests.faults.asking import bad_parts, health
from tests.faults.audit import audit
from tests.faults.cost import cost_of, note
from tests.faults.postgres_server import open_folder, server
from tests.faults.posting import NO_ANSWER, Webhooks, webhooks_of
from tests.faults.small_disk import SmallDisk, small_disk
from tests.faults.stream import stream
from tests.journeys.conftest import specs
from tests.journeys.town import Town, town, wait_for
from tests.standins import nlu_table
from tests.support.processes import running

pytestmark = pytest.mark.processes

# Messages a second, times that the disk fills up, seconds that it stays full, and most messages in all.
QUICK, LONG = (8, 1, 4, 300), (60, 8, 12, 6_000)
MEANING = ("per_second", "times", "full_s", "most")
quick = pytest.param(*QUICK, marks=pytest.mark.faults_quick, id="quick")
long = pytest.param(*LONG, marks=pytest.mark.faults, id="long")
both, long_only = pytest.mark.parametrize(MEANING, [quick, long]), pytest.mark.parametrize(MEANING, [long])
OF_SQLITE_MB, OF_POSTGRESQL_MB = 128, 160
REFUSED = 503
UNANSWERED = 0.01  # of the posts: where a machine has other things to do, 15 seconds are over now and then
NOTICED_WITHIN_S = 240  # for machines that have other things to do; it takes some seconds


@both
def test_the_disk_is_full(tmp_path: Path, per_second: int, times: int, full_s: int, most: int) -> None:
    with small_disk(tmp_path, OF_SQLITE_MB) as disk, running(nlu_table.__name__) as nlu:
        settings = {"NLU_URL": nlu.url, "EXPORT_FOLDER": str(tmp_path / "export")}
        with town(tmp_path, specs=specs(), settings=settings) as place:
            _fills_up(place, disk, per_second, times, full_s, most, "disk full, SQLite")


@long_only
def test_the_disk_of_postgresql_is_full(
    tmp_path: Path, per_second: int, times: int, full_s: int, most: int
) -> None:
    with open_folder() as folder, small_disk(folder, OF_POSTGRESQL_MB) as disk, running(nlu_table.__name__) as nlu:
        settings = {"NLU_URL": nlu.url}
        with (
            server(disk.folder / "data") as postgres,
            town(tmp_path, postgres.url, specs(), settings=settings) as place,
        ):
            _fills_up(place, disk, per_second, times, full_s, most, "disk full, PostgreSQL")


def _fills_up(
    place: Town, disk: SmallDisk, per_second: int, times: int, full_s: int, most: int, fault: str
) -> None:
    with webhooks_of(place) as webhooks, stream(place, webhooks, per_second, most) as writing:
        for _ in range(times):
            time.sleep(2)
            disk.fill()
            _refuses(webhooks)
            _is_told(place)
            time.sleep(full_s)
            disk.is_freed()
            _takes_messages_again(place, webhooks)
    audited = audit(place, writing.sent)
    note(cost_of(place, fault, webhooks, audited))
    wait_for(lambda: not bad_parts(place), NOTICED_WITHIN_S, "all parts to be well")
    assert set(webhooks.answers) <= {200, REFUSED, NO_ANSWER}, "Twilio was told to come again, and nothing else"
    assert webhooks.answers[NO_ANSWER] <= UNANSWERED * webhooks.answers.total(), "and nearly always by an answer"


def _refuses(webhooks: Webhooks) -> None:
    refused = webhooks.answers[REFUSED]
    wait_for(lambda: webhooks.answers[REFUSED] > refused, NOTICED_WITHIN_S, "the first refusal")


def _is_told(place: Town) -> None:
    """Whoever looks reads in a sentence what is wrong. (PostgreSQL may find a little room between two looks.)"""
    sentence = wait_for(lambda: _word_about_the_database(place), NOTICED_WITHIN_S, "a word about the database")
    assert sentence.endswith("."), sentence


def _word_about_the_database(place: Town) -> str:
    status, bad = health(place)
    return bad.get("database", "") if status == REFUSED else ""


def _takes_messages_again(place: Town, webhooks: Webhooks) -> None:
    taken = len(webhooks.acknowledged)
    wait_for(lambda: len(webhooks.acknowledged) > taken, NOTICED_WITHIN_S, "messages to be taken again")
