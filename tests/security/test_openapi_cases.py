"""Whatever is asked of a public address, the answer is one that the OpenAPI document foretells, and never a 5xx.

Cases are made by Schemathesis from the document that the application itself serves, good ones and bad ones; half
of them use links, numbers, keys and signatures that hold, so that they come in behind the door. They are the same
at every run. ``SECURITY=full`` makes ``SECURITY_CASES`` of them (5,000 unless it says otherwise).
"""

import os
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from sqlalchemy import select
from twilio.request_validator import RequestValidator

from bot.accounts import api_keys, reset_links
from bot.personal import copy_links
from bot.rulebook import Rulebook
from bot.status import Move
from bot.tickets import citizen_page, tickets
from handlers.auth import create_user
from handlers.channels import signing
from storage.database import Database
from storage.models import Attachment, Heartbeat, MediaFile, User
from tests.handlers.city_hall import PASSWORD, CityHall, on
from tests.handlers.console.test_media_pages import send
from tests.security import sizes, tally
from tests.support.gateway import OUR_GATEWAY, SECRET, sms
from tests.support.settings import ACCOUNT, OUR_WHATSAPP, TOKEN, isolated_settings

CASES = sizes.many(400, int(os.environ.get("SECURITY_CASES", "5000")))
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
EMAIL, FROM = "rina@jakarta.example", "whatsapp:+628000001234"
HERE = "http://localhost"
FEW = 3


@dataclass
class World:
    """The application, and what opens its doors."""

    hall: CityHall
    key: str = ""
    secrets: dict[str, dict[str, str]] = field(default_factory=dict)
    bodies: dict[str, list[dict[str, str]]] = field(default_factory=dict)

    def lead_in(self, case: Any) -> None:
        """Put what holds in the place of what was made up."""
        path = case.operation.path
        for part, values in self.secrets.items():
            if path.startswith(part):
                case.path_parameters = {**(case.path_parameters or {}), **_known(case, values)}
        if path.startswith("/open311"):
            case.headers = {**(case.headers or {}), "Authorization": f"Bearer {self.key}"}
        if (forms := self.bodies.get(path)) and case.method == "POST":
            case.body = forms[0] if len(forms) == 1 else forms.pop()

    def sign(self, case: Any) -> None:
        """As the provider would; what was made up is signed as it stands."""
        path = case.operation.path
        if path.startswith("/webhooks/twilio") and isinstance(case.body, dict):
            case.query = {}
            case.body = {name: str(value) for name, value in case.body.items()} | {"AccountSid": ACCOUNT}
            signature = RequestValidator(TOKEN).compute_signature(f"{HERE}{path}", case.body)
            case.headers = {**(case.headers or {}), "X-Twilio-Signature": signature}
        elif path.startswith("/webhooks/gateway"):
            raw = case.as_transport_kwargs().get("data") or b""
            body = raw if isinstance(raw, bytes) else str(raw).encode()
            at = self.hall.now.timestamp()
            case.headers = {**(case.headers or {}), **signing.signed_headers(SECRET, at, body)}


@pytest.fixture
def world(sqlite_database: Database, rulebook: Rulebook, tmp_path: Path) -> World:
    gateway = {"gateway_secret": SECRET, "gateway_from": OUR_GATEWAY}
    hall = on(
        sqlite_database, rulebook, isolated_settings(public_url=HERE, media_folder=tmp_path / "media", **gateway)
    )
    hall.app.config["WTF_CSRF_ENABLED"] = False  # else no form comes further than its token
    found = World(hall)
    number, token = hall.forwarded(place="Jl. Kenanga 5", kelurahan="Tebet Barat")
    send(hall, number, b"\xff\xd8 no photo")
    hall.moved(number, Move.ACCEPT, "agency:bina_marga")
    with hall.database.begin() as session:
        ticket = tickets.by_number(session, number)
        secret = citizen_page.path_of(ticket).rpartition("/")[2]
        create_user(session, EMAIL, PASSWORD, "coordinator", hall.now)
        session.add(Heartbeat(worker="one", at=hall.now))
        account = session.scalars(select(User)).one()
        wish = api_keys.Wish("Kasus", api_keys.SCOPES, "bina_marga")
        _, found.key = api_keys.create(session, wish, None, hall.now, list(rulebook.city.agencies))
        reset = reset_links.without_letter(session, rulebook, account, hall.now).rpartition("/")[2]
        copy = urlsplit(copy_links.offer(session, rulebook, ticket.citizen_id, hall.now)).path.split("/")[-2:]
        code = citizen_page.short_address_of(rulebook, ticket).rpartition("/")[2]
        files = [str(one) for one in session.scalars(select(MediaFile.id))] or ["1"]
        photos = [str(one) for one in session.scalars(select(Attachment.id))] or ["1"]
    ids = {"file_id": files[0], "photo_id": photos[0]}
    found.secrets = {
        "/agency/": {"token": token, **ids, "action": "accept"},
        "/t/": {"number": number, "secret": secret, "code": code, **ids, "action": "add"},
        "/reset/": {"token": reset},
        "/salinan/": {"request_id": copy[0], "secret": copy[1]},
        "/open311/": {"service_code": "jalan_rusak", "service_request_id": number},
    }
    found.bodies = {
        "/login": [{"email": EMAIL, "password": PASSWORD}],
        "/t": [{"number": number, "digits": "1230"}],
        "/webhooks/gateway/messages": [sms()],
        "/webhooks/twilio/messages": [
            {
                "MessageSid": "SM" + "0a" * 16,
                "From": FROM,
                "To": OUR_WHATSAPP,
                "Body": "jalan rusak",
                "NumMedia": "0",
            }
        ],
    }
    return found


def test_every_case_is_answered_as_the_document_says(world: World) -> None:
    schema = schemathesis.openapi.from_wsgi("/openapi.json", world.hall.app)
    operations = [found.ok() for found in schema.get_all_operations()]
    seen: Counter[int] = Counter()
    for number, operation in enumerate(sorted(operations, key=_has_choices)):
        left = CASES - sum(seen.values())
        _try(world, operation, -(-left // (len(operations) - number)) if _has_choices(operation) else FEW, seen)
    assert sum(seen.values()) >= CASES
    assert {code // 100 for code in seen} >= {2, 3, 4}, "some must come in, and some must not"
    tally.note("OpenAPI", f"{len(operations)} operations of the document", sum(seen.values()), tally.answers(seen))


def _has_choices(operation: Any) -> bool:
    """Whether there is anything to make up: of the others a few cases are all that there are."""
    said = operation.definition.raw
    return "{" in operation.path or bool(said.get("parameters") or said.get("requestBody"))


def _try(world: World, operation: Any, cases: int, seen: Counter[int]) -> None:
    made = operation.as_strategy(generation_mode=schemathesis.GenerationMode.POSITIVE) | operation.as_strategy(
        generation_mode=schemathesis.GenerationMode.NEGATIVE
    )

    @settings(
        max_examples=cases,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=made, holds=st.booleans(), signed=st.booleans())
    def one(case: Any, holds: bool, signed: bool) -> None:
        if holds:
            world.lead_in(case)
        if signed:
            world.sign(case)
        answer = case.call()
        seen[answer.status_code] += 1
        case.validate_response(answer, checks=CHECKS)

    one()


def _known(case: Any, values: dict[str, str]) -> dict[str, str]:
    """Those of ``values`` that this path asks for."""
    wanted = {
        part[1:-1] for part in case.operation.path.replace(".{format}", "").split("/") if part.startswith("{")
    }
    return {name: value for name, value in values.items() if name in wanted}
