"""What Twilio knows of an account beside its messages: numbers, senders, Messaging Services, templates.

Several of Twilio's hosts in one: api (phone numbers), messaging (senders, services), content (templates).
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from flask import Blueprint, Response, abort, current_app, jsonify, request

setup_api = Blueprint("setup", __name__)
CREATED = "2026-11-01T03:00:00Z"
PAGE_SIZE = 2


@dataclass
class Setup:
    """One account; a test fills it and may make single areas fail. Senders by number, templates by name."""

    sid: str
    token: str
    status: str = "active"
    type: str = "Full"
    numbers: list[dict[str, Any]] = field(default_factory=list)
    senders: list[dict[str, Any]] = field(default_factory=list)
    services: list[dict[str, Any]] = field(default_factory=list)
    contents: list[dict[str, Any]] = field(default_factory=list)
    broken: set[str] = field(default_factory=set)  # parts of paths that answer 503

    def change(self, values: Mapping[str, Any]) -> None:
        """Set attributes by name; AttributeError for one that there is not."""
        for name, value in values.items():
            getattr(self, name)
            setattr(self, name, set(value) if name == "broken" else value)

    def add_number(self, phone: str, url: str, **changes: Any) -> None:
        self.numbers.append(
            {
                "sid": f"PN{len(self.numbers):032x}",
                "phone_number": phone,
                "sms_url": url,
                "sms_method": "POST",
                "sms_fallback_url": url.partition("#")[0],
                "sms_fallback_method": "POST",
                "sms_application_sid": "",
            }
            | changes
        )

    def add_sender(self, address: str, url: str, status_url: str, **changes: Any) -> None:
        webhook = {
            "callback_url": url,
            "callback_method": "POST",
            "fallback_url": url.partition("#")[0],
            "fallback_method": "POST",
            "status_callback_url": status_url,
            "status_callback_method": "POST",
        }
        sid = f"XE{len(self.senders):032x}"
        self.senders.append(
            {"sid": sid, "sender_id": address, "status": "ONLINE", "webhook": webhook, "offline_reasons": None}
            | changes
        )

    def add_service(self, name: str, url: str, *senders: str, **changes: Any) -> None:
        """A Messaging Service with ``senders`` (either form) in its pool."""
        self.services.append(
            {
                "sid": f"MG{len(self.services):032x}",
                "friendly_name": name,
                "inbound_request_url": url,
                "inbound_method": "POST",
                "fallback_url": url.partition("#")[0],
                "fallback_method": "POST",
                "status_callback": None,
                "use_inbound_webhook_on_number": False,
                "date_created": CREATED,
                "date_updated": CREATED,
                "pool": list(senders),
            }
            | changes
        )

    def add_content(self, name: str, body: str, status: str = "approved", reason: str = "") -> str:
        """A template; its ContentSid."""
        sid = f"HX{len(self.contents):032x}"
        approval = {"name": name, "category": "UTILITY", "content_type": "twilio/text", "status": status,
                    "rejection_reason": reason, "allow_category_change": True}  # fmt: skip
        self.contents.append(
            {
                "sid": sid,
                "account_sid": self.sid,
                "friendly_name": name,
                "language": "id",
                "variables": {},
                "types": {"twilio/text": {"body": body}},
                "approval_requests": approval if status else {},
                "date_created": CREATED,
                "date_updated": CREATED,
            }
        )
        return sid

    def to_json(self) -> dict[str, Any]:
        return asdict(self) | {"broken": sorted(self.broken)}


def _here() -> Setup:
    found: Setup = current_app.extensions["setup"]
    return found


@setup_api.before_request
def check_credentials() -> tuple[Response, int] | None:
    setup, given = _here(), request.authorization
    if not given or (given.username, given.password) != (setup.sid, setup.token):
        return jsonify(code=20003, message="Authenticate", status=401), 401
    if any(part in request.path for part in setup.broken):
        return jsonify(code=20503, message="Service unavailable", status=503), 503
    return None


@setup_api.get("/2010-04-01/Accounts/<sid>.json")
def account(sid: str) -> Response:
    setup = _here()
    return jsonify(sid=sid, status=setup.status, type=setup.type, friendly_name="stand-in")


@setup_api.get("/2010-04-01/Accounts/<sid>/IncomingPhoneNumbers.json")
def numbers(sid: str) -> Response:
    """Twilio finds a number by any part of it."""
    wanted = request.args.get("PhoneNumber", "")
    found = [number for number in _here().numbers if wanted in number["phone_number"]]
    return jsonify(incoming_phone_numbers=found, page=0, page_size=50, next_page_uri=None)


@setup_api.get("/v2/Channels/Senders")
def senders() -> Response:
    """Abridged, as lists may be."""
    if request.args.get("Channel") != "whatsapp":
        abort(400)
    return _page("senders", ({k: s[k] for k in ("sid", "sender_id", "status")} for s in _here().senders))


@setup_api.get("/v2/Channels/Senders/<sid>")
def sender(sid: str) -> Response:
    return jsonify(next((s for s in _here().senders if s["sid"] == sid), None) or abort(404))


@setup_api.get("/v1/Services")
def services() -> Response:
    return _page("services", _here().services)


@setup_api.get("/v1/Services/<sid>/PhoneNumbers")
def service_numbers(sid: str) -> Response:
    return _page("phone_numbers", ({"phone_number": s} for s in _pool(sid) if s.startswith("+")))


@setup_api.get("/v1/Services/<sid>/ChannelSenders")
def service_senders(sid: str) -> Response:
    return _page("senders", ({"sender": s} for s in _pool(sid) if s.startswith("whatsapp:")))


@setup_api.get("/v1/ContentAndApprovals")
def contents() -> Response:
    return _page("contents", _here().contents)


def _pool(sid: str) -> list[str]:
    return next((service["pool"] for service in _here().services if service["sid"] == sid), [])


def _page(key: str, items: Iterable[Mapping[str, Any]]) -> Response:
    """Pages of no more than ``PAGE_SIZE`` items, whatever size was asked for, so that callers must turn them."""
    everything = list(items)
    page = request.args.get("Page", 0, int)
    shown = everything[page * PAGE_SIZE : (page + 1) * PAGE_SIZE]
    more = (page + 1) * PAGE_SIZE < len(everything)
    following = f"{request.base_url}?{_query(page + 1)}" if more else None
    return jsonify(
        {key: shown, "meta": {"key": key, "page": page, "page_size": PAGE_SIZE, "next_page_url": following}}
    )


def _query(page: int) -> str:
    others = (f"{name}={value}" for name, value in request.args.items() if name != "Page")
    return "&".join([*others, f"Page={page}"])
