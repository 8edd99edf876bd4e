"""Everything that a running city gives out, gathered so that it can be searched."""

import email
import re
import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import default
from functools import cached_property
from pathlib import Path

import httpx
from flask import Flask
from sqlalchemy import select

from bot.city.city import City
from bot.messages import SUBSCRIBER
from bot.subscribers import managing
from bot.subscribers.managing import Wish
from handlers.edge import Edge
from handlers.guards import GUARDS
from handlers.web import create_web
from storage.database import Database
from storage.models import OutboundMessage
from tests.handlers.walks import addresses
from tests.security.markers import found_in
from tests.security.place import ADMIN, SECRETS, Place

MOST_LINKS = 200


@dataclass
class Output:
    """One thing that was given out. ``where``: its row in the table of what may stand where."""

    where: str
    name: str
    content: bytes
    status: int = 0  # of a page

    @cached_property
    def found(self) -> Counter[str]:
        """The kinds of personal data in it; bytes that are encrypted or packed are searched as they are."""
        return found_in(self.content, spelt=self.where not in ("database file", "media folder"))


def mails(here: Place) -> Iterator[Output]:
    for path in sorted(here.mails.glob("*.eml")):
        mail = email.message_from_bytes(path.read_bytes(), policy=default)
        assert isinstance(mail, EmailMessage)
        parts = [part.get_content() for part in mail.walk() if part.get_content_maintype() == "text"]
        head = "\n".join(f"{name}: {value}" for name, value in mail.items())
        yield Output(_addressee(str(mail["To"]), str(parts)), path.name, f"{head}\n{parts}".encode())


def _addressee(to: str, body: str) -> str:
    if "/console/reports" in body or "pimpinan" in to:
        return "weekly report"
    return "mail to coordinators" if to.startswith("koordinator") else "mail to agencies"


def behind_links(here: Place, given_out: list[Output]) -> Iterator[Output]:
    """The pages behind the links in letters and messages, as agencies and citizens open them."""
    signs = {r"/agency/[\w-]{20,}": "agency's page", r"/t/[\w-]{8,}(?:/[\w-]+)?": "citizen's page"}
    with here.client() as client:
        for sign, where in signs.items():
            links = {link for output in given_out for link in re.findall(sign, output.content.decode())}
            for link in sorted(links)[:MOST_LINKS]:
                yield _page(where, client, link)


def posts(here: Place) -> Iterator[Output]:
    for n, body in enumerate(here.agency.got):
        yield Output("webhook to agencies" if b"/laporan" in body[:9] else "webhook to others", f"post {n}", body)


def to_other_systems(database: Database) -> Iterator[Output]:
    """What systems that have subscribed to events are posted, whether or not they were there to take it."""
    with database.read() as session:
        for row in session.scalars(select(OutboundMessage).where(OutboundMessage.channel == SUBSCRIBER)):
            yield Output("webhook to others", f"event {row.id}", f"{row.body}".encode())


def subscribe(here: Place, database: Database, city: City) -> None:
    """Two systems want to hear of everything, one of them an agency's own."""
    with database.begin() as session:
        for name, agency in (("surat kabar", ""), ("dinas", "bina_marga")):
            wish = Wish(name, here.agency.url.replace("/laporan", "/peristiwa"), agency=agency)
            managing.add(session, city, wish, lambda url: None, None, datetime.now(UTC))


def shown_to_nlu(here: Place) -> Iterator[Output]:
    yield Output("language model", "texts", here.heard_by_nlu.read_bytes().decode("unicode_escape").encode())


def sent_to_citizens(here: Place) -> Iterator[Output]:
    """What they were sent, without the number that it went to."""
    found = httpx.get(f"{here.twilio_url}/_standin/messages", trust_env=False, verify=False).json()
    for n, message in enumerate(found):
        yield Output("answers to citizens", f"{n} {message['to'][-3:]}", f"{message['body']}".encode())


def files(here: Place) -> Iterator[Output]:
    for path in here.database_files:
        yield Output("database file", path.name, path.read_bytes())
    for path in _files(here.media):
        yield Output("media folder", path.name, path.read_bytes())
    for path in _files(here.exports):
        yield Output("nightly export", path.name, path.read_bytes())
    yield Output("logs", here.log.name, here.log.read_bytes())


def process_list(here: Place) -> Iterator[Output]:
    listed = subprocess.run(["ps", "-eww", "-o", "args="], capture_output=True, check=True).stdout
    yield Output("process list", "ps", listed)


def pages(here: Place, app: Flask, numbers: list[str]) -> Iterator[Output]:
    """Every page, table and picture as an administrator and as somebody without an account see them."""
    with logged_in(here) as staff, here.client() as anybody:
        for number in numbers:
            first = number == numbers[0]
            for rule, address in addresses(app, number):
                per_ticket = "number" in rule.arguments or "conversation_id" in rule.arguments
                if "GET" not in (rule.methods or ()) or "logout" in address or not (first or per_ticket):
                    continue
                behind = app.extensions[GUARDS].get(rule.endpoint.rpartition(".")[0]) == "login"
                if behind:
                    yield _page("console", staff, address)
                yield _page(_public(address), anybody, address)


def errors(here: Place, words: str) -> Iterator[Output]:
    """Pages that say no, also where what was asked is repeated."""
    with here.client() as anybody:
        for path in (
            "/nowhere",
            f"/console/{words}",
            "/t/x/y",
            "/agency/AAAAAAAAAAAAAAAAAAAAAA",
            "/open311/v2/nothing",
            "/webhooks/twilio/messages",
            "/login?next=//evil.example",
            "/healthz?deep=2",
        ):
            yield _page("error pages", anybody, path)
        # Forms that a person fills in keep what was typed; these are sent by systems.
        for path in ("/webhooks/twilio/messages", "/webhooks/gateway/messages", "/open311/v2/requests.json"):
            answer = anybody.post(path, data={"Body": words, "number": words, "digits": words, "email": words})
            yield Output("error pages", f"POST {path}", answer.content)


def _page(where: str, client: httpx.Client, address: str) -> Output:
    answer = client.get(address)
    heads = "\n".join(f"{name}: {value}" for name, value in answer.headers.items() if name != "set-cookie")
    return Output(where, address, f"{heads}\n".encode() + answer.content, answer.status_code)


def _public(address: str) -> str:
    for sign, where in (
        ("/open311", "Open311"),
        ("/healthz", "health and figures"),
        ("/metrics", "health and figures"),
    ):
        if address.startswith(sign):
            return where
    return "pages without a log-in"


@contextmanager
def logged_in(
    here: Place, address: str = ADMIN, password: str = SECRETS["ADMIN_PASSWORD"]
) -> Iterator[httpx.Client]:
    """A browser in which somebody has logged in."""
    with here.client() as client:
        token = csrf_of(client.get("/login").text)
        form = {"email": address, "password": password, "csrf_token": token}
        answer = client.post("/login", data=form, headers={"Referer": here.url})
        assert answer.status_code == 302, answer.text
        yield client


def csrf_of(page: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found, page[:500]
    return found[1]


def url_map(edge: Edge) -> Flask:
    """An application like the one that runs, for its addresses."""
    return create_web(edge)


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())
