"""Keeping, changing, verifying and retiring standing answers: once, by whom, and nothing overwritten."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from bot.errors import NotFoundError, RefusedError
from bot.rulebook import Rulebook
from bot.standing import standing
from storage.database import Database
from storage.models import AuditEntry
from storage.queries import standing as queries
from tests.bot.standing.keeping import (
    ASKS,
    QUESTION,
    TOPIC,
    WITH_CHECK,
    WITH_HELPED,
    asked,
    keep,
    kept,
    person,
    row_of,
)
from tests.support.clock import MoveableClock
from tests.support.desk import Number, meaning


def test_kept_twice_is_kept_once(
    database: Database, rulebook: Rulebook, clock: MoveableClock, user_id: int
) -> None:
    for what in (kept(), asked()):
        first = keep(database, rulebook, what, user_id, clock.now())
        assert keep(database, rulebook, what, user_id, clock.now()) == first
    with database.read() as session:
        assert len(queries.current(session)) == 2


def test_a_second_answer_for_a_topic_is_refused(database: Database, rulebook: Rulebook, clock: MoveableClock,
                                                user_id: int) -> None:  # fmt: skip
    keep(database, rulebook, kept(), user_id, clock.now())
    with pytest.raises(RefusedError, match="sudah punya jawaban"):
        keep(database, rulebook, kept(text_id="Lain."), user_id, clock.now())


def test_two_at_the_same_moment_are_one(database: Database, rulebook: Rulebook, clock: MoveableClock,
                                        user_id: int) -> None:  # fmt: skip
    """The second looked before the first had committed; the database refuses it, and it is told so."""
    if database.is_sqlite:
        pytest.skip("SQLite lets one write at a time.")
    with database.begin() as slow:
        assert queries.of_topic(slow, TOPIC) is None
        keep(database, rulebook, kept(), user_id, clock.now())
        with pytest.raises(RefusedError, match="Rekan Anda"):
            standing._add(slow, kept(text_id="Lain."), user_id, clock.now())


def test_numbers_in_a_question_are_masked(database: Database, rulebook: Rulebook, clock: MoveableClock,
                                          user_id: int) -> None:  # fmt: skip
    what = replace(asked(), question="nomor saya 0812 3456 7890, kapan buka?")
    answer_id = keep(database, rulebook, what, user_id, clock.now())
    assert row_of(database, answer_id).question == "nomor saya [telepon], kapan buka?"
    assert keep(database, rulebook, what, user_id, clock.now()) == answer_id


def test_a_change_without_looking_at_the_source_is_to_be_verified(
    database: Database, rulebook: Rulebook, clock: MoveableClock, user_id: int
) -> None:
    answer_id = keep(database, rulebook, kept(), user_id, clock.now())
    other = person(database, clock, "dewi@jakarta.example")
    clock.move(minutes=1)
    with database.begin() as session:
        changed = kept(text_id="Baru.", verified=False)
        assert standing.change(session, rulebook, answer_id, changed, other, clock.now())
        assert not standing.change(session, rulebook, answer_id, changed, other, clock.now())
    row = row_of(database, answer_id)
    assert (row.text_id, row.verified_by, row.verified_at) == ("Baru.", None, None)
    with database.begin() as session:
        assert standing.verify(session, rulebook, answer_id, other, clock.now())
        assert not standing.verify(session, rulebook, answer_id, other, clock.now())
    row = row_of(database, answer_id)
    assert (row.verified_by, row.verified_at) == (other, clock.now())


def test_nothing_of_a_colleague_is_overwritten(database: Database, rulebook: Rulebook, clock: MoveableClock,
                                               user_id: int) -> None:  # fmt: skip
    answer_id = keep(database, rulebook, kept(verified=False), user_id, clock.now())
    seen = row_of(database, answer_id).updated_at
    with database.begin() as session:
        standing.change(session, rulebook, answer_id, kept(text_id="Dari Dewi."), user_id, clock.now(), seen)
    with database.begin() as session, pytest.raises(RefusedError, match="Rekan Anda"):
        standing.change(session, rulebook, answer_id, kept(text_id="Dari Rina."), user_id, clock.now(), seen)
    assert row_of(database, answer_id).text_id == "Dari Dewi."


def test_what_is_over_cannot_be_verified(database: Database, rulebook: Rulebook, clock: MoveableClock,
                                         user_id: int) -> None:  # fmt: skip
    what = kept(valid_until=date(2026, 11, 24), verified=False)
    answer_id = keep(database, rulebook, what, user_id, clock.now())
    clock.move(days=1)
    with database.begin() as session, pytest.raises(RefusedError, match="lewat"):
        standing.verify(session, rulebook, answer_id, user_id, clock.now())


def test_verifying_the_file_s_answer_keeps_a_copy(number: Number, user_id: int) -> None:
    number.rulebook = replace(number.rulebook, gives_unverified=False)
    asking = meaning("tanya", "ktp", faq=TOPIC)
    number.says(ASKS, asking)
    with number.database.begin() as session:
        assert standing.verify_filed(session, number.rulebook, TOPIC, user_id, number.clock.now())
        assert not standing.verify_filed(session, number.rulebook, TOPIC, user_id, number.clock.now())
    number.says(ASKS, asking)
    assert number.wordings() == ["handed_over_question", "answer"]
    with number.database.read() as session:
        row = queries.of_topic(session, TOPIC)
        assert row is not None
        filed = number.rulebook.wording.answers[TOPIC]
        assert (row.valid_until, row.source, row.verified_by) == (filed.valid_until, filed.source, user_id)


@pytest.mark.parametrize("topic", ["cara_lapor", WITH_HELPED])
def test_every_answer_of_the_files_can_be_verified(
    sqlite_database: Database, rulebook: Rulebook, clock: MoveableClock, topic: str
) -> None:
    user_id = person(sqlite_database, clock, "rina@jakarta.example")
    with sqlite_database.begin() as session:
        for each in (topic, *rulebook.wording.answers):
            standing.verify_filed(session, rulebook, each, user_id, clock.now())
        assert len(queries.for_topics(session)) == len(rulebook.wording.answers)
        with pytest.raises(NotFoundError):
            standing.verify_filed(session, rulebook, "tidak_ada", user_id, clock.now())


def test_a_retired_one_can_be_neither_changed_nor_verified(
    database: Database, rulebook: Rulebook, clock: MoveableClock, user_id: int
) -> None:
    answer_id = keep(database, rulebook, kept(), user_id, clock.now())
    with database.begin() as session:
        assert standing.retire(session, answer_id, user_id, clock.now())
        assert not standing.retire(session, answer_id, user_id, clock.now())
        with pytest.raises(NotFoundError):
            standing.change(session, rulebook, answer_id, kept(), user_id, clock.now())
        with pytest.raises(NotFoundError):
            standing.verify(session, rulebook, answer_id, user_id, clock.now())
    assert keep(database, rulebook, kept(), user_id, clock.now()) != answer_id


def test_every_step_is_in_the_audit_and_a_citizen_s_words_are_not(
    database: Database, rulebook: Rulebook, clock: MoveableClock, user_id: int
) -> None:
    answer_id = keep(database, rulebook, kept(verified=False), user_id, clock.now())
    with database.begin() as session:
        standing.verify(session, rulebook, answer_id, user_id, clock.now())
        standing.change(session, rulebook, answer_id, kept(text_id="Lain."), user_id, clock.now())
        standing.retire(session, answer_id, user_id, clock.now())
        own = standing.keep(session, rulebook, asked(), user_id, clock.now())
    with database.read() as session:
        history = queries.history(session, f"topic:{TOPIC}", standing.HISTORY, 10)
        assert [entry.action for entry, _ in history] == [
            "answer_retired", "answer_changed", "answer_verified", "answer_kept",
        ]  # fmt: skip
        assert {who for _, who in history} == {"rina@jakarta.example"}
        assert history[1][0].data["text_id"] == "Lain."
        entry = session.scalars(select(AuditEntry).where(AuditEntry.subject == f"answer:{own.id}")).one()
        assert not {QUESTION, own.text_id} & {str(value) for value in entry.data.values()}


def test_similar_questions_are_found_by_their_words(database: Database, rulebook: Rulebook, clock: MoveableClock,
                                                    user_id: int) -> None:  # fmt: skip
    now = clock.now()
    library = keep(database, rulebook, asked(), user_id, now)
    keep(database, rulebook, replace(asked(), question="Berapa tarif parkir di Monas?"), user_id, now)
    gone = keep(database, rulebook, replace(asked(), question="perpustakaan kota buka Minggu?"), user_id, now)
    keep(database, rulebook, kept(), user_id, now)
    with database.begin() as session:
        standing.retire(session, gone, user_id, now)
    with database.read() as session:
        found = queries.similar(session, "perpustakaan hari minggu buka ngga ya", 5)
        assert [row.id for row in found] == [library]
        assert queries.similar(session, "", 5) == []
        assert queries.similar(session, "lampu jalan mati di Tebet", 5) == []


def test_what_ends_soon_comes_first(database: Database, rulebook: Rulebook, clock: MoveableClock,
                                    user_id: int) -> None:  # fmt: skip
    today = date(2026, 11, 24)
    later = keep(database, rulebook, kept(valid_until=today + timedelta(30)), user_id, clock.now())
    keep(database, rulebook, kept(topic=WITH_CHECK, valid_until=today + timedelta(31)), user_id, clock.now())
    first = keep(database, rulebook, asked(valid_until=today), user_id, clock.now())
    with database.read() as session:
        assert [row.id for row in queries.expiring(session, today + timedelta(30))] == [first, later]
        assert [row.topic for row in queries.current(session)] == [TOPIC, WITH_CHECK, None]
