"""An invented city to take pictures of: a few days of citizens who write and agencies that act."""

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import select

from storage.models import OutboundMessage, Ticket
from tests.browser.place import Place
from tests.journeys.town import Officer, officer_with, wait_for

AFTER = Path(__file__).with_name("after.jpg").read_bytes()


@dataclass
class City:
    """Citizens, agencies and the clock, without a browser."""

    place: Place
    web: httpx.Client = field(init=False)

    def __post_init__(self) -> None:
        self.web = httpx.Client(base_url=self.place.url, trust_env=False, verify=False)
        page = self.web.get("/simulator").text
        self.web.headers["X-CSRFToken"] = re.findall(r'name="csrf-token" content="([^"]+)"', page)[0]

    def writes(self, citizen: str, text: str, **more: float) -> None:
        """A message and its answer; ``lat`` and ``lon`` are its pin, ``voice`` says that a voice note is with
        it."""
        fields = {"citizen": citizen, "text": text, **more}
        self.web.post("/simulator/messages", json=fields).raise_for_status()
        wait_for(lambda: self._is_read(citizen), what="an answer")

    def wait_until(self, moment: datetime) -> None:
        """Live until then, whatever falls due on the way."""

        def arrived() -> bool:
            answer = self.web.post("/simulator/clock", json={"until": moment.isoformat()})
            return bool(answer.raise_for_status().json()["arrived"])

        wait_for(arrived, 120, "the clock")

    def wait(self, **span: float) -> None:
        now = datetime.fromisoformat(self._state("a900")["now"])
        self.wait_until(now + timedelta(**span))

    def number_of(self, service: str) -> str:
        """The newest ticket about a service."""
        newest = select(Ticket.number).where(Ticket.service == service).order_by(Ticket.id.desc()).limit(1)
        with self.place.database() as database, database.read() as session:
            return session.scalars(newest).one()

    def letter_about(self, number: str) -> dict[str, Any]:
        """The newest e-mail about a ticket."""
        mails = (
            select(OutboundMessage).where(OutboundMessage.channel == "email").order_by(OutboundMessage.id.desc())
        )
        with self.place.database() as database, database.read() as session:
            return next(mail.body for mail in session.scalars(mails) if number in mail.body["subject"])

    def link_of(self, number: str) -> str:
        found = re.search(r"http://\S+/agency/[\w-]+", self.letter_about(number)["text"])
        assert found
        return found[0]

    def agency(self, service: str, action: str, **fields: Any) -> None:
        """The agency of the newest ticket about ``service`` does something on its page."""
        with officer_with(self.link_of(self.number_of(service))) as officer:
            _act(officer, action, fields)

    def _is_read(self, citizen: str) -> bool:
        state = self._state(citizen)
        return not state["typing"] and not state["waiting_since"]

    def _state(self, citizen: str) -> dict[str, Any]:
        found: dict[str, Any] = self.web.get("/simulator/state", params={"citizen": citizen}).json()
        return found


def _act(officer: Officer, action: str, fields: dict[str, Any]) -> None:
    officer.does(action, **fields)


def two_days(city: City, start: datetime) -> None:
    """What came in before the pictures are taken, and how far it is."""
    city.place.set_clock(start)
    city.writes("a901", "Sampah di dekat pasar Duri Kepa sudah seminggu tidak diangkut, baunya sampai ke rumah.")
    city.writes("b901", "Pohon besar dekat pos RW 03 Jl. Kenanga sudah miring, takut menimpa kabel.")
    city.writes("a902", "Got mampet di gang Mawar RT 05, kalau hujan air masuk rumah warga.")
    city.writes("b902", "Makasih petugas taman, RPTRA Kenanga sekarang bersih dan anak-anak senang.")
    city.writes("a903", "cara urus KTP hilang gimana ya?")
    city.writes("b903", "Lampu jalan depan SDN 03 Tebet mati, anak-anak pulang mengaji gelap-gelapan.")
    city.wait(minutes=10)
    city.agency("sampah", "accept")
    city.agency("pohon", "accept")
    city.agency("pohon", "set_date", date=f"{start + timedelta(days=4):%Y-%m-%d}")
    city.agency("saluran_air", "send_back", note="Saluran ini milik pengelola perumahan, bukan saluran kota.")
    city.agency("lampu_jalan", "ask", note="Tiang nomor berapa yang mati? Nomornya tertulis di tiang.")
    city.wait(days=2)
    city.writes("a904", "Apakah kantor kelurahan buka hari Sabtu?")
    city.writes("b904", "Saya mau bicara dengan orangnya langsung, bukan robot.")
    city.writes("a905", "Ada kebakaran di gang Melati belakang pasar Jaya, api besar!")
    city.writes("b905", "Jalan berlubang di depan halte Pasar Minggu, motor sering oleng.")
    city.wait(minutes=10)
