"""One class for each channel: how a citizen writes on it, how its provider takes messages, fails and reports.

``test_channel_contract.py`` asks the same of all. A new channel needs a class here and an entry in ``WAYS``.
"""

import json
from collections.abc import Mapping
from typing import Any, ClassVar, Protocol

import httpx

from bot.messages import GATEWAY, SIMULATOR, SIMULATOR_SMS, SMS, WHATSAPP, Channel
from handlers.channels.http_gateway import GatewayChannel, Line
from handlers.channels.local import LocalChannel
from handlers.channels.meta_cloud import MetaChannel
from tests.handlers.channels import toy_channel as toy
from tests.standins import meta_posts as posts
from tests.standins.citizen import STATUS, Citizen, status_form
from tests.standins.citizen import Line as TwilioLine
from tests.standins.gateway import Gateway, signed_post
from tests.standins.meta import Meta
from tests.support import gateway as ours
from tests.support.clock import MoveableClock
from tests.support.meta import meta_group
from tests.support.settings import ACCOUNT, OUR_SMS, OUR_WHATSAPP, TOKEN
from tests.support.twilio import Twilio

NUMBER = "+628000001234"
SIGNED_URL = "http://lapor.example"  # what Twilio signs; not https, or the simulator would get no cookie
# What a provider is told to do, and the kind of error that this must become.
FAULTS: Mapping[str, str] = {
    "429": "later",
    "refuse": "final",
    "500": "in_doubt",
    "reset": "in_doubt",
    "timeout": "in_doubt",
    "accept_then_reset": "in_doubt",
    "accept_then_500": "in_doubt",
}


class Way(Protocol):
    """A channel with both its ends in the hands of a test."""

    name: ClassVar[str]
    provider: ClassVar[str]
    recipient: ClassVar[str]
    no_number: ClassVar[str]
    has_provider: ClassVar[bool]  # else nothing can fail, and nothing is reported
    has_ids: ClassVar[bool]  # a repeated message can be known by its id
    takes_empty: ClassVar[bool]
    has_buttons: ClassVar[bool]  # choices need no template to be shown as buttons
    has_lookup: ClassVar[bool]  # the provider tells what it was given
    reports_on: ClassVar[frozenset[str]]  # the channels of which its reports are believed
    reports_to: ClassVar[str]  # our path for them

    def hears(self, text: str, choice: str | None = None, message_id: str = "") -> httpx.Response:
        """A citizen writes, over real HTTP."""

    def channel(self) -> Channel: ...

    def breaks(self, mode: str) -> None:
        """The next requests go wrong: one of ``FAULTS``."""

    def taken(self) -> list[str]:
        """The texts that the provider has taken."""

    def reports(self, row_id: int, provider_id: str, status: str) -> httpx.Response:
        """The provider tells what became of a message."""


class Standing:
    """What the ways are made of: the web side's addresses, and the providers' stand-ins.

    WhatsApp goes through Twilio or Meta, so there are two web sides on one database.
    """

    def __init__(
        self, url: str, meta_url: str, clock: MoveableClock, twilio: Twilio, gateway: Gateway, meta: Meta
    ) -> None:
        self.url, self.meta_url, self.clock = url, meta_url, clock
        self.twilio, self.gateway, self.meta = twilio, gateway, meta


class WhatsAppWay:
    name, recipient, no_number = WHATSAPP, f"whatsapp:{NUMBER}", "whatsapp:nobody"
    provider, reports_on, reports_to = "twilio", frozenset({WHATSAPP, SMS}), "/webhooks/twilio/status"
    has_provider = has_ids = takes_empty = has_lookup = True
    has_buttons = False
    our_address = OUR_WHATSAPP

    def __init__(self, standing: Standing) -> None:
        self._twilio = standing.twilio
        self._line = TwilioLine(SIGNED_URL, ACCOUNT, TOKEN, url=standing.url)
        self._citizen = Citizen(self._line, self.our_address, NUMBER)

    def hears(self, text: str, choice: str | None = None, message_id: str = "") -> httpx.Response:
        fields = {"MessageSid": f"SM{int(message_id):032d}"} if message_id else {}
        return self._citizen.says(text, **fields, **({"ButtonPayload": choice} if choice else {}))

    def channel(self) -> Channel:
        return self._twilio.channel(timeout_s=0.3)

    def breaks(self, mode: str) -> None:
        self._twilio.fails(mode, seconds=0.6, code=21610)

    def taken(self) -> list[str]:
        assert self._twilio.get("violations") == []
        return [message["body"] for message in self._twilio.get("messages")]

    def reports(self, row_id: int, provider_id: str, status: str) -> httpx.Response:
        return self._line.post(status_form(ACCOUNT, provider_id, status), f"{STATUS}?outbound={row_id}")


class SmsWay(WhatsAppWay):
    name, recipient, no_number = SMS, NUMBER, "nobody"
    our_address = OUR_SMS


class MetaWay:
    name, recipient, no_number = WHATSAPP, f"whatsapp:{NUMBER}", "whatsapp:nobody"
    provider, reports_on, reports_to = "meta", frozenset({WHATSAPP}), posts.PATH
    has_provider = has_ids = takes_empty = has_buttons = True
    has_lookup = False

    def __init__(self, standing: Standing) -> None:
        self._meta, self._line = standing.meta, posts.MetaLine(standing.meta_url)

    def hears(self, text: str, choice: str | None = None, message_id: str = "") -> httpx.Response:
        named = {"id": f"wamid.{message_id}"} if message_id else {}
        if choice is None:
            return self._line.says(posts.text(text, **named))
        reply = {"type": "button_reply", "button_reply": {"id": choice, "title": text}}
        return self._line.says(posts.message("interactive", interactive=reply, **named))

    def channel(self) -> Channel:
        return MetaChannel(meta_group(meta_api_base=self._meta.url), httpx.Timeout(0.3))

    def breaks(self, mode: str) -> None:
        self._meta.mode = mode

    def taken(self) -> list[str]:
        assert self._meta.violations == []
        return self._meta.texts()

    def reports(self, row_id: int, provider_id: str, status: str) -> httpx.Response:
        return self._line.reports(posts.status(provider_id, status, f"{row_id}-0123abcd"))


class GatewayWay:
    name, recipient, no_number = GATEWAY, NUMBER, "nobody"
    provider, reports_on, reports_to = "gateway", frozenset({GATEWAY}), "/webhooks/gateway/status"
    has_provider = has_ids = takes_empty = has_lookup = True
    has_buttons = False

    def __init__(self, standing: Standing) -> None:
        self._web, self._now, self._gateway = standing.url, standing.clock.now, standing.gateway

    def hears(self, text: str, choice: str | None = None, message_id: str = "") -> httpx.Response:
        """An SMS has no buttons: the number of the choice is what is written."""
        message = ours.sms(text, **({"id": message_id} if message_id else {}))
        return signed_post(self._web + ours.MESSAGES, message, ours.SECRET, self._now().timestamp())

    def channel(self) -> Channel:
        address = f"{self._gateway.url}/messages"
        line = Line(address, ours.OUR_GATEWAY, f"{self._web}{ours.STATUS}", ours.SECRET,
                    lookup_url=f"{address}/{{id}}")  # fmt: skip
        return GatewayChannel(line, httpx.Timeout(0.3))

    def breaks(self, mode: str) -> None:
        self._gateway.mode = "422" if mode == "refuse" else mode

    def taken(self) -> list[str]:
        assert self._gateway.violations == []
        return [message["text"] for message in self._gateway.taken]

    def reports(self, row_id: int, provider_id: str, status: str) -> httpx.Response:
        body = {"id": provider_id, "reference": f"{row_id}-0123abcd", "status": status}
        return signed_post(self._web + ours.STATUS, body, ours.SECRET, self._now().timestamp())


class ToyWay(GatewayWay):
    """The channel of ``docs/adding-a-channel.md``; its provider speaks as the SMS gateway does."""

    name, provider, reports_on, reports_to = toy.NAME, "toy", frozenset({toy.NAME}), toy.STATUS

    def hears(self, text: str, choice: str | None = None, message_id: str = "") -> httpx.Response:
        message = ours.sms(text, **({"id": message_id} if message_id else {}))
        return signed_post(self._web + toy.MESSAGES, message, toy.SECRET, self._now().timestamp())

    def channel(self) -> Channel:
        return toy.ToyChannel(f"{self._gateway.url}/messages", self._web, httpx.Timeout(0.3))

    def reports(self, row_id: int, provider_id: str, status: str) -> httpx.Response:
        body = {"id": provider_id, "reference": f"{row_id}-0123abcd", "status": status}
        return signed_post(self._web + toy.STATUS, body, toy.SECRET, self._now().timestamp())


NO_PROVIDER = "behind the simulator stands no provider; a test asks `has_provider` first"


class SimulatorWay:
    name, recipient, no_number = SIMULATOR, "sim:0800-000-001", "nobody"
    look = WHATSAPP
    provider, reports_on, reports_to = "simulator", frozenset[str](), ""
    has_provider = has_ids = takes_empty = has_buttons = False
    has_lookup = True

    def __init__(self, standing: Standing) -> None:
        self._web = httpx.Client(base_url=standing.url, trust_env=False, verify=False)
        page = self._web.get("/simulator").text
        self._token = page.partition('name="csrf-token" content="')[2].partition('"')[0]

    def hears(self, text: str, choice: str | None = None, message_id: str = "") -> httpx.Response:
        fields: dict[str, Any] = {"citizen": "a", "look": self.look, "text": text, "choice": choice}
        headers = {"X-CSRFToken": self._token, "Content-Type": "application/json"}
        return self._web.post("/simulator/messages", content=json.dumps(fields), headers=headers)

    def channel(self) -> Channel:
        return LocalChannel()

    def breaks(self, mode: str) -> None:
        raise AssertionError(NO_PROVIDER)

    def taken(self) -> list[str]:
        raise AssertionError(NO_PROVIDER)

    def reports(self, row_id: int, provider_id: str, status: str) -> httpx.Response:
        raise AssertionError(NO_PROVIDER)


class SimulatorSmsWay(SimulatorWay):
    name, look = SIMULATOR_SMS, SMS


WAYS: tuple[type[Way], ...] = (WhatsAppWay, SmsWay, MetaWay, GatewayWay, SimulatorWay, SimulatorSmsWay, ToyWay)
