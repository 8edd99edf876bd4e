"""Whatever is changed behind the system's back is found; what is erased as it should be is not."""

import pytest
from sqlalchemy import text

from bot.history.verifying import Wanted
from tests.bot.history.conftest import Hall


def test_what_was_written_verifies(hall: Hall) -> None:
    tally, problems = hall.counted()
    assert problems == []
    assert (tally.rows, tally.chains, tally.unsealed, tally.erased) == (13, 5, 0, 0)
    assert tally.problems == 0


# {first}, {second}, ... are the rows of the first ticket; {other} is the last row of the second.
CHANGES = {
    "ticket_events": {
        "at": "'2026-11-01 00:00:00+00:00'",
        "kind": "'withdraw'",
        "actor": "'user:1'",
        "status": "'done'",
        "agency": "'other'",
        "agency gone": "NULL",
        "data": "'{{\"stars\": 1}}'",
        "salt": "NULL",
        "digest": "'00'",
        "digest gone": "NULL",
        "link": "'00'",
        "link gone": "NULL",
        "position": "77",
        "position gone": "NULL",
        "note": "NULL",
    },
    "audit_entries": {
        "at": "'2026-11-01 00:00:00+00:00'",
        "action": "'exported'",
        "subject": "'page:other'",
        "data": "'{{}}'",
        "salt": "NULL",
        "digest": "'00'",
        "link": "'00'",
        "position": "2",
    },
}


@pytest.mark.parametrize("row", [0, 1, 3])
@pytest.mark.parametrize("column", CHANGES["ticket_events"])
def test_every_column_of_a_ticket_s_history(hall: Hall, column: str, row: int) -> None:
    ids = event_ids(hall, 0)
    name, value = column.split()[0], CHANGES["ticket_events"][column].replace("{{", "{").replace("}}", "}")
    if row == 0 and name in ("note", "salt"):
        pytest.skip("the first row says nothing that could be taken away")
    if row == 0 and column == "digest gone":
        pytest.skip("it has none")
    hall.tamper(f"UPDATE ticket_events SET {name} = {value} WHERE id = {ids[row]}")
    assert hall.verify(), f"{column} of row {row}"
    assert hall.verify(Wanted(number=hall.numbers[0]))
    assert hall.verify(Wanted(number=hall.numbers[1])) == []


@pytest.mark.parametrize("column", CHANGES["audit_entries"])
def test_every_column_of_the_audit(hall: Hall, column: str) -> None:
    value = CHANGES["audit_entries"][column].replace("{{", "{").replace("}}", "}")
    ids = audit_ids(hall)
    hall.tamper(f"UPDATE audit_entries SET {column} = {value} WHERE id = {ids[1 if column != 'position' else 0]}")
    assert hall.verify()


def test_words_put_where_there_were_none(hall: Hall) -> None:
    ids = event_ids(hall, 0)
    hall.tamper(f"UPDATE ticket_events SET note = (SELECT note FROM ticket_events WHERE id = {ids[1]}) "
                f"WHERE id = {ids[2]}")  # fmt: skip
    assert [problem.text for problem in hall.verify()] == [
        f"words were put into row {ids[2]}, or its salt was taken"
    ]


@pytest.mark.parametrize(("row", "sentence"), [
    (0, "row number 1 is missing before row"),
    (1, "row number 2 is missing before row"),
    (3, "its last 1 of 4 rows are missing"),
])  # fmt: skip
def test_a_row_less(hall: Hall, row: int, sentence: str) -> None:
    hall.tamper(f"DELETE FROM ticket_events WHERE id = {event_ids(hall, 0)[row]}")
    (problem,) = hall.verify()
    assert sentence in problem.text
    assert problem.chain == f"ticket:{hall.numbers[0]}"


def test_a_last_row_less_and_the_length_put_right(hall: Hall) -> None:
    hall.tamper(f"DELETE FROM ticket_events WHERE id = {event_ids(hall, 0)[3]}",
                f"UPDATE chains SET length = 3 WHERE name = 'ticket:{hall.numbers[0]}'")  # fmt: skip
    assert [problem.text for problem in hall.verify()] == ["its head is not the link of its last row"]


COPIED = "at, kind, actor, status, agency, note, data, salt, digest, link, position"
# What somebody does with the first ticket's rows a to d, the second's e to h, and the audit's m to q.
AFTERWARDS = {
    "a row put in without a link": (
        "INSERT INTO ticket_events (id, ticket_id, at, kind, actor, status, data) "
        "SELECT 900, ticket_id, at, 'withdraw', actor, status, data FROM ticket_events WHERE id = {b}"
    ),
    "a row put in with another's link": (
        f"INSERT INTO ticket_events (id, ticket_id, {COPIED}) SELECT 900, ticket_id, {COPIED} FROM ticket_events "
        "WHERE id = {b}"
    ),
    "a row put in behind the end": (
        "INSERT INTO ticket_events (id, ticket_id, at, kind, actor, status, data, link, position) "
        "SELECT 900, ticket_id, at, 'withdraw', actor, status, data, 'beef', 5 FROM ticket_events WHERE id = {b}"
    ),
    "two rows swapped": (
        "UPDATE ticket_events SET id = 901 WHERE id = {b}; UPDATE ticket_events SET id = {b} WHERE id = {c}; "
        "UPDATE ticket_events SET id = {c} WHERE id = 901"
    ),
    "two places swapped": (
        "UPDATE ticket_events SET position = 3 WHERE id = {b}; "
        "UPDATE ticket_events SET position = 2 WHERE id = {c}"
    ),
    "a row given to another ticket": "UPDATE ticket_events SET ticket_id = {second} WHERE id = {d}",
    "the whole history of another ticket": (
        "DELETE FROM ticket_events WHERE ticket_id = {first}; "
        f"INSERT INTO ticket_events (id, ticket_id, {COPIED}) SELECT id + 900, {{first}}, {COPIED} "
        "FROM ticket_events WHERE ticket_id = {second}; "
        "UPDATE chains SET head = (SELECT head FROM chains WHERE name = 'ticket:{number2}') "
        "WHERE name = 'ticket:{number}'"
    ),
    "all rows of a ticket": "DELETE FROM ticket_events WHERE ticket_id = {first}",
    "the chain's row": "DELETE FROM chains WHERE name = 'ticket:{number}'",
    "the chain's head": "UPDATE chains SET head = 'beef' WHERE name = 'ticket:{number}'",
    "the chain's length": "UPDATE chains SET length = 3 WHERE name = 'ticket:{number}'",
    "a chain that nobody has": "INSERT INTO chains (name, head, length) VALUES ('ticket:JK-000000-0', 'x', 1)",
    "a chain declared over": (
        "UPDATE chains SET ended_at = '2026-11-24 00:00:00+00:00' WHERE name = 'ticket:{number}'"
    ),
    "a history deleted as if its time were over": (
        "UPDATE chains SET ended_at = '2026-11-24 00:00:00+00:00' WHERE name = 'ticket:{number}'; "
        "DELETE FROM ticket_events WHERE ticket_id = {first}"
    ),
    "links and chain taken away, as if it were older": (
        "UPDATE ticket_events SET link = NULL, position = NULL WHERE ticket_id = {second}; "
        "DELETE FROM chains WHERE name = 'ticket:{number2}'"
    ),
    "a row of the audit": "DELETE FROM audit_entries WHERE id = {m}",
    "the last row of the audit about a page": "DELETE FROM audit_entries WHERE id = {q}",
    "all that the audit has about a ticket": "DELETE FROM audit_entries WHERE subject = 'ticket:{number}'",
    "all that the audit has about nothing": "DELETE FROM audit_entries WHERE subject = ''",
    "the audit's rows swapped": (
        "UPDATE audit_entries SET id = 901 WHERE id = {m}; UPDATE audit_entries SET id = {m} WHERE id = {n}; "
        "UPDATE audit_entries SET id = {n} WHERE id = 901"
    ),
    "words that no key opens": "UPDATE ticket_events SET note = salt WHERE id = {b}",
}


@pytest.mark.parametrize("deed", AFTERWARDS)
def test_whatever_somebody_does(hall: Hall, deed: str) -> None:
    names = dict(zip("abcdefghmnopq", [*event_ids(hall, 0), *event_ids(hall, 1), *audit_ids(hall)], strict=True))
    first, second = ticket_ids(hall)
    values = {**names, "first": first, "second": second, "number": hall.numbers[0], "number2": hall.numbers[1]}
    hall.tamper(*AFTERWARDS[deed].format(**values).split("; "))
    assert hall.verify(), deed


def event_ids(hall: Hall, which: int) -> list[int]:
    with hall.database.read() as session:
        theirs = "SELECT e.id FROM ticket_events e JOIN tickets t ON t.id = e.ticket_id"
        rows = text(f"{theirs} WHERE t.number = :number ORDER BY e.id")
        return list(session.scalars(rows, {"number": hall.numbers[which]}))


def audit_ids(hall: Hall) -> list[int]:
    with hall.database.read() as session:
        return list(session.scalars(text("SELECT id FROM audit_entries ORDER BY id")))


def ticket_ids(hall: Hall) -> list[int]:
    with hall.database.read() as session:
        return list(session.scalars(text("SELECT id FROM tickets ORDER BY id")))
