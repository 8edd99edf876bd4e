"""What an SMS gateway posts to us: a citizen's message, or what became of one of ours. Checked, then believed."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, TypeVar

import phonenumbers
from flask import Response, jsonify, request
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from bot.delivery import reports
from bot.messages import GATEWAY, Channel, Content, Incoming
from bot.settings import Settings
from handlers.channels import signing
from handlers.channels.gate import MalformedRequestError
from handlers.channels.http_gateway import GatewayChannel, Line
from handlers.channels.provider import Provider
from handlers.edge import edge
from handlers.webhooks import keep, room

E164 = re.compile(r"\+[1-9][0-9]{6,14}")
DIGITS = re.compile(r"[0-9]{8,15}")
REFERENCE = re.compile(r"([0-9]{1,18})-[0-9a-f]{8}")
LONGEST_ADDRESS = 64
Shape = TypeVar("Shape", bound=BaseModel)
webhooks = room("gateway")


def _visible(value: str) -> str:
    if not value.isprintable() or not value.strip():
        raise ValueError("it is empty or has characters that cannot be seen")
    return value


def _moment(value: str) -> str:
    if datetime.fromisoformat(value).tzinfo is None:
        raise ValueError("it has no time zone")
    return value


Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9._:@+=/-]{1,128}$")]
Address = Annotated[str, Field(max_length=LONGEST_ADDRESS), AfterValidator(_visible)]
Code = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{1,64}$")]


class GatewayMessage(BaseModel):
    """One SMS as the gateway posts it. ``received_at``: when it had it, in ISO 8601 with a zone; only kept."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    id: Id
    sender: Address = Field(alias="from")
    to: Address
    text: str
    received_at: Annotated[str, AfterValidator(_moment)] | None = None


class GatewayReport(BaseModel):
    """What became of a message. ``id`` is the gateway's, ``reference`` the one that we gave it."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    id: Id
    status: Code
    reference: str | None = None
    error: Code | None = None

    @property
    def outbound_id(self) -> int | None:
        """Our row; None where the reference is none of ours."""
        found = REFERENCE.fullmatch(self.reference or "")
        return int(found[1]) if found else None


@dataclass(frozen=True)
class GatewayGate:
    """Checks what comes in. ``country`` (ISO 3166) is where numbers without a country code belong."""

    secrets: tuple[str, ...]
    our_number: str
    country: str

    def message(self, body: bytes, headers: Mapping[str, str], now: datetime) -> Incoming:
        """The message in a request; ForgedRequestError, or MalformedRequestError where it is signed but none."""
        raw = self._checked(body, headers, now)
        found = _shaped(GatewayMessage, raw)
        sender, to = self._address(found.sender), self._address(found.to)
        phone = sender if E164.fullmatch(sender) else None
        return Incoming(GATEWAY, found.id, sender, to, Content(text=found.text), phone, raw)

    def report(self, body: bytes, headers: Mapping[str, str], now: datetime) -> GatewayReport:
        """The report in a request; errors as in :meth:`message`."""
        return _shaped(GatewayReport, self._checked(body, headers, now))

    def is_ours(self, incoming: Incoming) -> bool:
        return bool(self.our_number) and incoming.our_address == self._address(self.our_number)

    def _checked(self, body: bytes, headers: Mapping[str, str], now: datetime) -> dict[str, Any]:
        signing.check(self.secrets, headers, body, now)
        try:
            data = json.loads(body.decode(), object_pairs_hook=_once)
        except (ValueError, RecursionError):
            raise MalformedRequestError("The body is no JSON object in UTF-8.") from None
        if not isinstance(data, dict):
            raise MalformedRequestError("The body is no JSON object in UTF-8.")
        # A gateway that cuts a long SMS in two may cut an emoji in two.
        return {key: _whole(value) if isinstance(value, str) else value for key, value in data.items()}

    def _address(self, written: str) -> str:
        """E.164 of a phone number, however the gateway writes it; else as it came (``TELKOMSEL``, 1708)."""
        bare = re.sub(r"[ ().-]", "", written)
        if bare.startswith("+"):
            return _e164(bare, None) or written
        local = phonenumbers.country_code_for_region(self.country)
        if DIGITS.fullmatch(bare) and bare.startswith("0"):
            return _e164(bare, self.country) or written
        if DIGITS.fullmatch(bare) and local and bare.startswith(str(local)):
            return _e164(f"+{bare}", None) or written
        return written


def _e164(number: str, country: str | None) -> str | None:
    """The number with its country code; None for what cannot be one."""
    if country is None and not E164.fullmatch(number):
        return None
    try:
        parsed = phonenumbers.parse(number, country)
    except phonenumbers.NumberParseException:
        return None
    if phonenumbers.is_possible_number_with_reason(parsed) != phonenumbers.ValidationResult.IS_POSSIBLE:
        return None
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def _shaped(shape: type[Shape], data: Mapping[str, Any]) -> Shape:
    try:
        return shape.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part)[:LONGEST_ADDRESS] for part in first["loc"]) or "the body"
        raise MalformedRequestError(f"{_whole(where)!a}: {first['msg']}.") from None


def _once(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """A name that stands there twice could be read differently by whoever checked the message before us."""
    listed = list(pairs)
    found = dict(listed)
    if len(found) != len(listed):
        raise ValueError("a name twice")
    return found


def _whole(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


@webhooks.post("/messages")
def message() -> Response:
    """A citizen's SMS through a gateway of one's own; the same answers as Twilio's webhook gives."""
    gate = _gate()
    incoming = gate.message(request.get_data(), dict(request.headers), edge().clock.now())
    keep(incoming, ours=gate.is_ours(incoming))
    return jsonify(ok=True)


@webhooks.post("/status")
def status() -> Response:
    """A gateway's report about a message of ours; one that is unknown, repeated or late changes nothing."""
    here = edge()
    report = _gate().report(request.get_data(), dict(request.headers), here.clock.now())
    with here.database.begin() as session:
        reports.record_status(
            session,
            report.outbound_id,
            report.id,
            report.status,
            report.error,
            here.clock.now(),
            (GATEWAY,),
            rulebook=here.rulebook,
        )
    return jsonify(ok=True)


def _gate() -> GatewayGate:
    here = edge()
    return GatewayGate(
        here.settings.gateway_secret, here.settings.gateway_from, here.rulebook.city.calendar.country
    )


def _ways_out(settings: Settings) -> Mapping[str, Channel]:
    line = Line.of(settings)
    return {GATEWAY: GatewayChannel(line)} if line else {}


PROVIDER = Provider("gateway", _ways_out, webhooks)
