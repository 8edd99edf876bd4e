"""A channel as somebody adds one: this module, its entry in a table of providers, ``ToyWay`` and a page.

What its provider says on the wire is what an SMS gateway says (``docs/channels.md``), so that its stand-in serves.
"""

from collections.abc import Mapping
from dataclasses import replace

import httpx
from flask import Response, jsonify, request
from pydantic import Field

from bot.delivery import reports
from bot.messages import Channel, Manners
from bot.settings import ChannelSettings, Settings
from handlers.channels.http_gateway import GatewayChannel, Line
from handlers.channels.http_gateway_in import GatewayGate
from handlers.channels.provider import Provider
from handlers.edge import edge
from handlers.webhooks import keep, room
from tests.support.gateway import OUR_GATEWAY, SECRET

NAME = "toy"
MESSAGES, STATUS = "/webhooks/toy/messages", "/webhooks/toy/status"
webhooks = room(NAME)


class ToySettings(ChannelSettings):
    """Of one account."""

    toy_url: str = Field("", description="Where messages are taken; empty: there is no such channel")
    toy_secret: str = Field("", description="Signs what goes in and out")

    @property
    def is_live(self) -> bool:
        return bool(self.toy_url)


class ToyChannel(GatewayChannel):
    """Sends to ``url``."""

    def __init__(self, url: str, base_url: str, timeout: httpx.Timeout) -> None:
        super().__init__(Line(url, OUR_GATEWAY, base_url + STATUS, SECRET, lookup_url=f"{url}/{{id}}"), timeout)


@webhooks.post("/messages")
def message() -> Response:
    gate = _gate()
    incoming = gate.message(request.get_data(), dict(request.headers), edge().clock.now())
    keep(replace(incoming, channel=NAME), ours=gate.is_ours(incoming))
    return jsonify(ok=True)


@webhooks.post("/status")
def status() -> Response:
    here = edge()
    now = here.clock.now()
    told = _gate().report(request.get_data(), dict(request.headers), now)
    with here.database.begin() as session:
        reports.record_status(
            session, told.outbound_id, told.id, told.status, told.error, now, (NAME,), rulebook=here.rulebook
        )
    return jsonify(ok=True)


def _gate() -> GatewayGate:
    secret = edge().settings.of(ToySettings).toy_secret
    return GatewayGate((secret,) if secret else (), OUR_GATEWAY, edge().rulebook.city.calendar.country)


def _ways_out(settings: Settings) -> Mapping[str, Channel]:
    own = settings.of(ToySettings)
    return {NAME: ToyChannel(own.toy_url, settings.base_url, httpx.Timeout(10))} if own.is_live else {}


PROVIDER = Provider(
    NAME, _ways_out, webhooks, manners={NAME: Manners("Toy", is_sms=True, has_phones=True)}, settings=ToySettings
)
