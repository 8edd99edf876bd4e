"""WhatsApp and SMS through Twilio.

Facts about the wire (November 2026, Twilio's documentation and its published OpenAPI): webhooks are form-encoded
and gain fields without notice; the signature does not delimit keys from values, so a signed request may still
have been re-cut and its shape is checked strictly; sending has no idempotency key.
"""

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import phonenumbers
import structlog
from requests.adapters import HTTPAdapter
from requests.exceptions import ConnectionError as RequestsConnectionError
from requests.exceptions import ConnectTimeout, RequestException
from twilio.base.exceptions import TwilioException, TwilioRestException, TwilioServiceException
from twilio.http.http_client import TwilioHttpClient
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from bot.delivery import failures
from bot.messages import SMS, WHATSAPP, Content, Incoming, Location, Media, Outgoing, SendError, Sent
from bot.wording.plain_text import plain_text
from handlers.channels.gate import ForgedRequestError, MalformedRequestError
from handlers.channels.twilio_errors import kind_of

log = structlog.get_logger()

MESSAGE_SID = re.compile(r"(SM|MM)[0-9a-fA-F]{32}")
# A message's id as it stands in what Twilio signs: names and values with nothing between them.
SIGNED_SID = re.compile(r"MessageSid((?:SM|MM)[0-9a-fA-F]{32})")
PHONE = re.compile(r"\+[1-9][0-9]{6,14}")
UNSEEN = "\r\n\t\u200d\u200e\u200f"  # within a text: line ends, joined emoji, marks of right-to-left
BASE64 = re.compile(r"(?:[A-Za-z0-9+/]{4}){8,}(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?")
TIMEOUT_S = 10.0
LONGEST_BODY = 1_600
LISTED = 1_000  # one page; of fewer, a message that many others followed would be taken for one never sent
CONNECTIONS = 64  # of two lines

# Buttons that Twilio does not take: their template is gone or was changed, or a value is not to its liking. It
# says so at once, so nothing has gone out, and the question can be asked as text.
NO_BUTTONS = frozenset({"21654", "21655", "21656", "21658"})


@dataclass(frozen=True)
class TwilioGate:
    """Checks what comes in. ``base_url`` is the configured public address: never the request's own Host."""

    account_sid: str
    tokens: tuple[str, ...]
    base_url: str
    our_numbers: frozenset[str]

    def check(self, path_and_query: str, form: Mapping[str, Any], signature: str | None) -> None:
        """ForgedRequestError unless one of our tokens signed this; without a token nothing passes.

        MalformedRequestError where it is signed but not about a message of our account.
        """
        url = f"{self.base_url}{path_and_query}"
        if not signature or not any(RequestValidator(t).validate(url, form, signature) for t in self.tokens):
            raise ForgedRequestError
        if form.get("AccountSid") != self.account_sid:
            raise MalformedRequestError("AccountSid is not ours.")
        if not MESSAGE_SID.fullmatch(form.get("MessageSid", "")):
            raise MalformedRequestError("MessageSid is missing or malformed.")
        if _hides_another_id(form):
            raise MalformedRequestError("The id of another message stands inside a field.")

    def receive(self, form: Mapping[str, str]) -> Incoming:
        """The message in a checked form; MalformedRequestError where it is none."""
        sender, to = form.get("From", ""), form.get("To", "")
        if not sender or not to:
            raise MalformedRequestError("From or To is missing.")
        if sender.startswith("whatsapp:") != to.startswith("whatsapp:"):
            raise MalformedRequestError("From and To are of two kinds.")
        channel = WHATSAPP if sender.startswith("whatsapp:") else SMS
        content = _content(form, channel)
        return Incoming(channel, form["MessageSid"], sender, to, content, _phone(sender), dict(form))

    def is_ours(self, incoming: Incoming) -> bool:
        return incoming.our_address in self.our_numbers


def _hides_another_id(form: Mapping[str, Any]) -> bool:
    """Whether somebody cut fields out of a text that they had written themselves and Twilio signed.

    What was left over of the real message, with its id, then stands somewhere inside a field.
    """
    named = (pair for pair in sorted(form.items()) if pair[0] == "MessageSid" or not _names_a_message(*pair))
    signed = "".join(f"{name}{value}" for name, value in named)
    return any(sid != form["MessageSid"] for sid in SIGNED_SID.findall(signed))


def _names_a_message(name: str, value: str) -> bool:
    """A field such as OriginalRepliedMessageSid, of which there may be more one day."""
    return name.isalpha() and MESSAGE_SID.fullmatch(value) is not None


class TwilioChannel:
    """Sends through the official client; one instance serves both WhatsApp and SMS."""

    def __init__(
        self,
        account_sid: str,
        token: str,
        senders: Mapping[str, str],
        base_url: str,
        api_base: str,
        timeout_s: float = TIMEOUT_S,
    ) -> None:
        self._client = Client(account_sid, token, http_client=_http(timeout_s))
        if api_base:
            self._client.api.base_url = api_base.rstrip("/")
        self._senders = senders
        self._callback = f"{base_url}/webhooks/twilio/status"

    def send(self, message: Outgoing) -> Sent:
        """Hand ``message`` to Twilio; SendError tells whether trying again helps."""
        try:
            return self._create(message)
        except SendError as error:
            if not message.interactive or error.code not in NO_BUTTONS:
                raise
            log.error("buttons_refused", outbound=message.id, template=message.template, code=error.code)
            return self._create(replace(message, template=None, variables={}, interactive=False))

    def _create(self, message: Outgoing) -> Sent:
        arguments = {
            "to": message.recipient,
            "from_": self._sender(message),
            "status_callback": f"{self._callback}?outbound={message.id}",
            **_what(message),
        }
        try:
            created = self._client.messages.create(**arguments)
        except (TwilioException, RequestException) as error:
            raise _send_error(error) from None
        return Sent(str(created.sid))

    def find_sent(self, message: Outgoing, known: frozenset[str]) -> str | None:
        """Look a message up by recipient and text among those of the last two days."""
        try:
            listed = self._client.messages.list(
                to=message.recipient,
                from_=self._sender(message),
                date_sent_after=datetime.now(UTC) - timedelta(days=2),
                limit=LISTED,
            )
        except (TwilioException, RequestException) as error:
            raise _send_error(error) from None
        return next((str(m.sid) for m in listed if m.sid not in known and _is_it(message, m.body or "")), None)

    def _sender(self, message: Outgoing) -> str:
        sender = message.sender or self._senders.get(message.channel)
        if not sender:
            raise SendError("later", "no_sender", f"No sender is configured for {message.channel}.")
        return sender


def _http(timeout_s: float) -> TwilioHttpClient:
    """Each sending thread keeps its connection; the library's own pool holds ten."""
    http = TwilioHttpClient(timeout=timeout_s)
    for scheme in ("https://", "http://"):
        http.session.mount(scheme, HTTPAdapter(pool_maxsize=CONNECTIONS))
    return http


def _what(message: Outgoing) -> dict[str, str]:
    if message.template:
        return {"content_sid": message.template, "content_variables": json.dumps(dict(message.variables))}
    return {"body": _rendered(message)}


def _rendered(message: Outgoing) -> str:
    """Choices as a numbered list: it works in WhatsApp and SMS alike, and needs no template."""
    return plain_text(message)[:LONGEST_BODY]


def _is_it(message: Outgoing, body: str) -> bool:
    """Whether a listed text is this message. A template was put into words by Twilio, with our values in it; of
    buttons and lists only the text is listed."""
    if message.interactive:
        return message.variables.get("1") == " ".join(body.split()) or body == _rendered(message)
    if message.template and message.variables:
        return all(value in body for value in message.variables.values())
    return body == _rendered(message)


def _send_error(error: Exception) -> SendError:
    if isinstance(error, (TwilioRestException, TwilioServiceException)):
        return _refusal(error)
    if isinstance(error, ConnectTimeout):
        return SendError("later", "connect")  # nothing was sent yet
    if isinstance(error, RequestsConnectionError) and "refused" in str(error).lower():
        return SendError("later", "connect")
    return SendError("in_doubt", type(error).__name__)


def _refusal(error: TwilioRestException | TwilioServiceException) -> SendError:
    code = error.code or error.status
    if error.status == 429:
        return SendError(failures.LATER, str(code))
    return SendError(failures.IN_DOUBT if error.status >= 500 else kind_of(code), str(code))


def _content(form: Mapping[str, str], channel: str) -> Content:
    return Content(
        text=_text(form, channel),
        choice=_choice(form),
        location=_location(form),
        media=_media(form),
        quoted=form.get("OriginalRepliedMessageSid"),
        profile_name=form.get("ProfileName"),
        opt_out=form.get("OptOutType"),
    )


def _text(form: Mapping[str, str], channel: str) -> str:
    """What was written. A choice without a text says what stood on it: its question may be long answered."""
    body = form.get("Body") or form.get("ButtonText") or form.get("ListTitle") or ""
    joined = channel == SMS and form.get("NumSegments", "1") not in ("", "0", "1")
    return (_from_base64(body) or body) if joined else body


def _from_base64(body: str) -> str | None:
    """A joined SMS that Twilio handed over in base64; None where it may be anything else.

    Whoever writes this long without a space writes no text of which every four letters are valid UTF-8.
    """
    if not BASE64.fullmatch(body):
        return None
    try:
        text = base64.b64decode(body, validate=True).decode()
    except ValueError:
        return None
    return text if all(character.isprintable() or character in UNSEEN for character in text) else None


def _choice(form: Mapping[str, str]) -> str | None:
    """The key of the button or the row that was picked, wherever it stands."""
    if form.get("ButtonPayload") or form.get("ListId"):
        return form.get("ButtonPayload") or form.get("ListId")
    try:
        interactive = json.loads(form.get("InteractiveData") or "{}")
    except (ValueError, RecursionError):
        return None
    if not isinstance(interactive, dict):
        return None
    replies = (interactive, interactive.get("list_reply"), interactive.get("button_reply"))
    keys = (reply.get("id") for reply in replies if isinstance(reply, dict))
    return next((str(key) for key in keys if key and isinstance(key, str | int)), None)


def _location(form: Mapping[str, str]) -> Location | None:
    """The pin; None where it lies nowhere. 0, 0 is what a phone says that does not know where it is."""
    try:
        latitude, longitude = float(form["Latitude"]), float(form["Longitude"])
    except (KeyError, ValueError):
        return None
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180) or latitude == longitude == 0:
        return None
    return Location(latitude, longitude, form.get("Address") or form.get("Label") or "")


def _media(form: Mapping[str, str]) -> tuple[Media, ...]:
    count = form.get("NumMedia", "0")
    numbers = range(min(int(count), 10)) if count.isdecimal() and len(count) < 4 else range(0)
    return tuple(
        Media(form[f"MediaUrl{n}"], form.get(f"MediaContentType{n}", ""))
        for n in numbers
        if f"MediaUrl{n}" in form
    )


def _phone(address: str) -> str | None:
    """E.164 of an address that is a phone number. ``whatsapp:US.1234`` is a user id and has none."""
    number = address.removeprefix("whatsapp:")
    if not PHONE.fullmatch(number):
        return None  # the parser below would read a number out of "+62 800 TAXI" or of other scripts' digits
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(parsed):
        return None
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
