"""The same photo of the same thing joins two reports, whenever it arrives."""

import pytest
from sqlalchemy import select

from bot.incidents import photos
from storage.models import InboundMessage, MediaFile, Ticket
from tests.bot.neighbours import Neighbours
from tests.support.desk import Number

PHOTO, NEARLY = "0123456789abcdef0123456789abcdef", "0123456789abcdef0123456789abcdec"
ANOTHER, GREY_WALL = "fedcba98765432100123456789abcdef", "0" * 32


@pytest.fixture
def street(number: Number) -> Neighbours:
    return Neighbours(number)


def arrives(street: Neighbours, ticket: Ticket, photo: str) -> None:
    """A photo that came with the report has been fetched by the queue."""
    now = street.number.clock.now()
    with street.number.database.begin() as session:
        mine = select(InboundMessage).where(InboundMessage.ticket_id == ticket.id)
        message = session.scalars(mine).first()
        assert message
        file = MediaFile(
            inbound_id=message.id,
            position=0,
            url="",
            claimed_type="image/jpeg",
            state="kept",
            store_key=f"photo-{ticket.id}",
            created_at=now,
            due_at=now,
            perceptual_hash=photo,
        )
        session.add(file)
        session.flush()
        photos.arrived(session, street.number.rulebook, file, now)


def dumps(street: Neighbours, other_pin: tuple[float, float] | None = None) -> tuple[Ticket, Ticket]:
    """Two reports whose words alone do not tell that they are about one thing."""
    here = (-6.1400, 106.7600)
    one = street.report("1", "sampah menggunung di sini.", "sampah", "kolong tol", "Kapuk", pin=here)
    two = street.report("2", "bau sekali tolong angkut.", "sampah", "dekat gudang", "Kapuk", pin=other_pin)
    return one, two


@pytest.mark.parametrize("photo", [PHOTO, NEARLY])
def test_the_same_photo_joins(street: Neighbours, photo: str) -> None:
    one, two = dumps(street)
    arrives(street, one, PHOTO)
    assert street.lead_of(two) is None
    arrives(street, two, photo)
    assert street.lead_of(two) == one.number
    street.follow()
    assert "juga dilaporkan warga lain" in street.told("2")
    street.wait(minutes=10)
    assert len(street.letters()) == 1


@pytest.mark.parametrize("photo", [ANOTHER, GREY_WALL])
def test_another_photo_or_a_grey_wall_does_not(street: Neighbours, photo: str) -> None:
    one, two = dumps(street)
    arrives(street, one, photo if photo == GREY_WALL else PHOTO)
    arrives(street, two, photo)
    assert street.incidents() == []


def test_the_same_photo_from_far_away_does_not(street: Neighbours) -> None:
    one, two = dumps(street, other_pin=(-6.2400, 106.7600))
    for ticket in (one, two):
        arrives(street, ticket, PHOTO)
    assert street.incidents() == []


def test_what_was_split_stays_split(street: Neighbours) -> None:
    one, two = dumps(street)
    for ticket in (one, two):
        arrives(street, ticket, PHOTO)
    street.says("2", "beda lokasi")
    assert street.lead_of(two) is None
    with street.number.database.begin() as session:
        file = session.scalars(select(MediaFile).order_by(MediaFile.id.desc())).first()
        assert file
        photos.arrived(session, street.number.rulebook, file, street.number.clock.now())
    assert street.lead_of(two) is None


def test_a_sealed_report_is_not_found_by_its_photo(street: Neighbours) -> None:
    one, two = dumps(street)
    with street.number.database.begin() as session:
        session.get_one(Ticket, one.id).sealed = True
    for ticket in (one, two):
        arrives(street, ticket, PHOTO)
    assert street.incidents() == []
