"""Standing answers that people keep: what is refused, what counts, and that the next citizen gets it."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from bot.errors import RefusedError
from bot.rulebook import Rulebook
from bot.standing import standing
from bot.standing.kept import CurrentRulebook, with_kept
from storage.database import Database
from storage.queries import standing as queries
from tests.bot.standing.keeping import (
    ASKS,
    NEW_TEXT,
    QUESTION,
    TOPIC,
    WITH_CHECK,
    WITH_HELPED,
    asked,
    keep,
    kept,
    person,
)
from tests.support.clock import MoveableClock
from tests.support.desk import Number, meaning
from tests.support.statements import statements_of


def test_the_next_citizen_gets_what_was_kept(number: Number, user_id: int) -> None:
    asking = meaning("tanya", "ktp", faq=TOPIC)
    assert "loket Dukcapil kelurahan" in number.says(ASKS, asking)[0]
    answer_id = keep(number.database, number.rulebook, kept(), user_id, number.clock.now())
    assert NEW_TEXT in number.says(ASKS, asking)[0]
    with number.database.begin() as session:
        standing.retire(session, answer_id, user_id, number.clock.now())
    assert "loket Dukcapil kelurahan" in number.says(ASKS, asking)[0]


def test_one_worker_notices_every_change_while_the_clock_stands(number: Number, user_id: int) -> None:
    """A worker that goes on running, and changes within the same moment."""
    now, database, rulebook = number.clock.now(), number.database, number.rulebook
    current = CurrentRulebook(rulebook)
    answer_id = keep(database, rulebook, kept(), user_id, now)
    seen = [_said(database, current)]
    for text in ("Jawaban kedua.", "Jawaban ketiga."):
        with database.begin() as session:
            assert standing.change(session, rulebook, answer_id, kept(text_id=text), user_id, now)
        seen.append(_said(database, current))
    assert seen == [NEW_TEXT, "Jawaban kedua.", "Jawaban ketiga."]


def _said(database: Database, current: CurrentRulebook) -> str:
    with database.read() as session:
        current.refresh(session)
    return current.value.wording.answer(TOPIC, "id")


def test_looking_whether_something_changed_is_one_statement(
    sqlite_database: Database, rulebook: Rulebook, clock: MoveableClock
) -> None:
    user_id = person(sqlite_database, clock, "rina@jakarta.example")
    current = CurrentRulebook(rulebook)
    keep(sqlite_database, rulebook, kept(), user_id, clock.now())
    _said(sqlite_database, current)
    before = current.value
    with statements_of(sqlite_database) as statements:
        _said(sqlite_database, current)
    assert len(statements) == 1
    assert current.value is before


def test_an_expired_one_becomes_a_question_and_the_old_file_is_no_way_out(number: Number, user_id: int) -> None:
    keep(number.database, number.rulebook, kept(valid_until=date(2026, 11, 24)), user_id, number.clock.now())
    asking = meaning("tanya", "ktp", faq=TOPIC)
    assert NEW_TEXT in number.says(ASKS, asking)[0]
    number.clock.move(days=1)
    assert number.says(ASKS, asking, who="sim:2")
    assert number.wordings("sim:2") == ["handed_over_question"]


@pytest.mark.parametrize(("verified", "wording"), [(True, "answer"), (False, "handed_over_question")])
def test_only_verified_ones_are_given_where_the_installation_says_so(
    number: Number, user_id: int, verified: bool, wording: str
) -> None:
    number.rulebook = replace(number.rulebook, gives_unverified=False)
    keep(number.database, number.rulebook, kept(verified=verified), user_id, number.clock.now())
    number.says(ASKS, meaning("tanya", "ktp", faq=TOPIC))
    assert number.wordings() == [wording]


def test_a_check_question_is_still_asked_first(number: Number, user_id: int) -> None:
    what = kept(topic=WITH_CHECK, text_id="Tanyakan di loket tempat Anda rekam.")
    keep(number.database, number.rulebook, what, user_id, number.clock.now())
    said = number.says("KTP saya kok belum jadi", meaning("tanya", "ktp", faq=WITH_CHECK))
    assert "sudah direkam" in said[0]
    number.says("belum", meaning("tolak"))
    assert number.wordings() == ["check_first", "check_do"]


def test_it_is_still_asked_whether_the_answer_was_of_use(number: Number, user_id: int) -> None:
    what = kept(topic=WITH_HELPED, text_id="Buat surat kehilangan dulu, lalu ke kelurahan.")
    keep(number.database, number.rulebook, what, user_id, number.clock.now())
    said = number.says("KTP saya hilang", meaning("tanya", "ktp", faq=WITH_HELPED))
    assert "Buat surat kehilangan dulu, lalu ke kelurahan." in said[0]
    assert "Terbantu?" in said[0]


def test_what_goes_with_a_topic_stays_the_file_s(rulebook: Rulebook, database: Database, clock: MoveableClock,
                                                 user_id: int) -> None:  # fmt: skip
    keep(database, rulebook, kept(topic=WITH_CHECK), user_id, clock.now())
    with database.read() as session:
        now = with_kept(rulebook, queries.for_topics(session))
    before = rulebook.wording.answers[WITH_CHECK]
    after = now.wording.answers[WITH_CHECK]
    assert (after.check, after.helped, after.service) == (before.check, before.helped, before.service)
    assert after.text["id"] == NEW_TEXT
    assert now.advice == rulebook.advice
    assert rulebook.wording.answers[WITH_CHECK] is before


def test_without_english_the_indonesian_is_given(rulebook: Rulebook, database: Database, clock: MoveableClock,
                                                 user_id: int) -> None:  # fmt: skip
    keep(database, rulebook, kept(text_en="  "), user_id, clock.now())
    with database.read() as session:
        now = with_kept(rulebook, queries.for_topics(session))
    assert now.wording.answer(TOPIC, "en") == NEW_TEXT


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"text_id": " \r\n "}, "bahasa Indonesia"),
        ({"text_id": "x" * 307}, "3 SMS"),
        ({"text_id": "да" * 70}, "3 SMS"),
        ({"text_en": "x" * 307}, "bahasa Inggris menjadi 3 SMS"),
        ({"source": ""}, "sumbernya"),
        ({"source": "x" * 501}, "sumbernya"),
        ({"owner": "dinas_khayal"}, "instansi"),
        ({"owner": ""}, "instansi"),
        ({"valid_until": date(2026, 11, 23)}, "sudah lewat"),
        ({"valid_until": date(2206, 11, 23)}, "paling lama 5 tahun"),
        ({"topic": "tidak_ada"}, "tidak ada"),
        ({"question": QUESTION}, "salah satu"),
        ({"topic": None}, "salah satu"),
        ({"topic": "", "question": "  "}, "salah satu"),
        ({"topic": None, "question": "x" * 1001}, "1000 huruf"),
    ],
)
def test_what_cannot_be_given_is_refused_in_one_sentence(
    sqlite_database: Database, rulebook: Rulebook, clock: MoveableClock, wrong: dict[str, Any], reason: str
) -> None:
    user_id = person(sqlite_database, clock, "rina@jakarta.example")
    with pytest.raises(RefusedError, match=reason) as refusal:
        keep(sqlite_database, rulebook, kept(**wrong), user_id, clock.now())
    assert "\n" not in str(refusal.value)
    with sqlite_database.read() as session:
        assert not queries.current(session)


def test_the_question_behind_an_answer_counts_for_its_length(
    sqlite_database: Database, rulebook: Rulebook, clock: MoveableClock
) -> None:
    user_id = person(sqlite_database, clock, "rina@jakarta.example")
    keep(sqlite_database, rulebook, kept(text_id="x" * 306), user_id, clock.now())
    with pytest.raises(RefusedError, match="3 SMS"):
        keep(sqlite_database, rulebook, kept(topic=WITH_HELPED, text_id="x" * 306), user_id, clock.now())


def test_the_last_day_is_the_city_s(rulebook: Rulebook, sqlite_database: Database, clock: MoveableClock) -> None:
    """23.30 in Jakarta is still the day before in London."""
    user_id = person(sqlite_database, clock, "rina@jakarta.example")
    clock.move(hours=13, minutes=30)
    keep(sqlite_database, rulebook, kept(valid_until=date(2026, 11, 24)), user_id, clock.now())
    clock.move(hours=1)
    with pytest.raises(RefusedError, match="lewat"):
        keep(sqlite_database, rulebook, asked(valid_until=date(2026, 11, 24)), user_id, clock.now())
