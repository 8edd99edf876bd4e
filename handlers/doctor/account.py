"""Reads a Twilio account with the official client. What cannot be read becomes an ``Unknown``, never an error."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

from requests.exceptions import RequestException
from twilio.base.exceptions import TwilioException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from bot.wording.templates import PLACEHOLDER
from handlers.doctor.facts import Account, Content, Hooks, Sender, Service
from handlers.doctor.findings import Unknown

TIMEOUT_S = 10.0
PAGE = 500
ONLINE = ("ONLINE", "ONLINE:UPDATING")
Fact = TypeVar("Fact")


class TwilioAccount:
    """The account of ``account_sid``. ``api_base`` stands in for all of Twilio's hosts, for tests."""

    def __init__(self, account_sid: str, token: str, api_base: str = "", timeout_s: float = TIMEOUT_S) -> None:
        self._client = Client(account_sid, token, http_client=TwilioHttpClient(timeout=timeout_s))
        self._sid = account_sid
        if api_base:
            for domain in (self._client.api, self._client.content, self._client.messaging):
                domain.base_url = api_base.rstrip("/")

    def account(self) -> Account | Unknown:
        """Its state and type."""
        return _known(self._account)

    def number(self, phone: str) -> Sender | Unknown | None:
        """The phone number (E.164) with what happens to SMS; None where the account has no such number."""
        return _known(lambda: self._number(phone))

    def whatsapp_sender(self, address: str) -> Sender | Unknown | None:
        """The WhatsApp sender ``whatsapp:+62...``; None where the account has none such."""
        return _known(lambda: self._whatsapp_sender(address))

    def service_of(self, address: str) -> Service | Unknown | None:
        """The Messaging Service that has ``address`` (either form) among its senders."""
        return _known(lambda: next(self._services_with(address), None))

    def contents(self) -> Mapping[str, Content] | Unknown:
        """All templates by ContentSid."""
        return _known(self._contents)

    def _account(self) -> Account:
        found = self._client.api.accounts(self._sid).fetch()
        return Account(str(found.status), str(found.type))

    def _number(self, phone: str) -> Sender | None:
        listed = self._client.incoming_phone_numbers.list(phone_number=phone, limit=PAGE)
        return next((_from_number(number) for number in listed if number.phone_number == phone), None)

    def _whatsapp_sender(self, address: str) -> Sender | None:
        senders = self._client.messaging.v2.channels_senders
        listed = senders.list(channel="whatsapp", page_size=PAGE)
        sid = next((sender.sid for sender in listed if sender.sender_id == address), None)
        return _from_whatsapp(senders(sid).fetch()) if sid else None  # what is listed may be abridged

    def _services_with(self, address: str) -> Iterator[Service]:
        for service in self._client.messaging.v1.services.list(page_size=PAGE):
            if address in self._pool(service.sid, address):
                yield _from_service(service)

    def _pool(self, sid: str, address: str) -> set[str]:
        """The senders of a service that are of the same kind as ``address``."""
        service = self._client.messaging.v1.services(sid)
        if address.startswith("whatsapp:"):
            return {str(sender.sender) for sender in service.channel_senders.list(page_size=PAGE)}
        return {str(number.phone_number) for number in service.phone_numbers.list(page_size=PAGE)}

    def _contents(self) -> dict[str, Content]:
        listed = self._client.content.v1.content_and_approvals.list(page_size=PAGE)
        return {str(content.sid): _from_content(content) for content in listed}


def _known(read: Callable[[], Fact]) -> Fact | Unknown:
    """What ``read`` finds, else why it finds nothing."""
    try:
        return read()
    except (TwilioException, RequestException) as error:
        status = _status(error)
        code = getattr(error, "code", None)
        reason = f"HTTP {status}, code {code}" if status and code and code != status else f"HTTP {status}"
        return Unknown(reason if status else type(error).__name__, status)
    except (ValueError, KeyError):
        return Unknown("the answer has another shape than expected")


def _status(error: Exception) -> int:
    """The HTTP status of an error; lists carry the whole response where other calls carry its number."""
    found = getattr(error, "status", None) or getattr(error.args[-1] if error.args else None, "status_code", None)
    return found if isinstance(found, int) else 0


def _from_number(number: Any) -> Sender:
    hooks = Hooks(
        number.sms_url or "",
        number.sms_method or "POST",
        number.sms_fallback_url or "",
        number.sms_fallback_method or "POST",
    )
    return Sender(str(number.phone_number), hooks, application=number.sms_application_sid or "")


def _from_whatsapp(sender: Any) -> Sender:
    webhook = _plain(sender.webhook)
    hooks = Hooks(
        webhook.get("callback_url") or "",
        webhook.get("callback_method") or "POST",
        webhook.get("fallback_url") or "",
        webhook.get("fallback_method") or "POST",
        webhook.get("status_callback_url"),
    )
    reasons = "; ".join(str(_plain(reason).get("message") or "") for reason in sender.offline_reasons or ())
    state = f"{sender.status}: {reasons}" if reasons else str(sender.status)
    return Sender(str(sender.sender_id), hooks, sender.status in ONLINE, state)


def _from_service(service: Any) -> Service:
    hooks = Hooks(
        service.inbound_request_url or "",
        service.inbound_method or "POST",
        service.fallback_url or "",
        service.fallback_method or "POST",
        service.status_callback,
    )
    return Service(str(service.friendly_name), not service.use_inbound_webhook_on_number, hooks)


def _from_content(content: Any) -> Content:
    approval = _plain(content.approval_requests)
    text = json.dumps(content.types or {}, ensure_ascii=False)
    return Content(
        str(approval.get("status") or "unsubmitted"),
        str(approval.get("rejection_reason") or ""),
        frozenset(PLACEHOLDER.findall(text)),
    )


def _plain(value: Any) -> dict[str, Any]:
    """A nested value as it came; nothing where it is missing or of another shape."""
    return value if isinstance(value, dict) else {}
