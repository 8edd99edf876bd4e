"""What the database is asked at a scrape, on both databases: right, few statements, and never a whole table."""

import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event

from bot.rulebook import Rulebook
from bot.watching.facts import Watch
from bot.watching.gauges import GAUGES
from storage.database import open_database
from storage.leading import Leadership
from storage.models import Conversation, Handover, Heartbeat, LastBackup, OutboundMessage, Reconciliation
from tests.support.clock import MoveableClock
from tests.support.desk import Number, meaning
from tests.support.statements import statements_of

Found = dict[tuple[str, tuple[str, ...]], float]
# May be read from front to back: a row a process, a line, a day, or one that something else bounds.
SMALL = re.compile(
    r"heartbeats|reconciliations|quarantine|counted_days|history_checks|anon_|CONSTANT|pragma|erasures|last_backup"
)


def watch(number: Number) -> Watch:
    return Watch(number.database, number.rulebook, number.clock)


def found(one: Watch) -> Found:
    values = one.values()
    assert {value.gauge for value in values} <= GAUGES.keys()
    for value in values:
        assert len(value.labels) == len(GAUGES[value.gauge].labels), value
    return {(value.gauge, value.labels): value.value for value in values}


def test_what_waits_and_since_when(number: Number) -> None:
    number.hears("ada kebakaran di gang mawar", meaning("darurat"))
    number.clock.move(seconds=20)
    seen = found(watch(number))
    assert seen["unprocessed_messages", ("0",)] == 1
    assert seen["unprocessed_oldest_seconds", ("0",)] == 20
    assert seen["unplaced_messages", ()] == 1
    assert seen["load_state", ("overloaded",)] == 1
    number.work()
    seen = found(watch(number))
    assert seen["unprocessed_messages", ("0",)] == seen["unplaced_messages", ()] == 0
    assert seen["load_state", ("normal",)] == 1
    assert seen["emergencies_untaken", ()] == 1
    assert seen["tickets_filed_last_hour", ("emergency",)] == 1
    number.clock.move(minutes=5)
    assert found(watch(number))["emergencies_untaken_oldest_seconds", ()] == 300


def test_messages_of_ours_that_are_due_in_doubt_or_dead(number: Number) -> None:
    now = number.clock.now()
    with number.database.begin() as session:
        for n, (state, due, lane) in enumerate(
            [("waiting", -90, 2), ("waiting", -10, 1), ("waiting", 60, 1), ("in_doubt", -400, 1), ("failed", 0, 1)]
        ):
            at = now + timedelta(seconds=due)
            session.add(
                OutboundMessage(
                    key=f"k{n}", channel="sms", recipient="+62800", wording="w", body={"text": "x"}, lane=lane,
                    created_at=at, due_at=at, sent_at=at, state=state, failure="final" if n == 4 else None,
                )
            )  # fmt: skip
    seen = found(watch(number))
    assert seen["outbound_due", ("sms", "1")] == 1
    assert seen["outbound_due_oldest_seconds", ("sms", "2")] == 90
    assert seen["low_value_sends_wait", ()] == 1
    assert seen["outbound_unsettled_oldest_seconds", ("in_doubt",)] == 400
    assert seen["dead_letters", ("final",)] == 1
    assert seen["delivery_failures_last_hour", ("sms", "final")] == 1


def test_people_workers_and_reconciliation(number: Number) -> None:
    number.says("berapa biaya bikin paspor?", meaning("tanya", "", faq="paspor", sure=0.9))
    now = number.clock.now()
    with number.database.begin() as session:
        [talk] = session.query(Conversation).all()
        for reason, due in (("question", -1), ("unsure", 9), ("hold", 9)):
            session.add(
                Handover(conversation_id=talk.id, reason=reason, text="x", created_at=now - timedelta(hours=1),
                         due_at=now + timedelta(hours=due))
            )  # fmt: skip
        session.add_all([
            Heartbeat(worker="host-a:1", at=now), Heartbeat(worker="host-a:22", at=now - timedelta(seconds=5)),
            Heartbeat(worker="host-b:1", at=now - timedelta(seconds=31)),
            Reconciliation(line="sms", through=now, done_at=now - timedelta(minutes=12), found=0),
        ])  # fmt: skip
    seen = found(watch(number))
    assert seen["workers_alive", ("host-a",)] == 2, "by machine, for process ids would never end"
    assert seen["workers_alive", ("host-b",)] == 0
    assert seen["people_late", ("questions",)] == 1
    assert seen["people_waiting", ("unsure",)] == seen["people_waiting", ("held",)] == 1
    assert seen["people_waiting_oldest_seconds", ("unsure",)] == 3_600
    assert seen["reconciled_age_seconds", ("sms",)] == 720


def test_whose_model_answers(number: Number) -> None:
    now = number.clock.now()
    with number.database.begin() as session:
        session.add_all([
            Heartbeat(worker="host-a:1", at=now, has_model=False), Heartbeat(worker="host-a:2", at=now),
            Heartbeat(worker="host-b:1", at=now, has_model=True), Heartbeat(worker="host-c:1", at=now),
            Heartbeat(worker="host-b:2", at=now - timedelta(seconds=31), has_model=False),
            Heartbeat(worker="host-d:1", at=now - timedelta(seconds=31), has_model=True),
        ])  # fmt: skip
    seen = found(watch(number))
    assert seen["nlu_answers", ("host-a",)] == 0
    assert seen["nlu_answers", ("host-b",)] == 1
    told = {labels for gauge, labels in seen if gauge == "nlu_answers"}
    assert told == {("host-a",), ("host-b",)}, "nothing of a host without a model, nor of one that is gone"


def test_how_old_the_backup_is(number: Number) -> None:
    assert ("backup_age_seconds", ()) not in found(watch(number)), "none is none, and not a new one"
    with number.database.begin() as session:
        session.add(LastBackup(id=1, made_at=number.clock.now() - timedelta(hours=27)))
    assert found(watch(number))["backup_age_seconds", ()] == 27 * 3_600


def test_who_leads(number: Number) -> None:
    if number.database.is_sqlite:
        pytest.skip("SQLite has no leader: every worker ticks in its turn.")
    assert found(watch(number))["leader_present", ()] == 0
    leadership = Leadership(number.database)
    assert leadership.is_ours()
    seen = found(watch(number))
    assert seen["leader_present", ()] == 1
    assert 0 <= seen["leader_age_seconds", ()] < 3_600
    leadership.release()
    assert found(watch(number))["leader_present", ()] == 0


def test_what_was_understood_is_looked_up_every_few_minutes(number: Number) -> None:
    number.says("jalan di Jl. Melati berlubang parah", meaning("lapor", "jalan_rusak", place="Jl. Melati"))
    number.clock.move(minutes=1)
    seconds = [0.0]
    one = Watch(number.database, number.rulebook, number.clock, seconds=lambda: seconds[0])
    assert found(one)["nlu_label_share", ("lapor",)] == 1
    assert found(one)["nlu_confidence_mean", ("day",)] == pytest.approx(0.95)
    number.says("halo pak gubernur yang baik hati", meaning("apresiasi"))
    number.clock.move(minutes=1)
    with statements_of(number.database) as known:
        assert ("nlu_label_share", ("apresiasi",)) not in found(one)
    seconds[0] = 301
    with statements_of(number.database) as anew:
        assert found(one)["nlu_label_share", ("apresiasi",)] > 0
    assert len(known) <= 12
    assert len(known) < len(anew) <= 15


def test_a_database_that_is_away_is_said_and_nothing_else(rulebook: Rulebook, clock: MoveableClock) -> None:
    away = open_database("postgresql://nobody@127.0.0.1:9/none")
    seen = found(Watch(away, rulebook, clock))
    assert seen["database_up", ()] == 0
    assert len(seen) == 3


def plans(number: Number) -> tuple[list[str], set[str]]:
    """How SQLite goes about each statement of a scrape, and its indexes that hold only what waits."""
    seen: list[tuple[str, Any]] = []

    def note(_c: object, _cursor: object, statement: str, parameters: Any, *_more: object) -> None:
        seen.append((statement, parameters))

    event.listen(number.database.engine, "before_cursor_execute", note)
    watch(number).values()
    event.remove(number.database.engine, "before_cursor_execute", note)
    with number.database.read() as session:
        run = session.connection().exec_driver_sql
        selects = [one for one in seen if one[0].startswith("SELECT")]
        lines = [str(row[3]) for sql, values in selects for row in run(f"EXPLAIN QUERY PLAN {sql}", values)]
        partial = run("SELECT name FROM sqlite_master WHERE type = 'index' AND sql LIKE '% WHERE %'")
        return lines, {str(name) for (name,) in partial}


def test_no_scrape_reads_a_table_from_front_to_back(number: Number) -> None:
    if not number.database.is_sqlite:
        pytest.skip("PostgreSQL's plans depend on how much there is; the conditions are the same.")
    lines, partial = plans(number)
    scans = [line for line in lines if line.startswith("SCAN") and not SMALL.search(line)]
    assert scans, "what waits is counted by indexes of what waits"
    for line in scans:
        assert line.rpartition("INDEX ")[2] in partial, line
    assert len(lines) > 20
