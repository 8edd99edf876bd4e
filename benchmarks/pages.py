"""``make page-speed``: time at the server and SQL statements of every page behind the log-in, over a full city."""

import os
import re
import statistics
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, event, select

from app import create_app
from bot.settings import ROOT
from handlers.edge import edge
from storage.local_secrets import kept_secret
from storage.models import Conversation, Incident, Ticket

RUNS = 7
MOST_MS, MOST_STATEMENTS = 300, 15
PEOPLE = ("admin@jakarta.example", "petugas.dlh@jakarta.example")
TICKETS_TRIED = 5
# Lists as people look at them: filtered, searched, far behind.
VIEWS = (
    "/console/queue/all?q=sampah",
    "/console/queue/all?service=jalan_rusak&status=done",
    "/console/queue/all?page=50",
    "/console/queue/overdue?agency=dlh",
    "/console/figures?period=2026",
    "/console/figures/agency",
    "/console/figures/area?period=2026",
    "/console/figures/agency/bina_marga?period=2026-11",
    "/console/figures/behind?figure=late&period=2026-11",
)


@dataclass(frozen=True)
class Measured:
    """One page: the middle and the longest of its times, and its statements."""

    address: str
    status: int
    middle_ms: float
    longest_ms: float
    statements: int

    @property
    def is_slow(self) -> bool:
        return self.middle_ms > MOST_MS or self.statements > MOST_STATEMENTS


def main() -> int:
    """Measure and print; 1 where a page is over the limit."""
    os.environ.setdefault("SECRET_KEY", kept_secret(ROOT / "var" / "secret_key"))
    app = create_app()
    app.config["WTF_CSRF_ENABLED"] = False
    found = [page for email in PEOPLE for page in _measured(app, email)]
    for page in sorted(found, key=lambda page: -page.middle_ms):
        times = f"{page.middle_ms:7.0f} ms {page.longest_ms:7.0f} ms"
        print(f"{times} {page.statements:4} SQL  {page.status}  {page.address}{'  SLOW' if page.is_slow else ''}")
    slow = sum(page.is_slow for page in found)
    print(f"{len(found)} pages, {slow} over {MOST_MS} ms or {MOST_STATEMENTS} statements")
    return 1 if slow else 0


def _measured(app: Flask, email: str) -> Iterator[Measured]:
    browser = app.test_client()
    form = {"email": email, "password": kept_secret(ROOT / "var" / "admin_password")}
    if browser.post("/login", data=form).status_code != 302:
        sys.exit(f"{email} cannot log in; fill the city with make demo first.")
    with app.app_context():
        addresses = list(_addresses(app))
    for address in addresses:
        page = _page(browser, address)
        if page.status not in (302, 303, 403, 404):
            yield page


def _addresses(app: Flask) -> Iterator[str]:
    """Every page of the console, the ones about one thing for a few of them."""
    routes, things = app.url_map.bind("localhost"), _things()
    for rule in app.url_map.iter_rules():
        if rule.endpoint.startswith("console.") and "GET" in (rule.methods or ()):
            names = sorted(rule.arguments)
            for values in things.get(names[0] if len(names) == 1 else "", [{}] if not names else []):
                yield routes.build(rule.endpoint, values)
    yield from VIEWS


def _things() -> dict[str, list[dict[str, object]]]:
    """Examples by the name that addresses call them by."""
    random = Random(1)
    with edge().database.read() as session:
        last = session.scalars(select(Ticket.id).order_by(Ticket.id.desc()).limit(1)).one()
        ids = [random.randint(1, last) for _ in range(TICKETS_TRIED)] + [last - n for n in range(TICKETS_TRIED)]
        tickets = session.scalars(select(Ticket).where(Ticket.id.in_(ids))).all()
        talks = session.scalars(select(Conversation.id).order_by(Conversation.id.desc()).limit(3)).all()
        incidents = session.scalars(select(Incident.id).limit(2)).all()
        queues = ("emergencies", "sent_back", "overdue", "due_soon", "mine", "all")
        return {
            "number": [{"number": ticket.number} for ticket in tickets],
            "conversation_id": [{"conversation_id": talk} for talk in talks],
            "incident_id": [{"incident_id": incident} for incident in incidents],
            "name": [{"name": name} for name in queues],
        }


def _page(browser: FlaskClient, address: str) -> Measured:
    times, statements, status = [], 0, 0
    for _ in range(RUNS):
        with _Counted() as counted:
            began = time.perf_counter()
            status = browser.get(address).status_code
            times.append(1000 * (time.perf_counter() - began))
        statements = counted.statements
    shown = re.sub(r"JK-[0-9A-Z]{6}-.", "JK-…", address)
    return Measured(shown, status, statistics.median(times), max(times), statements)


class _Counted:
    """How many statements were asked of any database meanwhile."""

    def __enter__(self) -> "_Counted":
        self.statements = 0
        event.listen(Engine, "before_cursor_execute", self._count)
        return self

    def __exit__(self, *_: object) -> None:
        event.remove(Engine, "before_cursor_execute", self._count)

    def _count(self, _connection: object, _cursor: object, statement: str, *_: object) -> None:
        # A beginning asks for nothing, and only a simulated city asks what time it is.
        if not statement.startswith("BEGIN") and "simulated_time" not in statement:
            self.statements += 1


if __name__ == "__main__":
    sys.exit(main())
