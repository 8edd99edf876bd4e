"""Photos that belong to a ticket, sent so that a browser shows them and does nothing else with them."""

from flask import make_response
from werkzeug.wrappers import Response

from bot.errors import NotFoundError
from storage.models import Attachment, SimulatedFile

SHOWN = ("image/jpeg", "image/png", "image/webp")


def photo_response(photo: Attachment | SimulatedFile | None) -> Response:
    """The stored file; what is no photo is offered for saving rather than opened."""
    if photo is None:
        raise NotFoundError("Foto itu tidak ada pada laporan ini.")
    response = make_response(photo.content)
    response.headers["Content-Type"] = photo.content_type
    response.headers["Content-Disposition"] = "inline" if photo.content_type in SHOWN else "attachment"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, max-age=3600"
    return response
