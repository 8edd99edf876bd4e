"""Standing answers that people keep: what is refused, what counts, and that the next citizen gets it."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.errors import NotFoundError, RefusedError
from bot.rulebook import Rulebook
from bot.standing import standing
from bot.standing.kept import CurrentRulebook, with_kept
from bot.standing.standing import Kept
from storage.database import Database
from storage.models import AuditEntry, StandingAnswer, User
from storage.queries import standing as queries
from tests.support.clock import MoveableClock
from tests.support.desk import Number, meaning
from tests.support.statements import statements_of

TOPIC = "ktp_baru"
WITH_CHECK = "ktp_status"
WITH_HELPED = "ktp_hilang"
NEW_TEXT = "KTP pertama sekarang bisa dibuat di mal pelayanan, gratis. Bawa KK."
QUESTION = "Apakah perpustakaan kota buka hari Minggu?"
ASKS = "cara bikin KTP pertama gimana"


def kept(**more: Any) -> Kept:
    """An answer as somebody would type it."""
    values: dict[str, Any] = {
        "topic": TOPIC,
        "text_id": NEW_TEXT,
        "text_en": "A first KTP is made at the service mall, free of charge. Bring your KK.",
        "owner": "dukcapil",
        "source": "Pengumuman Dukcapil 12/2026",
        "valid_until": date(2027, 6, 30),
        "verified": True,
    }
    return Kept(**{**values, **more})


def asked(**more: Any) -> Kept:
    """An answer to a question of its own."""
    return kept(topic=None, question=QUESTION, text_id="Ya, pukul 9 sampai 15.", text_en=None, **more)


@pytest.fixture
def number(database: Database, rulebook: Rulebook, clock: MoveableClock) -> Iterator[Number]:
    with ThreadPoolExecutor(1) as pool:
        yield Number(database, rulebook, clock, pool)


@pytest.fixture
def user_id(database: Database, clock: MoveableClock) -> int:
    return person(database, clock, "rina@jakarta.example")


def person(database: Database, clock: MoveableClock, email: str) -> int:
    with database.begin() as session:
        user = User(email=email, password_hash="-", created_at=clock.now())
        session.add(user)
        session.flush()
        return user.id


def keep(database: Database, rulebook: Rulebook, what: Kept, user_id: int, now: datetime) -> int:
    with database.begin() as session:
        return standing.keep(session, rulebook, what, user_id, now).id


def row_of(database: Database, answer_id: int) -> StandingAnswer:
    with database.read() as session:
        return session.get_one(StandingAnswer, answer_id)


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
