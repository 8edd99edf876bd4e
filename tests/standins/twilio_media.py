"""Files of inbound messages, as Twilio's API gives them: Basic auth, and a redirect to where they really are.

A test puts a file with POST ``/_standin/media`` and reads there what was asked for. ``redirect`` names where the
API sends a caller instead of to the file, ``status`` what it says instead; ``pause_s`` is how long the file's
host says nothing, ``repeat`` how often it sends the content.
"""

import base64
import threading
import time
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

from flask import Blueprint, Response, current_app, jsonify, request

media_api = Blueprint("media", __name__)


class MediaShelf:
    """The files of one account and what was asked for, behind one lock."""

    def __init__(self, sid: str, token: str) -> None:
        self.sid, self.token = sid, token
        self._lock = threading.Lock()
        self.clear()

    def clear(self) -> None:
        with self._lock:
            self._files: dict[str, dict[str, Any]] = {}
            self._asked: list[dict[str, Any]] = []

    def put(self, file: dict[str, Any], message: str = "") -> str:
        """The path of the new file at the API."""
        media, message = f"ME{uuid.uuid4().hex}", message or f"MM{uuid.uuid4().hex}"
        with self._lock:
            self._files[media] = {**file, "message": message, "at": format_datetime(datetime.now(UTC))}
        return f"/2010-04-01/Accounts/{self.sid}/Messages/{message}/Media/{media}"

    def of(self, message: str) -> list[dict[str, Any]]:
        """The files of a message, as the API lists them."""
        with self._lock:
            mine = {media: file for media, file in self._files.items() if file["message"] == message}
        return [self._listed(media, file) for media, file in mine.items()]

    def delete(self, message: str, media: str) -> bool:
        """Whether it was there."""
        with self._lock:
            found = media in self._files and self._files[media]["message"] == message
            if found:
                del self._files[media]
        return found

    def _listed(self, media: str, file: dict[str, Any]) -> dict[str, Any]:
        return {
            "account_sid": self.sid,
            "content_type": file.get("content_type", "application/octet-stream"),
            "date_created": file["at"],
            "date_updated": file["at"],
            "parent_sid": file["message"],
            "sid": media,
            "uri": f"/2010-04-01/Accounts/{self.sid}/Messages/{file['message']}/Media/{media}.json",
        }

    def get(self, media: str) -> dict[str, Any] | None:
        """The file; that it was asked for is noted."""
        note = {"path": request.path, "host": request.host, "authorized": "Authorization" in request.headers}
        with self._lock:
            self._asked.append(note)
            return self._files.get(media)

    @property
    def asked(self) -> list[dict[str, Any]]:
        with self._lock:
            return list(self._asked)


def _shelf() -> MediaShelf:
    shelf: MediaShelf = current_app.extensions["media"]
    return shelf


@media_api.post("/_standin/media")
def put() -> Response:
    return jsonify(url=request.host_url.rstrip("/") + _shelf().put(request.get_json()))


@media_api.get("/_standin/media")
def asked() -> Response:
    return jsonify(_shelf().asked)


@media_api.get("/2010-04-01/Accounts/<account>/Messages/<message>/Media/<media>")
def api(account: str, message: str, media: str) -> Response:
    shelf, given = _shelf(), request.authorization
    file = shelf.get(media)
    if account != shelf.sid or not given or (given.username, given.password) != (shelf.sid, shelf.token):
        return Response("Authenticate", 401)
    if file is None or "status" in file:
        return Response("no", (file or {}).get("status", 404))
    return Unchecked("", 307, {"Location": file.get("redirect") or f"/_content/{media}"})


class Unchecked(Response):
    """Sends what it is told to, also an address that is none."""

    def get_wsgi_headers(self, environ: Any) -> Any:
        return self.headers


@media_api.get("/_content/<media>")
def content(media: str) -> Response:
    """The content network: whoever comes with credentials has given them away."""
    file = _shelf().get(media)
    if file is None:
        return Response("no", 404)
    time.sleep(file.get("pause_s", 0))
    answer = Response(_parts(file), mimetype=file.get("content_type", "application/octet-stream"))
    for name, value in file.get("headers", {}).items():
        answer.headers[name] = value
    return answer


def _parts(file: dict[str, Any]) -> Iterator[bytes]:
    body = base64.b64decode(file.get("content", ""))
    for _ in range(file.get("repeat", 1)):
        yield body
        time.sleep(file.get("between_s", 0))
