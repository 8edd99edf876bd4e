"""What every part of the stand-in answers with: who may ask, faults that were asked for, pages, errors."""

import json
import socket
import struct
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import Response, current_app, jsonify, request

from tests.standins.twilio_account import Account, Faults
from tests.standins.twilio_specs import Specs

PAGE_SIZE = 50
NOT_FOUND = (404, 20404, "The requested resource was not found")


@dataclass(frozen=True)
class StandIn:
    """What one process serves."""

    account: Account
    token: str
    specs: Specs | None = None
    latency_s: float = 0.0
    callbacks: ThreadPoolExecutor | None = None


def here() -> StandIn:
    stand_in: StandIn = current_app.extensions["stand_in"]
    return stand_in


def check_credentials() -> Response | None:
    """For ``before_request``: whoever does not know the token gets no further."""
    stand_in, given = here(), request.authorization
    request.get_data(parse_form_data=True)  # an unread body would break the connection before the answer
    ours = given and (given.username, given.password) == (stand_in.account.sid, stand_in.token)
    if not ours or (request.view_args or {}).get("account") != stand_in.account.sid:
        return error(401, 20003, "Authenticate")
    return None


def page_of(name: str, rows: list[dict[str, Any]]) -> Response:
    """One page of ``rows``, which the answer calls ``name``."""
    page, size = request.args.get("Page", 0, int), request.args.get("PageSize", PAGE_SIZE, int)
    start = page * size
    shown = rows[start : start + size]
    return jsonify(
        **{name: shown},
        page=page,
        page_size=size,
        start=start,
        end=max(start, start + len(shown) - 1),
        uri=_page_uri(page, size),
        first_page_uri=_page_uri(0, size),
        previous_page_uri=_page_uri(page - 1, size) if page else None,
        next_page_uri=_page_uri(page + 1, size) if start + size < len(rows) else None,
    )


def _page_uri(page: int, size: int) -> str:
    others = {name: value for name, value in request.args.items() if not name.startswith("Page")}
    token = {"PageToken": f"PA{page}"} if page else {}
    return f"{request.path}?{urlencode({**others, 'PageSize': size, 'Page': page, **token})}"


def fail(fault: Faults) -> Response:
    """Go wrong as asked."""
    mode = fault.mode.removeprefix("accept_then_")
    if mode == "timeout":
        time.sleep(fault.seconds)
    if mode in ("timeout", "reset"):
        _hang_up()
    if mode == "429":
        return error(429, 20429, "Too Many Requests")
    if mode == "refuse":
        return error(400, fault.code, "Refused as asked")
    return error(500, 20500, "An internal server error has occurred")


def _hang_up() -> None:
    """Drop the connection without a word."""
    connection: socket.socket = request.environ["werkzeug.socket"]
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.shutdown(socket.SHUT_RDWR)  # the server would keep it open for the next request
    raise ConnectionAbortedError


def as_json(data: object, status: int = 200) -> Response:
    return Response(json.dumps(data), status, mimetype="application/json")


def error(status: int, code: int, message: str) -> Response:
    more = f"https://www.twilio.com/docs/errors/{code}"
    return as_json({"code": code, "message": message, "more_info": more, "status": status}, status)
