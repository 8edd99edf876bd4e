"""A visit to a citizen's page: its path, its forms, and what is kept of them."""

from io import BytesIO
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from bot.messages import PAGE
from bot.status import Move
from bot.tickets import citizen_page
from handlers.edge import KEY
from storage import keyring
from storage.models import InboundMessage, MediaFile, OutboundMessage
from tests.handlers.city_hall import CityHall, csrf_of, field_of


def path_of(hall: CityHall, number: str) -> str:
    return citizen_page.address_of(hall.rulebook, hall.find(number)).removeprefix(hall.rulebook.base_url)


def old_path(number: str) -> str:
    """As it stood in messages before November 2026."""
    return f"/t/{number}/{keyring.current().lookup(f'citizen page of {number}')[:22]}"


def short_path(hall: CityHall, number: str) -> str:
    address = citizen_page.short_address_of(hall.rulebook, hall.find(number))
    return address.removeprefix(hall.rulebook.base_url)


def fields(page: TestResponse) -> dict[str, str]:
    """What the forms of a page carry along unseen."""
    return {"csrf_token": csrf_of(page), "key": field_of(page, "key")}


def send(browser: FlaskClient, path: str, action: str, photo: bytes | None = None, **typed: str) -> TestResponse:
    """Open the page, fill in one of its forms and send it."""
    return post(browser, path, action, photo, **fields(browser.get(path)), **typed)


def post(browser: FlaskClient, path: str, action: str, photo: bytes | None = None, **typed: str) -> TestResponse:
    """Send a form without looking at the page."""
    form: dict[str, Any] = dict(typed)
    if photo is not None:
        form["photo"] = FileStorage(BytesIO(photo), filename="foto.jpg", content_type="image/jpeg")
    boundary, body = encode_multipart(form)
    return browser.post(f"{path}/{action}", data=body, content_type=f"multipart/form-data; boundary={boundary}")


def claimed(hall: CityHall, **more: Any) -> str:
    """A pothole of which its agency says that it is mended."""
    number, _ = hall.forwarded(**more)
    hall.moved(number, Move.CLAIM, "agency:bina_marga", "Sudah ditambal tadi pagi.")
    return number


def by_page(hall: CityHall) -> list[InboundMessage]:
    """All messages that came by a page."""
    with hall.database.read() as session:
        mine = select(InboundMessage).where(InboundMessage.channel == PAGE).order_by(InboundMessage.id)
        return list(session.scalars(mine))


def files(hall: CityHall) -> list[MediaFile]:
    with hall.database.read() as session:
        return list(session.scalars(select(MediaFile).order_by(MediaFile.id)))


def letters(hall: CityHall, number: str) -> list[OutboundMessage]:
    return [message for message in hall.written(number) if message.channel == "email"]


def kept(hall: CityHall) -> list[Path]:
    """The files in the store."""
    return [path for path in Path(hall.app.extensions[KEY].settings.media_folder).rglob("*") if path.is_file()]
