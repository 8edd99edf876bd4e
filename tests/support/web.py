"""The web application in this process, and Twilio's requests to it."""

from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from bot.messages import Content
from bot.rulebook import Rulebook
from bot.settings import Settings
from handlers.edge import Edge
from handlers.web import create_web
from storage.database import Database
from storage.models import InboundMessage
from tests.standins.citizen import MESSAGES, Line
from tests.support.clock import MoveableClock
from tests.support.settings import ACCOUNT, PUBLIC_URL, TOKEN
from tests.support.templates import compiled_once

LINE = Line(PUBLIC_URL, ACCOUNT, TOKEN)
Form = dict[str, str]


class Web:
    """The web application on a database, and what it has stored."""

    def __init__(self, database: Database, rulebook: Rulebook, clock: MoveableClock, settings: Settings) -> None:
        self.database = database
        app = compiled_once(create_web(Edge(settings, rulebook, database, clock, None)))
        self.client: FlaskClient = app.test_client()

    def post(self, form: Form, path: str = MESSAGES, line: Line = LINE) -> TestResponse:
        """Signed as it should be."""
        return self.client.post(path, data=form, headers=line.headers(path, form))

    def forged(self, form: Form, signature: str | None, path: str = MESSAGES) -> TestResponse:
        headers = {} if signature is None else {"X-Twilio-Signature": signature}
        return self.client.post(path, data=form, headers=headers)

    def stored(self) -> list[InboundMessage]:
        with self.database.read() as session:
            return list(session.scalars(select(InboundMessage).order_by(InboundMessage.id)))

    def last(self) -> Content:
        return Content.from_json(self.stored()[-1].content)

    def count(self, model: type) -> int:
        with self.database.read() as session:
            return session.scalars(select(func.count()).select_from(model)).one()


def is_acknowledged(response: TestResponse) -> bool:
    return response.status_code == 200 and response.mimetype == "text/xml" and "<Response/>" in response.text
