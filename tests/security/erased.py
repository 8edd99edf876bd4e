"""Somebody who leaves a word of their own wherever a person can leave one, and has it all forgotten."""

import base64
import re
import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
from sqlalchemy import select

from bot.clock import system_clock
from bot.intake.inbox import address_hash
from bot.intake.media import MediaQueue
from bot.rulebook import Rulebook
from storage.database import Database
from storage.files import LocalFolder
from storage.models import Base, Citizen, Conversation, Erasure, Figures, OutboundMessage, Ticket
from tests.journeys.town import wait_for
from tests.security.crowd import photo
from tests.security.outputs import csrf_of, logged_in
from tests.security.place import Place, settled

NUMBER = "+628117709876"
# Nothing else in the city begins so, nor has these digits in a row.
MARK = re.compile(r"qorvex\w*|8117709876", re.IGNORECASE)
PLACES = (
    "story",
    "addition",
    "caption",
    "exif",
    "card",
    "profile",
    "pin",
    "quoted",
    "question",
    "pageplace",
    "deskwords",
    "deskname",
    "deskplace",
)
COUNTED = ("filed", "urgent", "received")


def word(place: str) -> str:
    assert place in PLACES
    return f"Qorvex{place}"


@dataclass(frozen=True)
class Known:
    """What was there of them before."""

    citizen_id: int
    tickets: list[str]
    words: set[str]


def leave_words_everywhere(here: Place) -> Known:
    """By message, on the page behind the link, and at the desk."""
    person = here.citizen(number=NUMBER, name=word("profile"))
    card = f"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:{word('card')}\r\nEND:VCARD\r\n".encode()
    with here.client() as client:
        _said(client, person.form(f"pohon tumbang di Jl. {word('story')} nomor 5 dekat pasar"), here)
        settled(here)
        _said(client, person.form(f"dekat gerbang {word('addition')}"), here)
        _said(
            client,
            _with_file(here, person.form(f"ini fotonya {word('caption')}"), photo(word("exif")), "image/jpeg"),
            here,
        )
        _said(client, _with_file(here, person.form(""), card, "text/vcard"), here)
        _said(
            client,
            person.form(
                "", MessageType="location", Latitude="-6.2", Longitude="106.8", Address=f"rumah {word('pin')}"
            ),
            here,
        )
        _said(
            client, person.form(f"maksud saya {word('quoted')}", OriginalRepliedMessageSid="SM" + "a" * 32), here
        )
        _said(client, person.form(f"saya mau bicara orangnya langsung {word('question')}"), here)
        settled(here)
        _on_the_page(here, client)
    _at_the_desk(here)
    settled(here)
    with here.database() as database:
        return Known(_citizen(database).id, _tickets(database), words_in(dump(database)))


def ask_to_be_forgotten(here: Place) -> None:
    """HAPUS DATA, and yes; until it is done and the ledger's file tells of it."""
    person = here.citizen(number=NUMBER, name=word("profile"))
    with here.client() as client, here.database() as database:
        theirs = _citizen(database).id
        _said(client, person.form("HAPUS DATA"), here)
        settled(here)
        _said(client, person.form("YA"), here)
        wait_for(lambda: _is_erased(database, theirs), 60, "the erasure", every_s=0.3)
        settled(here)
        wait_for(
            lambda: ledger_of(here).exists() and ledger_of(here).read_text().strip(), 60, "the ledger", every_s=0.3
        )
        wait_for(lambda: _has_no_addresses(database), 60, "the addresses to be forgotten", every_s=0.3)


def ledger_of(here: Place) -> Path:
    return here.folder / "erasures.jsonl"


def copy_of(here: Place, to: Path) -> None:
    """A backup as an operator makes it: of the database while it is in use, and of the files."""
    to.mkdir()
    source, target = sqlite3.connect(here.folder / "place.db"), sqlite3.connect(to / "place.db")
    source.backup(target)
    source.close()
    target.close()
    shutil.copytree(here.media, to / "media")


def dump(database: Database) -> str:
    """Every value of every table in clear, as whoever has the keys reads it."""
    with database.read() as session:
        return "\n".join(
            repr([getattr(row, column.key) for column in mapper.column_attrs])
            for mapper in Base.registry.mappers
            for row in session.scalars(select(mapper.class_))
        )


def in_media(folder: Path) -> Iterator[bytes]:
    """Every kept file in clear; the keyring is the city's."""
    store = LocalFolder(folder)
    for key in list(store.keys()):
        yield store.get(key)


def worker_of_files(database: Database, rulebook: Rulebook, folder: Path) -> None:
    """What the worker does first of all when it is started after the replay: files that are forgotten go."""
    queue = MediaQueue(database, rulebook, {}, LocalFolder(folder), system_clock(), "test")
    while queue.round():
        pass


def words_in(content: str | bytes) -> set[str]:
    text = content.decode("utf-8", "replace") if isinstance(content, bytes) else content
    return {found.lower() for found in MARK.findall(text)}


def figures(database: Database) -> dict[tuple[str, ...], tuple[int, ...]]:
    """What was counted, by span, dimension, day and key: how much was filed, and how much came in."""
    with database.read() as session:
        return {
            (row.span, row.dimension, f"{row.first}", row.key): tuple(getattr(row, name) for name in COUNTED)
            for row in session.scalars(select(Figures))
            if any(getattr(row, name) for name in COUNTED)
        }


def _said(client: httpx.Client, form: dict[str, str], here: Place) -> None:
    assert here.line().post(form, client=client).status_code == 200


def _with_file(here: Place, form: dict[str, str], content: bytes, kind: str) -> dict[str, str]:
    body = {"content": base64.b64encode(content).decode(), "content_type": kind}
    made = httpx.post(f"{here.twilio_url}/_standin/media", json=body, trust_env=False, verify=False).json()
    return form | {"NumMedia": "1", "MediaUrl0": made["url"], "MediaContentType0": kind}


def _on_the_page(here: Place, client: httpx.Client) -> None:
    sent = httpx.get(f"{here.twilio_url}/_standin/messages", trust_env=False, verify=False).json()
    links = re.findall(r"/t/[\w-]{8,}(?:/[\w-]+)?", "\n".join(m["body"] for m in sent if NUMBER in m["to"]))
    assert links, "they were sent no link to their page"
    page = client.get(links[0], follow_redirects=True)
    key = re.search(r'name="key" value="([^"]+)"', page.text)
    form = {"csrf_token": csrf_of(page.text), "key": key[1] if key else "", "place": f"depan {word('pageplace')}"}
    files = {"photo": ("a.jpg", photo(word("exif")), "image/jpeg")}
    action = re.search(r'action="([^"]+/add)"', page.text)
    assert action, page.text
    answer = client.post(action[1], data=form, files=files)
    assert answer.status_code == 303, answer.text


def _at_the_desk(here: Place) -> None:
    """They come to the counter; an officer takes down what they say, and they leave their number."""
    with logged_in(here) as staff:
        page = staff.get("/console/intake")
        once = re.search(r'name="once" value="([^"]+)"', page.text)
        way = re.search(r'name="way" value="([^"]+)"', page.text)
        assert once, page.text[:300]
        form = {
            "csrf_token": csrf_of(page.text),
            "once": once[1],
            "do": "file",
            "came_by": "visit",
            "kind": "lapor",
            "words": f"jalan berlubang {word('deskwords')}",
            "service": "jalan_rusak",
            "other": "",
            "name": word("deskname"),
            "phone": NUMBER,
            "way": way[1] if way else "whatsapp",
            "consent": "yes",
            "place": f"Jl. {word('deskplace')} 7",
            "area": "",
        }
        answer = staff.post("/console/intake", data=form)
        assert answer.status_code in (302, 303), f"{answer.status_code} {answer.text[-3000:]}"


def _citizen(database: Database) -> Citizen:
    with database.read() as session:
        mine = Conversation.address_hash == address_hash(f"whatsapp:{NUMBER}")
        return session.scalars(select(Citizen).join(Conversation).where(mine)).one()


def _tickets(database: Database) -> list[str]:
    citizen = _citizen(database).id
    with database.read() as session:
        return list(session.scalars(select(Ticket.number).where(Ticket.citizen_id == citizen)))


def _is_erased(database: Database, citizen_id: int) -> bool:
    with database.read() as session:
        return session.scalar(select(Erasure.id).where(Erasure.citizen_id == citizen_id)) is not None


def _has_no_addresses(database: Database) -> bool:
    """The confirmation goes out first, and takes the number with it."""
    with database.read() as session:
        return not any(NUMBER in row.recipient for row in session.scalars(select(OutboundMessage)))
