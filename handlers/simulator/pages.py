"""The page, the way in, and what the page polls. It stores like any channel and decides nothing."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, jsonify, render_template, request
from sqlalchemy.orm import Session
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response as AnyResponse

from bot.clock import SimulatedClock
from bot.intake import inbox
from bot.messages import LONGEST_TEXT, WHATSAPP
from handlers.edge import edge
from handlers.guards import guard
from handlers.photos import photo_response
from handlers.simulator import files, moving
from handlers.simulator.people import UnusableError, citizen_of, incoming
from handlers.simulator.view import View, view_of, written
from storage.models import SimulatedFile
from storage.queries import simulated_time
from storage.queries import simulator as queries

blueprint = Blueprint("simulator", __name__, url_prefix="/simulator")
guard(blueprint, "loopback")

TOO_LARGE = "Kirimannya terlalu besar; foto paling besar 2 MB."


@blueprint.get("", strict_slashes=False)
def page() -> str:
    """The two telephones, the agencies' mailbox, and what happened."""
    here = edge()
    return render_template(
        "simulator.html",
        city=here.rulebook.city,
        places=[place.model_dump() for place in here.rulebook.city.samples.places],
        citizens=[citizen_of("a"), citizen_of("b")],
        longest_text=LONGEST_TEXT,
        largest_photo=files.LARGEST,
        movable=isinstance(here.clock, SimulatedClock),
    )


@blueprint.post("/messages")
def send() -> tuple[Response, int]:
    """A citizen's message, stored by the same function as those of the webhooks."""
    upload = files.upload_in(request.files)
    message = incoming(_fields(), upload.media if upload else None)
    here = edge()
    with here.database.begin() as session:
        if upload:
            files.keep(session, upload, here.clock.now())
        inbox.store(session, message, here.rulebook.words, here.clock.now())
    return jsonify(id=message.external_id), 201


@blueprint.get("/files/<file_id>")
def file(file_id: str) -> AnyResponse:
    """A photo that was sent from here, as long as it is kept."""
    with edge().database.read() as session:
        return photo_response(session.get(SimulatedFile, file_id))


@blueprint.post("/clock")
def move_clock() -> Response:
    """Move the time that all processes go by one step towards ``until``, or ``back`` to the system's."""
    here = edge()
    clock = moving.clock_of(here.clock)
    with here.database.begin() as session:
        answer = moving.move(session, clock, _fields())
    clock.look()
    with here.database.read() as session:
        return _fresh(answer | _time(session, clock.now()))


@blueprint.get("/state")
def state() -> Response:
    """What one citizen's telephone and the panels show; only the version when it is still ``after``."""
    here, look = edge(), request.args.get("look", WHATSAPP)
    citizen, now = citizen_of(request.args.get("citizen", ""), look), here.clock.now()
    with here.database.read() as session:
        version = queries.fingerprint(session, citizen.found_under)
        short = {"version": version, "number": citizen.number, **_time(session, now)}
        if version == request.args.get("after"):
            return _fresh(short)
        chat, mails = queries.chat_of(session, citizen.found_under), queries.mails(session)
        parting = queries.parting_words(session, chat, request.args.get("last", 0, int))
        view = View(here.rulebook, now, look, files.kept(session))
        return _fresh(short | view_of(chat, mails, view) | {"parting": written(parting) if parting else None})


@blueprint.errorhandler(UnusableError)
def _unusable(error: UnusableError) -> tuple[Response, int]:
    return jsonify(error=str(error)), 400


@blueprint.errorhandler(RequestEntityTooLarge)
def _too_large(_: RequestEntityTooLarge) -> tuple[Response, int]:
    return jsonify(error=TOO_LARGE), 413


def _time(session: Session, now: datetime) -> dict[str, Any]:
    """What the page's clock shows: the time, how far it was moved, and when the next follow-up is due."""
    clock = edge().clock
    ahead = (now - clock.system()).total_seconds() if isinstance(clock, SimulatedClock) else 0
    due = simulated_time.next_follow_up(session, now)
    return {"now": now.isoformat(), "ahead_s": round(ahead), "next_follow_up": due.isoformat() if due else None}


def _fields() -> Mapping[str, Any]:
    if not request.is_json:
        return request.form
    data = request.get_json(silent=True)
    return data if isinstance(data, dict) else {}


def _fresh(data: dict[str, Any]) -> Response:
    response = jsonify(data)
    response.headers["Cache-Control"] = "no-store"
    return response
