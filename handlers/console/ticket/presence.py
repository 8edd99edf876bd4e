"""Who else has a ticket open: asked by its page every ten seconds, which says at the same time that it is open."""

import json

from flask import Response, render_template, request

from bot.accounts.roles import READERS
from bot.desk import presence
from handlers.console import sight
from handlers.console.room import blueprint, user_id
from handlers.console.ticket.view import name_of
from handlers.edge import edge
from handlers.guards import seen_by
from storage.queries import ticket_page


@blueprint.post("/tickets/<number>/here")
@seen_by(*READERS)
def here(number: str) -> Response:
    """The names of the others and who of them writes a reply; a call to the page to look again where something
    changed that no list notices, as how far a message came.
    """
    place = edge()
    with place.database.read() as session:
        found = sight.open_to_me(session, number)
        now = ticket_page.fingerprint(session, found.id)
    moment, writes = place.clock.now(), request.form.get("writing") == "yes"
    others = presence.stay(place.database, found.id, user_id(), moment, writes)
    named: dict[bool, list[str]] = {True: [], False: []}
    for other in others:
        named[presence.is_writing(other, moment)].append(name_of(other.user))
    response = Response(render_template("console/_presence.html", writing=named[True], names=named[False]))
    if request.form.get("seen") not in ("", None, now):
        response.headers["HX-Trigger"] = json.dumps({"stale": {}})
    return response
