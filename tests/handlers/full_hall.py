"""A city hall with something of most kinds, so that the pages show their forms."""

from sqlalchemy import select

from bot.agencies import work
from bot.agencies.work import Desk, read_photo
from bot.incidents import incidents
from bot.status import Move
from storage.models import Announcement, Ticket
from tests.handlers.city_hall import CityHall
from tests.handlers.sealed_cases import sealed_ticket
from tests.support.dead import dead_letter
from tests.support.scenes import scene


def full(hall: CityHall) -> str:
    """Messages that wait, a sealed case, an incident, claims to look at, a report sent back, a dead letter, an
    announcement, praise; the number of a case that Bina Marga has."""
    hall.handover()
    hall.handover(reason="unsure")
    sealed_ticket(hall)
    for story in ("underpass Mampang banjir", "mampang kerendem"):
        _settled(hall, story)
    _claimed(hall)
    _claimed(hall)
    hall.moved(hall.forwarded()[0], Move.SEND_BACK, actor="agency:bina_marga", note="Bukan jalan kami")
    hall.ticket("Terima kasih, petugasnya ramah", kind="apresiasi")
    number, _ = hall.forwarded(place="Jalan Pasar 1")
    with hall.database.begin() as session:
        dead_letter(session, hall.now, hall.find(number).conversation_id)
    _announced(hall)
    return number


def _settled(hall: CityHall, story: str) -> None:
    place = {"service": "banjir", "place": "underpass Mampang", "kelurahan": "Mampang Prapatan"}
    number = hall.ticket(story, **place)
    with hall.database.begin() as session:
        ticket = session.scalars(select(Ticket).where(Ticket.number == number)).one()
        incidents.settle(session, hall.rulebook, ticket, hall.now)


def _claimed(hall: CityHall) -> None:
    """With the same photo each time, which is worth a look."""
    number, _ = hall.forwarded()
    picture = read_photo(scene(1), hall.rulebook.city.zone)
    with hall.database.begin() as session:
        ticket = session.scalars(select(Ticket).where(Ticket.number == number)).one()
        desk = Desk(session, hall.rulebook, ticket, ticket.agency, hall.now)
        work.claim_done(desk, "Sudah ditambal", picture)


def _announced(hall: CityHall) -> None:
    """By a coordinator, in their own browser."""
    browser = hall.coordinator("pengumuman@jakarta.example")
    protected, hall.app.config["WTF_CSRF_ENABLED"] = hall.app.config.get("WTF_CSRF_ENABLED", True), False
    form = {"note": "Air dimatikan Kamis 08.00-16.00 untuk perbaikan pipa.", "service": "banjir"}
    browser.post("/console/announcements", data=form)
    hall.app.config["WTF_CSRF_ENABLED"] = protected
    with hall.database.read() as session:
        assert session.scalars(select(Announcement.id)).all() == [1]
