"""What is told, in the fields of GeoReport v2. A request's description is never what its citizen wrote."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.city.city import City, Service
from bot.city.open311_policy import POINT, publicity
from bot.open311.ids import REQUEST, UPDATE, Ids
from bot.rulebook import Rulebook
from bot.status import is_open
from storage.queries.open311 import CELLS_A_DEGREE, Row, Step

Document = dict[str, Any]
SPECIFICATION = "http://wiki.open311.org/GeoReport_v2"
PATH = "/open311/v2"
FORMATS = ("application/json", "text/xml")
# When the shapes of this module changed last.
CHANGED = "2026-11-22T00:00:00+07:00"
# The one attribute that a service can have: the code of its own question.
QUESTION = "question"
LONGEST_ANSWER = 500
STATUS_SENTENCE = "open311_status_{}"


def discovery(rulebook: Rulebook) -> Document:
    """Where the service is, and whom to ask for a key."""
    policy = rulebook.city.open311
    contact = policy.contact if policy else ""
    endpoint = {
        "specification": SPECIFICATION,
        "url": f"{rulebook.base_url}{PATH}",
        "changeset": CHANGED,
        "type": "production",
        "formats": list(FORMATS),
    }
    return {"changeset": CHANGED, "contact": contact, "key_service": contact, "endpoints": [endpoint]}


def services(city: City) -> list[Document]:
    """Everything that can be reported."""
    return [_service(city, code, service) for code, service in city.services.items()]


def definition(city: City, code: str) -> Document:
    """What a service asks besides the place: its own question."""
    question = city.services[code].question
    text = question.text[city.languages[0]] if question else ""
    attribute = {
        "variable": True,
        "code": QUESTION,
        "datatype": "string",
        "required": False,
        "datatype_description": f"{LONGEST_ANSWER}",
        "order": 1,
        "description": text,
        "values": [],
    }
    return {"service_code": code, "attributes": [attribute] if question else []}


def requests(rulebook: Rulebook, ids: Ids, rows: Sequence[Row], changed: Mapping[int, datetime]) -> list[Document]:
    """Tickets as others see them."""
    names = ids.names(REQUEST, [row.id for row in rows])
    return [_request(rulebook, row, name, changed) for row, name in zip(rows, names, strict=True)]


def updates(rulebook: Rulebook, ids: Ids, steps: Sequence[Step]) -> list[Document]:
    """Changes of status; what an agency or a coordinator wrote to them is not told."""
    names = ids.names(UPDATE, [step.id for step in steps])
    about = ids.names(REQUEST, [step.ticket_id for step in steps])
    return [
        {
            "update_id": name,
            "service_request_id": ticket,
            "status": status(step.status),
            "updated_datetime": moment(rulebook.city, step.at),
            "description": notes(rulebook, step.status),
        }
        for name, ticket, step in zip(names, about, steps, strict=True)
    ]


def status(of: str) -> str:
    return "open" if is_open(of) else "closed"


def notes(rulebook: Rulebook, of: str) -> str:
    """The standard sentence for a status."""
    return rulebook.wording.say(STATUS_SENTENCE.format(of), rulebook.language, {})


def moment(city: City, at: datetime) -> str:
    """ISO 8601 with the city's offset, to the second."""
    return at.astimezone(city.zone).isoformat(timespec="seconds")


def _service(city: City, code: str, service: Service) -> Document:
    agency = city.agency_name(service.agency)
    return {
        "service_code": code,
        "service_name": service.name,
        "description": f"{service.name} ({agency})",
        "metadata": service.question is not None,
        "type": "batch",
        "keywords": None,
        "group": agency,
    }


def _request(rulebook: Rulebook, row: Row, name: str, changed: Mapping[int, datetime]) -> Document:
    city = rulebook.city
    service = city.services.get(row.service)
    service_name = service.name if service else row.service
    # Officers may write more into that field than the name of an area: what is not on the list stays here.
    area = f"Kelurahan {row.area}" if row.area in rulebook.areas.names else None
    is_point = service is not None and publicity(service) == POINT
    return {
        "service_request_id": name,
        "status": status(row.status),
        "status_notes": notes(rulebook, row.status),
        "service_name": service_name,
        "service_code": row.service,
        "description": f"{service_name}, {area}" if area else service_name,
        "agency_responsible": city.agency_name(row.agency),
        "service_notice": None,
        "requested_datetime": moment(city, row.created_at),
        "updated_datetime": moment(city, max(row.created_at, changed.get(row.id, row.created_at))),
        "expected_datetime": moment(city, row.expected_on or row.solve_by),
        "address": area,
        "address_id": None,
        "zipcode": None,
        "lat": _degrees(row.latitude) if is_point else None,
        "long": _degrees(row.longitude) if is_point else None,
        "media_url": None,
    }


def _degrees(cells: float | None) -> float | None:
    return None if cells is None else round(cells / CELLS_A_DEGREE, 4)
