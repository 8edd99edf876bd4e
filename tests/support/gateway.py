"""An installation with an SMS gateway of its own: its settings, and its web side over real HTTP."""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
from sqlalchemy import func, select

from bot.messages import Content
from bot.rulebook import Rulebook
from bot.settings import Settings
from handlers.edge import Edge
from handlers.web import create_web
from storage.database import Database
from storage.models import InboundMessage, Quarantine
from tests.standins.gateway import signed_post
from tests.support.clock import MoveableClock
from tests.support.serving import serving
from tests.support.settings import isolated_settings

OUR_GATEWAY = "+628001110002"
SECRET = "a secret that only we and the gateway know"
MESSAGES, STATUS = "/webhooks/gateway/messages", "/webhooks/gateway/status"
_ids = itertools.count(1)


def gateway_settings(**values: Any) -> Settings:
    """Settings with a gateway and without Twilio."""
    usual = {
        "gateway_secret": SECRET,
        "gateway_from": OUR_GATEWAY,
        "twilio_account_sid": "",
        "twilio_auth_token": "",
    }
    return isolated_settings(**(usual | values))


def sms(text: str = "halo", **changes: Any) -> dict[str, Any]:
    """What a gateway posts for one SMS."""
    return {"id": f"in-{next(_ids)}", "from": "+628000001234", "to": OUR_GATEWAY, "text": text} | changes


class GatewayWeb:
    """The web side at ``url``, and what it has stored."""

    def __init__(self, url: str, database: Database, clock: MoveableClock) -> None:
        self.url, self.database, self.clock = url, database, clock

    def post(self, body: object, path: str = MESSAGES, secret: str = SECRET, late_s: float = 0) -> httpx.Response:
        """Signed as it should be; ``late_s`` after it was signed."""
        return signed_post(self.url + path, body, secret, self.clock.now().timestamp() - late_s)

    def stored(self) -> list[InboundMessage]:
        with self.database.read() as session:
            return list(session.scalars(select(InboundMessage).order_by(InboundMessage.id)))

    def last(self) -> Content:
        return Content.from_json(self.stored()[-1].content)

    def quarantined(self) -> int:
        with self.database.read() as session:
            return session.scalars(select(func.count()).select_from(Quarantine)).one()


@contextmanager
def gateway_web(
    database: Database, rulebook: Rulebook, clock: MoveableClock, settings: Settings
) -> Iterator[GatewayWeb]:
    with serving(create_web(Edge(settings, rulebook, database, clock, None))) as url:
        yield GatewayWeb(url, database, clock)
