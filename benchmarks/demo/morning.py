"""The last day and a half, through the real code: what a coordinator finds on a full Tuesday morning."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import select

from benchmarks.demo.disguise import DATA, FAMILY, GIVEN
from benchmarks.demo.pictures import street
from benchmarks.demo.places import somewhere
from benchmarks.year.post import Post
from benchmarks.year.speech import meaning
from benchmarks.year.town import Town, tick_jobs
from bot.agencies import work
from bot.agencies.work import Desk
from bot.errors import BotError
from bot.intake import inbox
from bot.intake.media import MediaQueue
from bot.messages import SMS, WHATSAPP, Content, Incoming, Location, Media
from bot.tickets import tickets as life
from nlu.client import Guess, Understanding
from nlu.client import Place as Read
from storage.files import LocalFolder
from storage.models import Ticket

FIRST_PERSON = 90_000_000
OURS = {WHATSAPP: "whatsapp:+628001110000", SMS: "+628001110001"}
LASTS = timedelta(hours=34)
STEP = timedelta(minutes=30)
# How many of each kind come within that time.
COMING = {
    "lapor": 150,
    "unsure": 45,
    "tanya": 18,
    "question": 14,
    "apresiasi": 10,
    "saran": 6,
    "bicara_petugas": 6,
    "darurat": 3,
    "marah": 5,
}
FLOOD, FLOOD_LASTS_MIN = 24, 50
NEAR = 5e-4  # degrees: some 50 metres
BY_SMS, WITH_PIN, WITH_PHOTO = 0.2, 0.25, 0.3
CLAIMS = 30
DONE = (
    "Sudah kami kerjakan pagi ini. Foto terlampir.",
    "Selesai, lokasi sudah bersih dan aman dilewati.",
    "Sudah ditangani regu kami bersama petugas kelurahan.",
)


@dataclass(frozen=True)
class Coming:
    """A message that is going to come: when, what, and what a model would have made of it."""

    at: datetime
    content: Content
    means: Understanding
    channel: str = WHATSAPP


class Morning:
    """Lets a day and a half pass in ``town``; photos are kept in ``files``."""

    def __init__(self, town: Town, files: Path, seed: int) -> None:
        self._town, self._random = town, Random(f"morning {seed}")
        self._post = Post(town.clock, lambda _: "at once")
        self._worker, self._courier = town.worker(), town.courier(self._post)
        self._media = MediaQueue(
            town.database, town.rulebook, {WHATSAPP: self}, LocalFolder(files), town.clock, "demo"
        )
        self._said = _messages()
        self._people = FIRST_PERSON

    def fetch(self, url: str, most: int) -> bytes:
        """The photo behind an address; every one is drawn."""
        return street(url)

    def pass_by(self) -> None:
        begin = self._town.clock.at
        coming = sorted(self._coming(begin), key=lambda message: message.at)
        for n in range(1, LASTS // STEP + 1):
            self._town.clock.at = now = begin + n * STEP
            while coming and coming[0].at <= now:
                self._comes(coming.pop(0))
            self._work(now)
        self._claims()
        self._work(self._town.clock.at)

    # -- what comes -------------------------------------------------------------------------------------------

    def _coming(self, begin: datetime) -> Iterator[Coming]:
        for kind, count in COMING.items():
            for _ in range(count):
                yield self._message(kind, self._some_time(begin))
        start, place = begin + LASTS - timedelta(hours=1), somewhere(self._random)
        for message in self._random.choices(self._said["lapor", "banjir"], k=FLOOD):
            at = start + timedelta(minutes=self._random.random() * FLOOD_LASTS_MIN)
            pin = Location(
                place.latitude + self._random.gauss(0, 5e-4), place.longitude + self._random.gauss(0, 5e-4)
            )
            means = meaning("lapor", "banjir", Read(str(place), place.kelurahan, None, None))
            yield Coming(at, Content(text=f"{message['text']} di {place}", location=pin), means)

    def _some_time(self, begin: datetime) -> datetime:
        return begin + LASTS * (self._random.random() ** 0.6)

    def _message(self, kind: str, at: datetime) -> Coming:
        intent = {"unsure": "lapor", "question": "tanya"}.get(kind, kind)
        said = self._random.choice(self._said[intent, "" if kind == "question" else None])
        channel = SMS if self._random.random() < BY_SMS else WHATSAPP
        means = self._unsure(said) if kind == "unsure" else self._sure(said)
        return Coming(at, self._content(said["text"], channel), means, channel)

    def _content(self, text: str, channel: str) -> Content:
        if channel == SMS:
            return Content(text=text)
        name = f"{self._random.choice(GIVEN)} {self._random.choice(FAMILY)}"
        url = f"https://photos.invalid/{self._random.getrandbits(60)}"
        photos = (Media(url, "image/jpeg"),) if self._random.random() < WITH_PHOTO else ()
        place = somewhere(self._random)
        pin = Location(place.latitude, place.longitude) if self._random.random() < WITH_PIN else None
        return Content(text=text, media=photos, location=pin, profile_name=name)

    def _sure(self, said: dict[str, Any]) -> Understanding:
        place = Read(said["place"], somewhere(self._random).kelurahan, None, None) if said["place"] else None
        return meaning(said["intent"], said["service"] or "", place, said["faq"] or "")

    def _unsure(self, said: dict[str, Any]) -> Understanding:
        others = [code for code in self._town.rulebook.city.services if code != said["service"]]
        second, third = self._random.sample(others, 2)
        own = round(self._random.uniform(0.18, 0.36), 2)
        return Understanding(
            (Guess("lapor", 0.45), Guess("tanya", 0.33)),
            (Guess(said["service"], own), Guess(second, own / 2), Guess(third, own / 4)),
            place=Read(said["place"], None, None, None) if said["place"] else None,
            model="recorded",
        )

    def _comes(self, message: Coming) -> None:
        self._people += 1
        phone = f"+62800{self._people:08d}"
        address = f"whatsapp:{phone}" if message.channel == WHATSAPP else phone
        if message.content.text:
            self._town.nlu.record(message.content.text, message.means)
        incoming = Incoming(
            message.channel, f"demo-{self._people}", address, OURS[message.channel], message.content, phone
        )
        with self._town.database.begin() as session:
            inbox.store(session, incoming, self._town.rulebook.words, message.at)

    # -- what is done -----------------------------------------------------------------------------------------

    def _work(self, now: datetime) -> None:
        while self._worker.round() or self._media.round():
            pass
        for job in tick_jobs():
            while job.run_due(self._town.database, self._town.rulebook, now):
                pass
        while sum(self._courier.start(line)[0] for line in self._courier.lines):
            pass

    def _claims(self) -> None:
        """Agencies say of some tickets that they are done, with photos."""
        with self._town.database.read() as session:
            found = select(Ticket.number).where(Ticket.status == "in_progress").order_by(Ticket.id.desc())
            numbers = session.scalars(found.limit(CLAIMS)).all()
        for number in numbers:
            photo = work.read_photo(street(number), self._town.rulebook.city.zone)
            try:
                with self._town.database.begin() as session:
                    ticket = life.by_number(session, number)
                    desk = Desk(session, self._town.rulebook, ticket, ticket.agency, self._town.clock.now())
                    work.claim_done(desk, self._random.choice(DONE), photo)
            except BotError:
                continue  # it changed hands meanwhile


def _messages() -> dict[tuple[str, str | None], list[dict[str, Any]]]:
    """Training messages by intent, and by intent and service or topic (empty: none)."""
    found: dict[tuple[str, str | None], list[dict[str, Any]]] = {}
    for path in sorted(DATA.rglob("*.jsonl")):
        for line in path.read_text("utf-8").splitlines():
            message = json.loads(line)
            for key in (None, message["faq"] or "" if message["intent"] == "tanya" else message["service"]):
                found.setdefault((message["intent"], key), []).append(message)
    return found
