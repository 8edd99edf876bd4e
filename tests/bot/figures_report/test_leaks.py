"""Three hundred messages full of what nobody else may know: none of it leaves by the export or the report."""

import gzip
import random
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.agencies import work as agency_work
from bot.agencies.work import Desk
from bot.errors import RefusedError
from bot.figures import weekly
from bot.figures.warehouse import Warehouse
from bot.intake import inbox
from bot.messages import SIMULATOR, Content, Location
from bot.rulebook import Rulebook
from nlu.client import Guess, Place, Understanding
from storage.database import Database
from storage.models import Conversation, OutboundMessage, Ticket
from tests.support.clock import MoveableClock, at
from tests.support.desk import Number
from tests.support.messages import by_whatsapp
from tests.support.rolled_up import counted

MESSAGES = 300
TUESDAY = date(2026, 11, 24)
NAMES = ("Wulandari", "Sutrisno", "Hasibuan", "Pangestu", "Rahayuningsih")
STREETS = ("Gang Cempaka", "Jalan Kenanga", "Komplek Griya", "Perumahan Anggrek")
SERVICES = ("jalan_rusak", "sampah", "banjir", "parkir_liar", "lampu_jalan", "taman")
INTENTS = ("lapor", "lapor", "lapor", "apresiasi", "saran", "darurat")


@dataclass(frozen=True)
class Secrets:
    """One person, and all that tells who it is."""

    name: str
    phone: str
    nik: str
    street: str
    plate: str
    email: str
    word: str

    @classmethod
    def of(cls, n: int, dice: random.Random) -> "Secrets":
        name = f"{dice.choice(NAMES)}{n:03}"
        return cls(
            name=name,
            phone=f"+62811{7_000_000 + n}",
            nik=f"3174{dice.randrange(10**11, 10**12)}",
            street=f"{dice.choice(STREETS)} {n + 1000}",
            plate=f"B {1000 + n} XQZ",
            email=f"{name.lower()}@surel.example",
            word=f"rahasia{n:03}",
        )

    @property
    def text(self) -> str:
        return (f"Saya {self.name} NIK {self.nik} di {self.street}, plat {self.plate}, telepon {self.phone}, "
                f"{self.email}: {self.word} tolong diperbaiki")  # fmt: skip

    @property
    def traces(self) -> tuple[str, ...]:
        """Whatever of these is read somewhere is a leak."""
        return (
            self.name,
            self.phone[1:],
            self.phone[3:],
            self.nik,
            self.street,
            self.plate,
            self.email,
            self.word,
        )


class Gullible:
    """Takes what a person wrote for whatever field it can: the street is even a kelurahan to it."""

    def __init__(self, dice: random.Random) -> None:
        self.dice = dice

    def understand(self, texts: Sequence[str]) -> list[Understanding]:
        return [self._meaning(text) for text in texts]

    def _meaning(self, text: str) -> Understanding:
        street = text.partition(" di ")[2].partition(",")[0]
        return Understanding(
            intents=(Guess(self.dice.choice(INTENTS), 0.95),),
            services=(Guess(self.dice.choice(SERVICES), 0.95),),
            place=Place(street, kelurahan=street) if street else None,
        )


@pytest.fixture
def number(sqlite_database: Database, rulebook: Rulebook, clock: MoveableClock) -> Iterator[Number]:
    with ThreadPoolExecutor(4) as pool:
        found = Number(sqlite_database, rulebook, clock, pool)
        found.nlu = Gullible(random.Random(7))  # type: ignore[assignment]
        yield found


def written(number: Number) -> list[Secrets]:
    """All of them write on one day; agencies answer some with the name in it, and one ticket gets sealed."""
    dice = random.Random(11)
    people = [Secrets.of(n, dice) for n in range(MESSAGES)]
    with number.database.begin() as session:
        for one in people:
            pin = Location(-6.2 + dice.random() / 10, 106.8 + dice.random() / 10)
            content = Content(text=one.text, profile_name=one.name, location=pin if dice.random() < 0.3 else None)
            sender = {"channel": SIMULATOR, "address": f"sim:{one.phone}"}
            message = by_whatsapp(one.text, one.phone, content=content, raw={"Body": one.text}, **sender)
            inbox.store(session, message, number.rulebook.words, number.clock.now())
    all_done(number)
    number.clock.move(minutes=10)
    all_done(number)
    with number.database.begin() as session:
        filed = session.scalars(select(Ticket).order_by(Ticket.id)).all()
        for ticket, one in zip(filed[::3], people[::3], strict=False):
            ticket.unit = one.email
            desk = Desk(session, number.rulebook, ticket, ticket.agency, number.clock.now())
            try:
                agency_work.claim_done(desk, f"Sudah, Pak {one.name}, {one.phone}", None)
            except RefusedError:
                continue
        filed[0].sealed = True
    all_done(number)
    return people


def all_done(number: Number) -> None:
    """Everything that is due, however much there is."""
    while number.worker().round() + number.follow_up() + number.send():
        pass


def test_nothing_of_three_hundred_people_leaves(number: Number, tmp_path: Path) -> None:
    people = written(number)
    with number.database.read() as session:
        tickets = session.scalars(select(Ticket)).all()
        assert len(tickets) >= MESSAGES * 0.8  # there is something to leak
        assert any(ticket.area for ticket in tickets)
        conversations = session.scalars(select(Conversation)).all()
    known = [ticket.number for ticket in tickets]
    known += [str(value) for ticket in tickets for value in (ticket.latitude, ticket.longitude) if value]
    known += [value for talk in conversations for value in (talk.address, talk.address_hash)]
    traces = [trace for one in people for trace in one.traces]

    number.clock.at = at("2026-11-25T00:30+07:00")
    counted(number.database, TUESDAY, TUESDAY, number.clock.now())
    folder = tmp_path / "exports"
    assert Warehouse(number.database, number.rulebook, folder).run_due(number.clock.now()) == 1
    exported = "\n".join(_read(path) for path in (folder / f"{TUESDAY}").iterdir())
    assert exported.count("jalan_rusak") > 10
    assert [trace for trace in [*traces, *known] if trace.lower() in exported.lower()] == []

    mailed = _report(number).lower()
    assert [trace for trace in traces if trace.lower() in mailed] == []


def _read(path: Path) -> str:
    content = path.read_bytes()
    return (gzip.decompress(content) if path.suffix == ".gz" else content).decode()


def _report(number: Number) -> str:
    """The week's mail, two weeks later, when much of it is overdue."""
    number.clock.at = at("2026-12-14T08:00+07:00")
    counted(number.database, TUESDAY, date(2026, 12, 13), number.clock.now())
    with number.database.begin() as session:
        for ticket in session.scalars(select(Ticket)):
            ticket.created_at += timedelta(days=14)
    while number.follow_up():
        pass
    assert weekly.run_due(number.database, number.rulebook, number.clock.now()) == 1
    with number.database.read() as session:
        mail = next(row for row in session.scalars(select(OutboundMessage)) if row.key.startswith("weekly:"))
    assert "ucapan terima kasih menunggu telepon" in mail.body["text"]
    return str(mail.body["text"] + mail.body["html"])
