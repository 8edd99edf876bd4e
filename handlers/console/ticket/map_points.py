"""What lies around a ticket, for the map on its page; the page says the place in words as well."""

from flask import Response, jsonify, url_for

from bot.accounts.roles import READERS
from bot.city.geography import box_around
from bot.status import OPEN
from handlers.console import sight
from handlers.console.room import blueprint, phrases
from handlers.edge import edge
from handlers.guards import seen_by
from storage.queries.similar import Box, near

AROUND_M = 1_000.0


@blueprint.get("/tickets/<number>/nearby")
@seen_by(*READERS)
def nearby(number: str) -> Response:
    """The open tickets around this one, as the map draws them: where, what about, and how to get there."""
    say = phrases()
    with edge().database.read() as session:
        found = sight.open_to_me(session, number)
        if found.latitude is None or found.longitude is None:
            return jsonify(tickets=[])
        box = box_around(found.latitude, found.longitude, AROUND_M)
        around = [other for other in near(session, Box(*box), OPEN, found.id) if sight.sees(other)]
    told = [
        {
            "at": [other.latitude, other.longitude],
            "name": f"{other.number}: {say.service(other.service)}, {say.status(other.status)}",
            "address": url_for(".ticket", number=other.number),
            "same": other.service == found.service,
        }
        for other in around
    ]
    return jsonify(tickets=told)
