"""Ready sentences: what may stand in braces, filling them in, keeping them; and those that come with the city."""

from datetime import timedelta
from pathlib import Path

import pytest

from bot.errors import ConfigError, NotFoundError, RefusedError
from bot.rulebook import Rulebook
from bot.segments import foreign_characters, segments
from bot.standing import canned
from bot.wording.plain_text import MOST_SEGMENTS
from storage.database import Database
from storage.models import User
from storage.queries import canned as queries
from tests.support.clock import MoveableClock
from tests.support.desk import Number, meaning

TEXT = "Halo, laporan {number} ada di {agency}."


@pytest.fixture
def user_id(database: Database, clock: MoveableClock) -> int:
    with database.begin() as session:
        user = User(email="rina@jakarta.example", password_hash="-", created_at=clock.now())
        session.add(user)
        session.flush()
        return user.id


def add(database: Database, rulebook: Rulebook, clock: MoveableClock, user_id: int, title: str = "Sampai",
        text: str = TEXT) -> bool:  # fmt: skip
    with database.begin() as session:
        return canned.add(session, rulebook, title, text, user_id, clock.now())


def titles(database: Database) -> list[str]:
    with database.read() as session:
        return [row.title for row in queries.current(session)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{number} dan {number}", "JK-1 dan JK-1"),
        ("{ agency }", "Dinas {number}"),
        ("tanpa isian", "tanpa isian"),
        ("{deadline} {0} {number!r} {", "{deadline} {0} {number!r} {"),
        ("", ""),
    ],
)
def test_filling_in_replaces_what_is_known_once(text: str, expected: str) -> None:
    assert canned.filled(text, {"number": "JK-1", "agency": "Dinas {number}"}) == expected


def test_every_variable_has_a_value_for_a_ticket(number: Number) -> None:
    number.says("jalan berlubang di Jl. Melati", meaning("lapor", "jalan_rusak", place="Jl. Melati"))
    with number.newest_ticket() as (_, ticket):
        values = canned.values_of(number.rulebook, ticket, number.clock.now(), "Rina Hartati")
        assert tuple(values) == canned.VARIABLES
        assert values == {
            "number": ticket.number,
            "service": "Jalan rusak",
            "agency": "Dinas Bina Marga",
            "deadline": "Selasa 1 Desember",
            "coordinator": "Rina Hartati",
            "hours": "pada hari kerja 07.30-16.00",
        }
        ticket.expected_on = ticket.solve_by + timedelta(days=1)
        ticket.conversation.language = "en"
        values = canned.values_of(number.rulebook, ticket, number.clock.now())
    assert (values["deadline"], values["coordinator"]) == ("Wednesday 2 December", "Koordinator pengaduan")


def test_of_a_sealed_ticket_neither_kind_nor_agency_is_told(number: Number) -> None:
    number.says("jalan berlubang di Jl. Melati", meaning("lapor", "jalan_rusak", place="Jl. Melati"))
    with number.newest_ticket() as (_, ticket):
        ticket.sealed, ticket.service, ticket.agency = True, "perempuan_anak", "dppapp"
        values = canned.values_of(number.rulebook, ticket, number.clock.now())
    told = " ".join(values.values())
    assert "Perlindungan" not in told
    assert "Pemberdayaan" not in told


@pytest.mark.parametrize(
    ("title", "text", "why"),
    [
        ("", TEXT, "Tulis judul"),
        ("x" * 61, TEXT, "Tulis judul"),
        ("Judul", " \n ", "Tulis kalimatnya"),
        (
            "Judul",
            "Halo {nama}, {phone}",
            r"\{nama\}, \{phone\} tidak dikenal; yang bisa dipakai: \{number\}, \{serv",
        ),
        ("Judul", "Halo {number!r}", "tidak dikenal"),
        ("Judul", "Halo {number.__class__}", "tidak dikenal"),
        ("Judul", "Halo {}", "tidak dikenal"),
        ("Judul", "Halo {number", "Kurung kurawal"),
        ("Judul", "Halo {{number}}", "Kurung kurawal"),
        ("Judul", "x" * 307, "3 SMS"),
        ("Judul", "{agency} " * 20, "SMS"),
    ],
)
def test_what_cannot_be_filled_in_is_refused(
    sqlite_database: Database, rulebook: Rulebook, clock: MoveableClock, title: str, text: str, why: str
) -> None:
    with pytest.raises(RefusedError, match=why) as refusal:
        add(sqlite_database, rulebook, clock, 1, title, text)
    assert "\n" not in str(refusal.value)
    assert titles(sqlite_database) == []


def test_one_is_kept_once_and_a_title_names_one(database: Database, rulebook: Rulebook, clock: MoveableClock,
                                                user_id: int) -> None:  # fmt: skip
    assert add(database, rulebook, clock, user_id)
    assert not add(database, rulebook, clock, user_id, " Sampai ", "Halo, laporan { number } ada di {agency}.\r\n")
    with pytest.raises(RefusedError, match="sudah dipakai"):
        add(database, rulebook, clock, user_id, "SAMPAI", "Lain.")
    assert titles(database) == ["Sampai"]


def test_changing_and_retiring(database: Database, rulebook: Rulebook, clock: MoveableClock, user_id: int) -> None:
    add(database, rulebook, clock, user_id)
    add(database, rulebook, clock, user_id, "Anjing", "Lain.")
    assert titles(database) == ["Anjing", "Sampai"]
    with database.begin() as session:
        row = queries.titled(session, "sampai")
        assert row is not None
        seen, later = row.updated_at, clock.move(minutes=1)
        assert canned.change(session, rulebook, row.id, "Sampai", "Baru.", later, seen)
        assert not canned.change(session, rulebook, row.id, "Sampai", "Baru.", later, seen)
        with pytest.raises(RefusedError, match="Rekan Anda"):
            canned.change(session, rulebook, row.id, "Sampai", "Lagi.", later, seen)
        with pytest.raises(RefusedError, match="sudah dipakai"):
            canned.change(session, rulebook, row.id, "anjing", "Baru.", later)
        assert canned.retire(session, row.id, later)
        assert not canned.retire(session, row.id, later)
        with pytest.raises(NotFoundError):
            canned.change(session, rulebook, row.id, "Sampai", "Baru.", later)
    assert titles(database) == ["Anjing"]
    assert add(database, rulebook, clock, user_id)


def test_the_samples_are_kept_once_and_what_is_there_stays(
    database: Database, rulebook: Rulebook, clock: MoveableClock, user_id: int
) -> None:
    first = canned.samples(rulebook.texts)[0]
    add(database, rulebook, clock, user_id, first.title.upper(), "Yang kami punya.")
    with database.begin() as session:
        assert canned.ship(session, rulebook, user_id, clock.now()) == len(canned.samples(rulebook.texts)) - 1
        assert canned.ship(session, rulebook, user_id, clock.now()) == 0
    assert "Yang kami punya." in [row.text for row in _rows(database)]


def _rows(database: Database) -> list[canned.CannedReply]:
    with database.read() as session:
        return list(queries.current(session))


def test_the_samples_are_short_and_plain(rulebook: Rulebook, clock: MoveableClock) -> None:
    found = canned.samples(rulebook.texts)
    assert 6 <= len(found) <= 10
    values = canned.example(rulebook, clock.now(), "Rina Hartati")
    longest = {**values, "agency": max((a.name for a in rulebook.city.agencies.values()), key=len)}
    for sample in found:
        text = canned.filled(sample.text, longest)
        assert segments(text) <= MOST_SEGMENTS, sample.title
        assert foreign_characters(text) == "", sample.title
        assert not canned.unknown(sample.text)


@pytest.mark.parametrize("content", ["title: x", "- {title: x}", "- [", "- {title: x, text: y, more: z}", "7"])
def test_a_file_that_is_no_list_of_sentences_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / canned.FILE).write_text(content)
    with pytest.raises(ConfigError, match="mend it"):
        canned.samples(tmp_path)


def test_a_city_s_own_file_comes_first(tmp_path: Path) -> None:
    (tmp_path / canned.FILE).write_text("- {title: Punya kami, text: Halo}")
    assert [sample.title for sample in canned.samples(tmp_path)] == ["Punya kami"]
    assert len(canned.samples(tmp_path / "nowhere")) > 1
