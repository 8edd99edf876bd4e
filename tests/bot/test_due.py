"""One row that always fails, for this version or config.yml does not know what it names, holds up nothing else."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

from bot.due import PUT_OFF
from bot.following import digests, followups, rechecks
from bot.outgoing import unasked
from bot.outgoing.outbox import Note
from bot.rulebook import Rulebook
from storage.database import Database
from storage.models import Conversation, Digest, FollowUp, Notice, Recheck, Ticket
from tests.support.clock import MoveableClock
from tests.support.desk import Number, meaning
from tests.support.duty import Station

POTHOLE = meaning("lapor", "jalan_rusak", place="Jl. Melati")
NEWER = "of_a_newer_version"


@pytest.fixture
def two(number: Number) -> Number:
    """Two citizens have reported something; their reports are still to be passed on."""
    for n in range(2):
        number.says(f"jalan di Jl. Melati {n} berlubang", POTHOLE, who=f"sim:{n}")
    return number


def change(number: Number, model: Any, row_id: int, **values: object) -> None:
    with number.database.begin() as session:
        session.execute(update(model).where(model.id == row_id).values(values))


def rows(number: Number, model: Any) -> list[Any]:
    with number.database.read() as session:
        return list(session.scalars(select(model).order_by(model.id)))


def failures(written: list[Any]) -> list[dict[str, Any]]:
    """What the log says of each, but for its level."""
    failed = [line for line in written if line["event"] == "due_failed"]
    return [{name: line[name] for name in line.keys() - {"event", "log_level", "exc_info"}} for line in failed]


def forwards(number: Number) -> list[FollowUp]:
    return [row for row in rows(number, FollowUp) if row.kind in ("forward", NEWER)]


def test_a_step_that_only_a_newer_version_knows(two: Number) -> None:
    first, _ = forwards(two)
    change(two, FollowUp, first.id, kind=NEWER)
    two.clock.move(minutes=5)
    with capture_logs() as written:
        assert followups.run_due(two.database, two.rulebook, two.clock.now()) == 2
        assert followups.run_due(two.database, two.rulebook, two.clock.now()) == 0
    assert failures(written) == [{"follow_up": first.id}]
    assert [row.state for row in forwards(two)] == ["waiting", "done"]
    assert forwards(two)[0].due_at == two.clock.now() + PUT_OFF
    change(two, FollowUp, first.id, kind="forward")
    two.clock.move(seconds=PUT_OFF.total_seconds())
    followups.run_due(two.database, two.rulebook, two.clock.now())
    assert [row.state for row in forwards(two)] == ["done", "done"]


def test_a_service_that_the_city_has_no_more(two: Number) -> None:
    change(two, Ticket, forwards(two)[0].ticket_id, service="withdrawn")
    two.clock.move(minutes=5)
    followups.run_due(two.database, two.rulebook, two.clock.now())
    assert [row.state for row in forwards(two)] == ["waiting", "done"]


def test_news_that_wait(two: Number) -> None:
    now = two.clock.now()
    with two.database.begin() as session:
        for ticket in session.scalars(select(Ticket)):
            unasked.wait(session, two.rulebook, ticket, Note(f"n:{ticket.id}", "follow_coordination"), now, now)
    one, other = rows(two, Notice)
    change(two, Notice, one.id, wording=NEWER)
    change(two, Ticket, other.ticket_id, status="coordination")
    with capture_logs() as written:
        followups.run_due(two.database, two.rulebook, now)
    assert failures(written) == [{"conversation": one.conversation_id}]
    waiting = [(row.state, row.due_at - now) for row in rows(two, Notice)]
    assert waiting == [("waiting", PUT_OFF), ("told", timedelta())]


def test_a_question_that_is_asked_later(two: Number) -> None:
    now = two.clock.now()
    with two.database.begin() as session:
        for talk in session.scalars(select(Conversation)):
            asked = {"inbound_id": 1, "topic": "ktp_hilang", "due_at": now, "state": "waiting"}
            session.add(Recheck(conversation_id=talk.id, **asked))
    one, _ = rows(two, Recheck)
    change(two, Conversation, one.conversation_id, language="xx")
    with capture_logs() as written:
        rechecks.run_due(two.database, two.rulebook, now)
    assert failures(written) == [{"recheck": one.id}]
    assert [row.state for row in rows(two, Recheck)] == ["waiting", "asked"]


def test_a_list(two: Number) -> None:
    now = two.clock.now()
    with two.database.begin() as session:
        session.add(Digest(kind=NEWER, target="", due_at=now))
        session.add(Digest(kind="leadership", target="", due_at=now))
    with capture_logs() as written:
        digests.run_due(two.database, two.rulebook, now)
    lists = {row.kind: row for row in rows(two, Digest)}
    assert failures(written) == [{"digest": lists[NEWER].id}]
    assert (lists[NEWER].due_at, lists["leadership"].due_at) == (now + PUT_OFF, None)


def test_an_alarm_is_tried_again_as_soon_as_the_next_would_be(
    database: Database, rulebook: Rulebook, clock: MoveableClock
) -> None:
    station = Station(database, rulebook, clock)
    station.shift(station.person("rina", "+628000000101"))
    broken, whole = station.emergency(), station.emergency()
    with database.begin() as session:
        session.execute(update(Ticket).where(Ticket.number == broken).values(service="withdrawn"))
    with capture_logs() as written:
        station.tick()
    assert failures(written) == [{"alarm": station.alarm(broken).id}]
    assert [row.ticket_id for row in station.rows()] == [station.alarm(whole).ticket_id]
    assert (station.alarm(broken).rounds, station.alarm(whole).rounds) == (0, 1)
    assert station.alarm(broken).next_at == station.alarm(whole).next_at


def test_a_database_that_is_away_puts_nothing_off(two: Number) -> None:
    two.clock.move(minutes=5)
    before: list[datetime] = [row.due_at for row in forwards(two)]

    class Away(Database):
        def begin(self) -> Any:
            raise OperationalError("BEGIN", {}, ConnectionError("away"))

    away = Away(two.database.engine, two.database._sessions)
    with pytest.raises(OperationalError):
        followups.run_due(away, two.rulebook, two.clock.now())
    assert [row.due_at for row in forwards(two)] == before
