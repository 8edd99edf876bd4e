"""A page of the desk with a model behind it, and the form as a browser sends it."""

import io
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from handlers.edge import KEY
from nlu.client import Guess, NluUnavailableError, Place, Understanding
from storage.models import Conversation, MediaFile, Ticket
from tests.handlers.city_hall import CityHall, csrf_of, field_of

PATH = "/console/intake"
WORDS = "Jalan di depan pasar Jaya berlubang besar, motor sering jatuh"
HOLE = Understanding(
    (Guess("lapor", 0.96), Guess("marah", 0.02)),
    (Guess("jalan_rusak", 0.9), Guess("trotoar_jpo", 0.06), Guess("saluran_air", 0.02)),
    place=Place("depan pasar Jaya", "Tomang", city="Jakarta Barat"),
)


class Model:
    """Understands what it was told about; away when a test says so."""

    def __init__(self) -> None:
        self.script: dict[str, Understanding] = {WORDS: HOLE}
        self.away = False

    def understand(self, texts: Sequence[str]) -> list[Understanding]:
        if self.away:
            raise NluUnavailableError("away")
        return [self.script.get(text, Understanding((Guess("di_luar_cakupan", 0.9),))) for text in texts]


def with_model(hall: CityHall) -> Model:
    """Let the pages of ``hall`` ask a model."""
    model, here = Model(), hall.app.extensions[KEY]
    rulebook = replace(here.rulebook, understands=True, gives_unverified=True)
    hall.app.extensions[KEY] = replace(here, nlu=model, rulebook=rulebook)
    return model


def form(browser: FlaskClient, **fields: str) -> dict[str, str]:
    """The fields of an empty form with some filled in."""
    page = browser.get(PATH)
    hidden = {"csrf_token": csrf_of(page), "once": field_of(page, "once")}
    return {**hidden, "came_by": "visit", "words": WORDS, **fields}


def read(browser: FlaskClient, **fields: str) -> TestResponse:
    return browser.post(PATH, data=form(browser, do="read", **fields))


def save(browser: FlaskClient, *photos: tuple[bytes, str], **fields: str) -> TestResponse:
    """Confirm a hole in the road, or what ``fields`` say instead."""
    chosen: dict[str, Any] = {"kind": "lapor", "service": "jalan_rusak", "place": "depan pasar Jaya", **fields}
    data = form(browser, do="file", **chosen)
    files = [(io.BytesIO(content), name) for content, name in photos]
    return browser.post(PATH, data={**data, "photo": files}, content_type="multipart/form-data")


def tickets(hall: CityHall) -> list[Ticket]:
    with hall.database.read() as session:
        return list(session.scalars(select(Ticket).order_by(Ticket.id)))


def talk_of(hall: CityHall, ticket: Ticket) -> Conversation:
    with hall.database.read() as session:
        return session.get_one(Conversation, ticket.conversation_id)


def files(hall: CityHall) -> list[MediaFile]:
    with hall.database.read() as session:
        return list(session.scalars(select(MediaFile).order_by(MediaFile.id)))
