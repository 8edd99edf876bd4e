"""The page, the way in, and what the page polls. It stores like any channel and decides nothing."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, jsonify, render_template, request

from bot import inbox
from bot.messages import LONGEST_TEXT
from handlers.edge import edge
from handlers.guards import guard
from handlers.simulator.people import UnusableError, citizen_of, incoming
from handlers.simulator.view import view_of
from storage.queries import simulator as queries

blueprint = Blueprint("simulator", __name__, url_prefix="/simulator")
guard(blueprint, "loopback")


@blueprint.get("", strict_slashes=False)
def page() -> str:
    """The two telephones, the agencies' mailbox, and what happened."""
    city = edge().rulebook.city
    citizens = [citizen_of("a"), citizen_of("b")]
    return render_template("simulator.html", city=city, citizens=citizens, longest_text=LONGEST_TEXT)


@blueprint.post("/messages")
def send() -> tuple[Response, int]:
    """A citizen's message, stored by the same function as those of the webhooks."""
    message = incoming(_fields())
    here = edge()
    with here.database.begin() as session:
        inbox.store(session, message, here.rulebook.words, here.clock.now())
    return jsonify(id=message.external_id), 201


@blueprint.get("/state")
def state() -> Response:
    """What one citizen's telephone and the panels show; only the version when it is still ``after``."""
    citizen, here = citizen_of(request.args.get("citizen", "")), edge()
    now = here.clock.now()
    with here.database.read() as session:
        version = queries.fingerprint(session, citizen.found_under)
        short = {"version": version, "now": now.isoformat(), "number": citizen.number}
        if version == request.args.get("after"):
            return _fresh(short)
        chat, mails = queries.chat_of(session, citizen.found_under), queries.mails(session)
        return _fresh(short | view_of(chat, mails, here.rulebook, now))


@blueprint.errorhandler(UnusableError)
def _unusable(error: UnusableError) -> tuple[Response, int]:
    return jsonify(error=str(error)), 400


def _fields() -> Mapping[str, Any]:
    if not request.is_json:
        return request.form
    data = request.get_json(silent=True)
    return data if isinstance(data, dict) else {}


def _fresh(data: dict[str, Any]) -> Response:
    response = jsonify(data)
    response.headers["Cache-Control"] = "no-store"
    return response
