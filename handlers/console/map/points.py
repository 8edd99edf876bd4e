"""The marks of the map for the part of the city that is looked at, drawn together where they are many."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Response, jsonify, request, url_for
from sqlalchemy.orm import Session

from bot.accounts.roles import READERS
from bot.map.grid import Cluster, clusters
from bot.map.pins import Box, Pin, box_of, extent, within, zoom_of
from bot.status import OPEN
from handlers.console.map.sheet import sheet
from handlers.console.queues.words import age
from handlers.console.room import blueprint, phrases
from handlers.edge import edge
from handlers.guards import seen_by
from handlers.i18n import N_, translated
from handlers.phrases import Phrases
from storage.models import Ticket
from storage.queries import pins as queries

# So many tickets are told one by one; above that only those that stand alone.
FEW = 100
NOTHING: Mapping[str, Any] = {"total": 0, "overdue": 0, "clusters": [], "tickets": []}
SIDES = ("south", "west", "north", "east")


@blueprint.get("/map/points")
@seen_by(*READERS)
def map_points() -> Response | tuple[Response, int]:
    """What is to be drawn in a box (degrees) at a zoom; without a box all that there is."""
    say = phrases()
    asked = [request.args.get(side, "") for side in SIDES]
    box = box_of(*asked)
    if box is None and any(asked):
        return jsonify(error=translated(N_("Batas peta itu tidak masuk akal; muat ulang halamannya."))), 400
    with edge().database.read() as session:
        found = sheet(session, say)
        box = box or extent(found.pins)
        seen = within(found.pins, box) if box else []
        return jsonify(_told(session, say, seen, box) if box and seen else NOTHING)


def _told(session: Session, say: Phrases, seen: Sequence[Pin], box: Box) -> Mapping[str, Any]:
    groups = clusters(seen, _roomy(box), zoom_of(request.args.get("zoom", "")), say.now.timestamp())
    alone = {group.only for group in groups if group.only}
    wanted = {pin.id for pin in seen} if len(seen) <= FEW else alone
    tickets = queries.shown(session, wanted, OPEN) if wanted else ()
    return {
        "total": len(seen),
        "overdue": sum(group.late for group in groups),
        "clusters": [_cluster(group) for group in groups if not group.only],
        "tickets": [_ticket(say, ticket, alone=ticket.id in alone) for ticket in tickets],
    }


def _roomy(box: Box) -> Box:
    """One that has an extent, for all pins may lie on one spot."""
    south, west, north, east = box
    return Box(south, west, max(north, south + 1e-6), max(east, west + 1e-6))


def _cluster(group: Cluster) -> dict[str, Any]:
    return {
        "at": [round(group.latitude, 6), round(group.longitude, 6)],
        "count": group.count,
        "overdue": group.late,
        "urgent": group.urgent,
        "area": group.area,
        "bounds": [round(degrees, 6) for degrees in group.bounds],
    }


def _ticket(say: Phrases, ticket: Ticket, *, alone: bool) -> dict[str, Any]:
    return {
        "number": ticket.number,
        "at": [ticket.latitude, ticket.longitude],
        "service": say.service(ticket.service),
        "agency": say.agency(ticket.agency),
        "area": ticket.area or "",
        "status": say.status(ticket.status),
        "age": age(say.now - ticket.created_at),
        "deadline": say.left(ticket.solve_by) if say.still_runs(ticket) else "",
        "overdue": say.is_late(ticket),
        "urgent": ticket.urgent,
        "alone": alone,
        "address": url_for(".ticket", number=ticket.number),
    }
