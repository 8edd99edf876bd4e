"""A citizen with a phone: signed webhook requests as Twilio would post them.

The numbers are invented: +62 800 is the toll-free range, and nobody writes a WhatsApp message from it.
"""

import itertools
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field

import httpx
from twilio.request_validator import RequestValidator

MESSAGES, STATUS = "/webhooks/twilio/messages", "/webhooks/twilio/status"
_numbers = itertools.count(1)


def invented_number() -> str:
    """Another one at each call, in E.164."""
    return f"+62800000{next(_numbers):04d}"


def new_sid(prefix: str = "SM") -> str:
    return prefix + uuid.uuid4().hex


@dataclass(frozen=True)
class Line:
    """The connection between Twilio and our webhooks.

    ``public_url`` is what the system has been told is its address and what is signed; ``url`` is where the
    request really goes, the same unless said otherwise.
    """

    public_url: str
    account: str
    token: str
    url: str = ""

    def signature(self, path: str, form: Mapping[str, str], token: str | None = None) -> str:
        return RequestValidator(token or self.token).compute_signature(self.public_url + path, dict(form))

    def headers(self, path: str, form: Mapping[str, str]) -> dict[str, str]:
        return {"X-Twilio-Signature": self.signature(path, form)}

    def post(
        self, form: Mapping[str, str], path: str = MESSAGES, client: httpx.Client | None = None
    ) -> httpx.Response:
        """Sign and post; give a client to keep the connection for many messages."""
        address = (self.url or self.public_url) + path
        if client:
            return client.post(address, data=dict(form), headers=self.headers(path, form))
        return httpx.post(
            address, data=dict(form), headers=self.headers(path, form), timeout=15, trust_env=False, verify=False
        )


@dataclass(frozen=True)
class Citizen:
    """One phone, writing to one number of ours (``whatsapp:+62...`` or ``+62...``)."""

    line: Line
    our_address: str
    number: str = field(default_factory=invented_number)
    name: str = "Warga Contoh"

    @property
    def address(self) -> str:
        return f"whatsapp:{self.number}" if self.our_address.startswith("whatsapp:") else self.number

    def says(self, text: str, *, client: httpx.Client | None = None, **fields: str) -> httpx.Response:
        """Post a message; ``fields`` add to the form or replace what is in it."""
        return self.line.post(self.form(text, **fields), client=client)

    def form(self, text: str, **fields: str) -> dict[str, str]:
        """The form of a message as Twilio fills it in."""
        return message_form(self.line.account, self.address, self.our_address, text, self.name) | fields

    def photo_form(self, text: str, *urls: str, content_type: str = "image/jpeg") -> dict[str, str]:
        media = {f"MediaUrl{n}": url for n, url in enumerate(urls)}
        types = {f"MediaContentType{n}": content_type for n in range(len(urls))}
        return self.form(text, NumMedia=str(len(urls)), MessageType="image", **media, **types)

    def pin_form(self, latitude: float, longitude: float, address: str = "") -> dict[str, str]:
        place = {"Latitude": str(latitude), "Longitude": str(longitude), "Address": address}
        return self.form("", MessageType="location", **place)

    def button_form(self, payload: str, title: str) -> dict[str, str]:
        return self.form(title, ButtonPayload=payload, ButtonText=title, MessageType="button")


def message_form(account: str, sender: str, to: str, text: str, name: str = "Warga Contoh") -> dict[str, str]:
    """The fields that Twilio sends with every message, and those of WhatsApp where it is one."""
    sid = new_sid()
    form = {
        "MessageSid": sid,
        "SmsSid": sid,
        "SmsMessageSid": sid,
        "AccountSid": account,
        "From": sender,
        "To": to,
        "Body": text,
        "NumMedia": "0",
        "NumSegments": "1",
        "SmsStatus": "received",
        "ApiVersion": "2010-04-01",
    }
    if sender.startswith("whatsapp:"):
        number = sender.removeprefix("whatsapp:")
        form |= {"ProfileName": name, "MessageType": "text"}
        form |= {"WaId": number.removeprefix("+")} if number.startswith("+") else {"ExternalUserId": sender}
    return form


def status_form(account: str, sid: str, status: str, **fields: str) -> dict[str, str]:
    """The form of a status callback."""
    named = {"MessageSid": sid, "SmsSid": sid, "MessageStatus": status, "SmsStatus": status}
    return {"AccountSid": account, "ApiVersion": "2010-04-01", **named, **fields}
