"""What comes by the page is kept like what comes by message, also where something dies on the way."""

from pathlib import Path

from sqlalchemy import select

from bot.citizen_web import received
from bot.citizen_web.received import IN_HAND, Sent
from bot.clock import Clock
from bot.intake.media import MediaQueue
from bot.tickets import tickets
from handlers.edge import KEY
from storage.models import Ticket
from storage.queries.media import erase_files
from tests.handlers.citizen.visiting import files, path_of, send
from tests.handlers.city_hall import CityHall
from tests.support.pictures import jpeg


def queue(hall: CityHall) -> MediaQueue:
    """The worker's hands for files; no channel has any."""
    return MediaQueue(
        hall.database, hall.rulebook, {}, hall.app.extensions[KEY].files, Clock(lambda: hall.now), "w"
    )


def taken(hall: CityHall, number: str) -> int:
    """A photo was taken, and then the process died; the id of its message."""
    photo = received.read_photo(jpeg(), hall.rulebook)
    with hall.database.begin() as session:
        ticket = tickets.by_number(session, number)
        case = received.take(session, hall.rulebook, ticket, Sent("0" * 16, photo=photo), hall.now)
        assert case
        return case.last_id


def test_who_dies_before_the_file_is_kept_leaves_nobody_waiting(any_hall: CityHall) -> None:
    number, _ = any_hall.forwarded()
    taken(any_hall, number)
    assert queue(any_hall).round() == 0, "it is in somebody's hands"
    any_hall.wait(seconds=round(IN_HAND.total_seconds()) + 1)
    while queue(any_hall).round() or files(any_hall)[0].state == "waiting":
        any_hall.wait(hours=1)
    assert files(any_hall)[0].state == "failed"
    assert "file_lost" in any_hall.to_citizen(number)


def test_what_is_erased_meanwhile_leaves_nothing_in_the_store(hall: CityHall) -> None:
    number, _ = hall.forwarded()
    message = taken(hall, number)
    with hall.database.begin() as session:
        erase_files(session, [tickets.by_number(session, number).conversation_id])
    photo = received.read_photo(jpeg(), hall.rulebook)
    assert photo
    received.keep_photo(hall.database, hall.app.extensions[KEY].files, hall.rulebook, message, photo, hall.now)
    folder = Path(hall.app.extensions[KEY].settings.media_folder)
    assert [path for path in folder.rglob("*") if path.is_file()] == []
    assert files(hall)[0].state == "erasing"


def test_the_same_photo_of_the_same_thing_joins_reports_as_by_message(any_hall: CityHall) -> None:
    first, _ = any_hall.forwarded(place="Pasar Cikini")
    second, _ = any_hall.forwarded("Lubang lagi", place="dekat pasar")
    for number in (first, second):
        send(any_hall.browser(), path_of(any_hall, number), "add", jpeg((640, 480)))
    with any_hall.database.read() as session:
        together = set(session.scalars(select(Ticket.incident_id).where(Ticket.number.in_((first, second)))))
    assert len(together) == 1
    assert None not in together
