"""Civil servants who may report for others: their reports are marked from the moment they are registered."""

import pytest
from sqlalchemy import select

from bot.accounts import servants
from bot.errors import RefusedError
from bot.rulebook import Rulebook
from storage.database import Database
from storage.models import CivilServant, User
from tests.standins.citizen import Citizen
from tests.support.clock import MoveableClock
from tests.support.desk import meaning
from tests.support.hotline import Hotline
from tests.support.settings import OUR_WHATSAPP, isolated_settings
from tests.support.web import LINE

HOLE = "jalan berlubang di depan pasar Pramuka"


@pytest.fixture
def rina(database: Database, clock: MoveableClock) -> int:
    with database.begin() as session:
        row = User(email="rina@jakarta.example", password_hash="-", created_at=clock.now())
        session.add(row)
        session.flush()
        return row.id


@pytest.fixture
def hotline(database: Database, clock: MoveableClock, rulebook: Rulebook) -> Hotline:
    line = Hotline(database, rulebook, clock, isolated_settings())
    line.understands({HOLE: meaning("lapor", "jalan_rusak", place="depan pasar Pramuka")})
    return line


def register(hotline: Hotline, who: int, phone: str, name: str = "Budi", unit: str = "Kelurahan Tebet") -> bool:
    with hotline.database.begin() as session:
        return servants.register(session, name, unit, phone, "ID", who, hotline.clock.now())


def entries(hotline: Hotline) -> list[CivilServant]:
    with hotline.database.read() as session:
        return list(session.scalars(select(CivilServant)))


def test_their_reports_are_marked_while_they_are_registered(hotline: Hotline, rina: int) -> None:
    budi = Citizen(LINE, OUR_WHATSAPP, number="+6281234567890")
    hotline.hear(budi.form(HOLE))
    register(hotline, rina, "0812-3456-7890")
    hotline.clock.move(days=2)  # or it is taken for more about the same hole
    hotline.hear(budi.form(HOLE))
    with hotline.database.begin() as session:
        (row,) = session.scalars(select(CivilServant.id))
        assert servants.remove(session, row, rina)
        assert not servants.remove(session, row, rina)
    hotline.clock.move(days=2)
    hotline.hear(budi.form(HOLE))
    assert [ticket.on_behalf for ticket in hotline.tickets()] == [False, True, False]


def test_the_number_is_known_by_its_hash_however_it_is_written(hotline: Hotline, rina: int) -> None:
    assert register(hotline, rina, "+62 812 3456 7890")
    assert not register(hotline, rina, "0812 3456 7890"), "the same form twice"
    with pytest.raises(RefusedError, match="sudah terdaftar"):
        register(hotline, rina, "081234567890", name="Orang lain")
    (row,) = entries(hotline)
    assert (row.name, row.unit, row.created_by, len(row.phone_hash)) == ("Budi", "Kelurahan Tebet", rina, 64)
    assert "7890" not in row.phone_hash


@pytest.mark.parametrize(
    "phone", ["", "12", "0812 3456", "budi@jakarta", "0812 3456 7890 ext 5", "+999 123", "x" * 999]
)
def test_what_is_no_telephone_number(hotline: Hotline, rina: int, phone: str) -> None:
    with pytest.raises(RefusedError, match="bukan nomor telepon"):
        register(hotline, rina, phone)
    assert entries(hotline) == []


@pytest.mark.parametrize(
    ("name", "unit"), [("", "RW 3"), ("Budi", " "), ("x" * 81, "RW 3"), ("Budi", "x" * 121), ("\x00", "RW 3")]
)
def test_name_and_unit_are_needed(hotline: Hotline, rina: int, name: str, unit: str) -> None:
    with pytest.raises(RefusedError, match=r"Tulis (nama|unit kerja)"):
        register(hotline, rina, "0812 3456 7890", name, unit)


def test_a_hostile_name_can_be_stored(hotline: Hotline, rina: int) -> None:
    assert register(hotline, rina, "0812 3456 7890", "Budi\x00 \u202e<b>", "RW\n3\x00")
    (row,) = entries(hotline)
    assert (row.name, row.unit) == ("Budi <b>", "RW 3")
