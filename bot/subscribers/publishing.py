"""What of a ticket is told outside: what Open311 shows to everybody, and more only to the agency that holds it.

To everybody a ticket goes by its public id. Its number is told to its own agency only, which has it in its
letters: a number and four digits of a telephone open the citizen's page.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.city.city import COORDINATORS, City
from bot.open311 import ids
from bot.open311.ids import REQUEST, Ids
from bot.open311.visible import public_of
from bot.status import Status, is_open
from bot.subscribers.events import REMOVED, REMOVING, TYPE_OF
from storage.queries import subscriptions as queries
from storage.queries.subscriptions import Happened


@dataclass(frozen=True)
class Sight:
    """Which of the tickets that something happened to may be told of, by id.

    ``public``: to everybody; ``kept``: to the agency that holds them; ``told``: those that this subscription has
    heard of already.
    """

    city: City
    agency: str | None
    public_ids: Ids
    public: frozenset[int]
    kept: frozenset[int]
    told: frozenset[int]

    def body(self, one: Happened, message_id: str) -> dict[str, Any] | None:
        """What is posted of an event; None where nothing may be."""
        if self._is_theirs(one):
            return _told(self.city, one, message_id, self.public_ids, number=one.ticket.number)
        if one.ticket.id in self.public:
            return _told(self.city, one, message_id, self.public_ids)
        is_gone = one.event.kind in REMOVING and one.ticket.id in self.kept
        return _removed(one, message_id, self.public_ids) if is_gone and one.ticket.id in self.told else None

    def _is_theirs(self, one: Happened) -> bool:
        """While an agency has it, and when it gives it away."""
        return (
            self.agency in (one.event.agency, one.before)
            and self.agency is not None
            and one.ticket.id in self.kept
        )


def sight(
    session: Session, city: City, subscription_id: int, agency: str | None, found: Sequence[Happened]
) -> Sight:
    """As things stand now, which is what counts: a ticket may have been sealed since."""
    concerned = {one.ticket.id for one in found}
    ending = {one.ticket.id for one in found if one.event.kind in REMOVING}
    return Sight(
        city,
        agency,
        ids.make(session),
        queries.public_among(session, public_of(city), concerned),
        queries.kept_among(session, concerned),
        queries.told_among(session, subscription_id, ending),
    )


def _told(
    city: City, one: Happened, message_id: str, public_ids: Ids, number: str | None = None
) -> dict[str, Any]:
    """No words, no place but the kelurahan, nobody's name: see docs/webhooks-out.md.

    ``status`` and ``agency`` are as the event left them, the rest as it stands now. Times are UTC.
    """
    event, ticket = one.event, one.ticket
    return {
        **_head(one, message_id, TYPE_OF[event.kind]),
        "ticket": {
            "service_request_id": public_ids.name(REQUEST, ticket.id),
            **({"number": number} if number else {}),
            "service": _named(ticket.service, city.services[ticket.service].name),
            "agency": _holder(city, one),
            "area": ticket.area,
            "status": event.status,
            "open311_status": "open" if is_open(event.status) else "closed",
            "due": {
                "verify_by": _time(ticket.verify_by),
                "answer_by": _time(ticket.answer_by),
                "solve_by": _time(ticket.solve_by),
                "expected_on": _time(ticket.expected_on),
            },
        },
    }


def _removed(one: Happened, message_id: str, public_ids: Ids) -> dict[str, Any]:
    """No more than that it is gone: it left the public list."""
    gone = {"service_request_id": public_ids.name(REQUEST, one.ticket.id)}
    return {**_head(one, message_id, REMOVED), "ticket": gone}


def _head(one: Happened, message_id: str, type_: str) -> dict[str, Any]:
    return {"id": message_id, "type": type_, "at": _time(one.event.at), "n": one.n}


def _holder(city: City, one: Happened) -> Mapping[str, str]:
    code = COORDINATORS if one.event.status == Status.COORDINATION else one.event.agency or one.ticket.agency
    return _named(code, city.agency_name(code))


def _named(code: str, name: str) -> dict[str, str]:
    return {"code": code, "name": name}


def _time(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat(timespec="seconds").replace("+00:00", "Z")
