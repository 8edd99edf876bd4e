"""What may happen to rows: words can be taken away, rows when their time is over, and nothing else."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from bot.history import anchors, ending
from bot.history.links import digest_of
from bot.history.older import seal_older
from bot.history.verifying import Wanted
from storage import keyring
from tests.bot.history.conftest import TOLD, Hall

ERASE = "UPDATE ticket_events SET note = NULL, salt = NULL WHERE ticket_id = (SELECT min(id) FROM tickets)"


def run(hall: Hall, *statements: str) -> None:
    with hall.database.begin() as session:
        for statement in statements:
            session.execute(text(statement))


def test_erased_words_leave_the_chain_whole(hall: Hall) -> None:
    run(hall, ERASE)
    tally, problems = hall.counted()
    assert problems == []
    assert tally.erased == 2
    hall.add(hall.numbers[0], "lagi")
    assert hall.verify() == []


def test_nobody_can_guess_what_was_erased(hall: Hall) -> None:
    """The digest of known words is among a thousand wrong ones only for who has the salt."""
    with hall.database.read() as session:
        salts = session.execute(text("SELECT salt, digest FROM ticket_events WHERE salt IS NOT NULL")).all()
    run(hall, ERASE)
    said = f"{TOLD} 1"
    with hall.database.read() as session:
        rows = session.execute(text("SELECT * FROM ticket_events")).all()
    kept = b"".join(repr(value).encode() for row in rows for value in row)
    salt, digest = next((bytes(salt), digest) for salt, digest in salts if digest_of(bytes(salt), said) == digest)
    assert digest.encode() in kept
    assert repr(salt).encode()[2:-1] not in kept
    assert all(digest_of(guess, said) != digest for guess in (b"", bytes(16), b"0"))


def test_what_the_audit_tells_can_be_taken_away(hall: Hall) -> None:
    run(hall, "UPDATE audit_entries SET data = '{}', salt = NULL WHERE subject = 'page:checks'")
    tally, problems = hall.counted()
    assert problems == []
    assert tally.erased == 3


def test_words_can_be_encrypted_anew(hall: Hall) -> None:
    with hall.database.begin() as session:
        rows = session.execute(text("SELECT id, note FROM ticket_events WHERE note IS NOT NULL")).all()
        for row_id, note in rows:
            again = keyring.current().encrypt_bytes(keyring.current().decrypt_bytes(note))
            session.execute(
                text("UPDATE ticket_events SET note = :note WHERE id = :id"), {"note": again, "id": row_id}
            )
    assert hall.verify() == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ticket_events SET kind = 'x'",
        "UPDATE ticket_events SET at = '2026-01-01 00:00:00+00:00'",
        "UPDATE ticket_events SET data = '{}' WHERE kind = 'filed'",
        "UPDATE ticket_events SET agency = NULL",
        "UPDATE ticket_events SET note = salt WHERE note IS NULL AND kind = 'filed'",
        "UPDATE ticket_events SET link = NULL",
        "UPDATE ticket_events SET digest = NULL WHERE digest IS NOT NULL",
        "UPDATE ticket_events SET position = 7",
        "UPDATE ticket_events SET salt = digest || '' WHERE salt IS NOT NULL",
        "DELETE FROM ticket_events",
        "UPDATE audit_entries SET action = 'x'",
        "UPDATE audit_entries SET data = '{}' WHERE subject = 'page:checks'",
        "UPDATE audit_entries SET link = 'x'",
        "UPDATE audit_entries SET subject = ''",
        "DELETE FROM audit_entries",
    ],
)
def test_the_database_refuses_the_rest(hall: Hall, statement: str) -> None:
    if not hall.database.is_sqlite:
        statement = statement.replace("digest || ''", "convert_to(digest, 'UTF8')")
        statement = statement.replace("note = salt WHERE", "note = convert_to('x', 'UTF8') WHERE")
    else:
        statement = statement.replace("note = salt WHERE", "note = x'00' WHERE")
    with pytest.raises(DBAPIError, match="never changed"):
        run(hall, statement)
    assert hall.verify() == []


def test_a_ticket_s_history_goes_when_its_time_is_over(hall: Hall) -> None:
    anchors.make(hall.database, hall.clock.now())
    with hall.database.begin() as session:
        ending.end_tickets(session, hall.numbers[:1], hall.clock.now())
        session.execute(text("DELETE FROM ticket_events WHERE ticket_id = (SELECT min(id) FROM tickets)"))
        session.execute(
            text("UPDATE tickets SET anonymised_at = created_at WHERE number = :n"), {"n": hall.numbers[0]}
        )
    tally, problems = hall.counted()
    assert problems == []
    assert (tally.ended, tally.rows) == (1, 9)
    assert list(anchors.verify(hall.database)) == []
    with pytest.raises(DBAPIError, match="never changed"):
        run(hall, "DELETE FROM ticket_events")


def test_the_audit_of_past_months_goes(hall: Hall) -> None:
    now = hall.clock.now()
    hall.clock.move(days=10)
    hall.look("page:checks")
    hall.look("")
    with hall.database.begin() as session:
        first = ending.end_audit(session, hall.clock.now(), hall.clock.now())
        gone = session.execute(text("DELETE FROM audit_entries WHERE at < :first"), {"first": bound(hall, first)})
    assert now < first < hall.clock.now()
    assert gone.rowcount == 5  # type: ignore[attr-defined]
    assert hall.verify() == []
    with pytest.raises(DBAPIError, match="never changed"):
        run(hall, "DELETE FROM audit_entries")


def bound(hall: Hall, moment: object) -> object:
    return str(moment)[:19] if hall.database.is_sqlite else moment


# -- rows from before the chains ------------------------------------------------------------------------------


def as_before_the_chains(hall: Hall) -> None:
    hall.tamper(
        "UPDATE ticket_events SET link = NULL, position = NULL, salt = NULL, digest = NULL",
        "UPDATE audit_entries SET link = NULL, position = NULL, salt = NULL, digest = NULL",
        "DELETE FROM chains",
    )


def test_older_rows_are_counted_until_they_are_sealed(hall: Hall) -> None:
    as_before_the_chains(hall)
    hall.add(hall.numbers[0], "lagi")
    hall.look("page:checks")
    tally, problems = hall.counted()
    assert (problems, tally.rows, tally.unsealed) == ([], 2, 13)
    assert sum(seal_older(hall.database)) == 13
    tally, problems = hall.counted()
    assert (problems, tally.rows, tally.unsealed) == ([], 15, 0)
    assert sum(seal_older(hall.database)) == 0
    hall.add(hall.numbers[1], "lagi")
    assert hall.verify() == []


def test_sealing_goes_on_where_it_was_stopped(hall: Hall) -> None:
    hall.file(3)
    as_before_the_chains(hall)
    batches = seal_older(hall.database)
    next(batches)
    batches.close()
    assert len(hall.verify()) == 1  # stopped half-way
    hall.add(hall.numbers[0], "lagi")
    assert sum(seal_older(hall.database)) == 5
    tally, problems = hall.counted()
    assert (problems, tally.rows, tally.unsealed) == ([], 26, 0)


def test_sealed_afterwards_is_sealed_as_well(hall: Hall) -> None:
    as_before_the_chains(hall)
    list(seal_older(hall.database))
    run(hall, ERASE)
    assert hall.verify() == []
    run(hall, "UPDATE ticket_events SET kind = 'x' WHERE id = (SELECT min(id) FROM ticket_events)")
    (problem,) = hall.verify()
    assert problem.chain == f"before:ticket:{hall.numbers[0]}"


def test_what_was_put_in_later_is_not_sealed(hall: Hall) -> None:
    run(hall, "INSERT INTO audit_entries (at, action, subject, data) "
        "VALUES ('2026-11-24 00:00:00+00:00', 'looked', 'page:checks', '{}')")  # fmt: skip
    assert sum(seal_older(hall.database)) == 0
    assert len(hall.verify()) == 1
    assert sum(seal_older(hall.database, newer_too=True)) == 1
    assert hall.verify() == []


# -- anchors ------------------------------------------------------------------------------------------------------


def test_a_day_has_one_anchor_and_it_verifies(hall: Hall) -> None:
    first = anchors.make(hall.database, hall.clock.now())
    assert anchors.make(hall.database, hall.clock.now()) is None
    hall.clock.move(days=1)
    assert anchors.make(hall.database, hall.clock.now()) is None  # nothing has moved
    hall.add(hall.numbers[0], "lagi")
    second = anchors.make(hall.database, hall.clock.now() + timedelta(minutes=1))
    assert first is not None
    assert second is not None
    assert (len(first.leaves) // anchors.LEAF, len(second.leaves) // anchors.LEAF) == (5, 1)
    assert list(anchors.verify(hall.database, first.digest)) == []
    assert list(anchors.verify(hall.database, second.digest)) == []


def test_a_history_written_anew_as_a_whole_is_found_by_its_anchor(hall: Hall) -> None:
    """All rows, links and heads fit, for there is no key; what somebody outside holds does not."""
    first = anchors.make(hall.database, hall.clock.now())
    assert first is not None
    as_before_the_chains(hall)
    run(hall, "UPDATE ticket_events SET kind = 'withdraw' WHERE kind = 'added'")
    list(seal_older(hall.database))
    assert hall.verify() == []
    assert len(list(anchors.verify(hall.database))) == 1
    run(hall, "DELETE FROM anchors")
    anchors.make(hall.database, hall.clock.now())
    assert list(anchors.verify(hall.database)) == []
    (problem,) = anchors.verify(hall.database, first.digest)
    assert "rewritten" in problem.text


def test_a_chain_that_vanished_without_a_trace_is_found_by_its_anchor(hall: Hall) -> None:
    anchors.make(hall.database, hall.clock.now())
    hall.tamper("DELETE FROM audit_entries WHERE subject = ''", "DELETE FROM chains WHERE name LIKE 'audit:%:'")
    assert hall.verify(Wanted()) == []
    (problem,) = anchors.verify(hall.database)
    assert problem.text == "1 chains do not pass through where they stood that day"


def test_a_changed_anchor(hall: Hall) -> None:
    anchors.make(hall.database, hall.clock.now())
    run(hall, "UPDATE anchors SET event_id = event_id - 1")
    assert len(list(anchors.verify(hall.database))) == 2
