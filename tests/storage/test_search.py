"""Searching: what is found, that texts which are gone are found no more, and that their letters leave the file."""

from typing import Any

import pytest
from sqlalchemy import delete, insert, select, update

from bot.following import search_upkeep
from bot.rulebook import Rulebook
from storage.database import Database
from storage.models import Ticket
from storage.queries import search
from tests.support.clock import MoveableClock
from tests.support.rows import one_in_every_table
from tests.support.statements import statements_of

SECRET, PART = "zqxjvwk", b"qxj"
STORIES = {
    "JK-7Q2M9X-4": "Sampah menumpuk di RT 05,\nRW 03 Tebet; bau 100% menyengat",
    "JK-8K3N1B-7": 'Persampahan "liar" 50_50 di kali',
    "JK-0A1B2C-9": "Lampu mati sejak kemarin malam",
    "JK-ZZZZZZ-1": f"Ada rahasia {SECRET} di sini",
}


@pytest.fixture
def city(database: Database) -> Database:
    """Some tickets and nothing else that is searched."""
    with database.begin() as session:
        one_in_every_table(session)
        model = session.get_one(Ticket, 1)
        copied: dict[str, Any] = {c.key: getattr(model, c.key) for c in Ticket.__mapper__.column_attrs}
        del copied["id"]
        rows = [{**copied, "number": number, "masked_story": story} for number, story in STORIES.items()]
        session.execute(insert(Ticket), rows)
    return database


def found(database: Database, *words: str) -> set[str]:
    """The last parts of the numbers; both ways to look must say the same."""
    with database.read() as session:
        by_text = select(Ticket.number).where(*(search.has(word) for word in words))
        numbers = set(session.scalars(by_text))
        if search.is_indexed_apart(session):
            by_index = search.joined(select(Ticket.number)).where(search.matches(words))
            assert set(session.scalars(by_index)) == numbers, words
    return {number.rpartition("-")[2] for number in numbers}


@pytest.mark.parametrize(
    ("words", "numbers"),
    [
        ("sampah", "47"),  # inside of a word, too
        ("SAMPAH", "47"),
        ("ampa", "47"),
        ("sampah kali", "7"),
        ("rt", "4"),
        ("rw", "4"),  # behind the end of a line
        ("05", "4"),
        ("t", ""),  # a letter that stands alone
        ("100%", "4"),
        ("50_50", "7"),
        ("50x50", ""),
        ("_", ""),
        ("%", ""),
        ('"liar"', "7"),
        ('"', ""),
        ("lampu OR sampah", ""),  # no language of its own
        ("lamp*", ""),
        ("words:lampu", ""),
        ("7q2m", "4"),
        ("JK-0A1B2C-9", "9"),
        ("2m9x-4", "4"),
        ("khayal", ""),
    ],
)
def test_every_word_stands_in_the_text_or_the_number(city: Database, words: str, numbers: str) -> None:
    assert found(city, *words.split()) == set(numbers)


def test_what_is_added_changed_and_deleted_is_known_at_once(city: Database) -> None:
    ticket = Ticket.number == "JK-0A1B2C-9"
    with city.begin() as session:
        session.execute(update(Ticket).where(ticket).values(masked_story="Lampu mati. Sudah dicek gardunya"))
    assert found(city, "gardu") == {"9"}
    with city.begin() as session:
        session.execute(update(Ticket).where(ticket).values(masked_story=""))
    assert found(city, "lampu") == set()
    assert found(city, "0a1b2c") == {"9"}
    with city.begin() as session:
        session.execute(delete(Ticket).where(ticket))
    assert found(city, "0a1b2c") == set()


@pytest.mark.parametrize("how", ["erased", "deleted"])
def test_no_letter_of_what_was_taken_away_stays_in_the_file(
    city: Database, rulebook: Rulebook, clock: MoveableClock, how: str
) -> None:
    gone = Ticket.number == "JK-ZZZZZZ-1"
    with city.begin() as session:
        session.execute(delete(Ticket).where(gone) if how == "deleted" else update(Ticket).where(gone).values(
            masked_story=""))  # fmt: skip
    assert found(city, SECRET) == set()
    steps = search_upkeep.run_due(city, rulebook, clock.now())
    assert search_upkeep.run_due(city, rulebook, clock.now()) == 0, "it comes to an end"
    if not city.is_sqlite:
        assert steps == 0
        return
    assert steps > 0
    assert PART not in pages_of_index(city)
    assert found(city, "lampu") == {"9"}, "the others are still found"


def test_letters_stay_until_they_are_put_out(city: Database) -> None:
    """That the test above looks in the right place."""
    if city.is_sqlite:
        with city.begin() as session:
            session.execute(update(Ticket).where(Ticket.number == "JK-ZZZZZZ-1").values(masked_story=""))
        assert PART in pages_of_index(city)


def pages_of_index(database: Database) -> bytes:
    """All that the index keeps, also what it holds for gone."""
    with database.engine.connect() as connection:
        return b"".join(row[0] for row in connection.exec_driver_sql("SELECT block FROM tickets_search_data"))


def test_nothing_is_written_anew_where_nothing_was_taken_away(
    city: Database, rulebook: Rulebook, clock: MoveableClock
) -> None:
    with city.begin() as session:
        grown = Ticket.masked_story.concat(" lagi")
        session.execute(update(Ticket).where(Ticket.number == "JK-0A1B2C-9").values(masked_story=grown))
    with statements_of(city) as statements:
        assert search_upkeep.run_due(city, rulebook, clock.now()) == 0
    assert not [one for one in statements if "merge" in one]
