"""The citizens: who they are, what they write, and what they make of what they are written."""

import math
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random
from typing import Any

from benchmarks.year.calendar import JAKARTA
from benchmarks.year.demand import Area, Wish
from benchmarks.year.post import Handed
from benchmarks.year.speech import SHORT, meaning
from benchmarks.year.town import Town
from bot.intake import inbox
from bot.messages import SMS, WHATSAPP, Content, Incoming
from nlu.client import Place

OURS = {WHATSAPP: "whatsapp:+628001110000", SMS: "+628001110001"}
STREETS = (
    "Melati",
    "Kemuning",
    "Rawa Indah",
    "Pemuda",
    "Mangga",
    "Cempaka",
    "Haji Saleh",
    "Kebon Raya",
    "Anggrek",
)
QUESTIONS = ("ktp_hilang", "ktp_baru", "")
PRAISE = "terima kasih petugasnya cepat dan ramah, hasilnya bagus"
IDEA = "usul supaya dibuat lebih baik dan dijaga warga bersama"
FILED = frozenset({"report_filed", "report_filed_without_place", "reports_filed"})


@dataclass(slots=True)
class Person:
    """Somebody with a telephone. ``fate``: whether messages arrive there."""

    name: int
    channel: str
    address: str
    phone: str
    fate: str
    area: Area
    last: tuple[str, str] = ("", "")


class Citizens:
    """Everybody who has written so far."""

    def __init__(self, town: Town, seed: str) -> None:
        self._town, self._is = town, town.profile.citizens
        self._random = Random(f"citizens {seed}")
        self._everybody: list[Person] = []
        self._by_address: dict[str, Person] = {}
        self._written = 0

    @property
    def count(self) -> int:
        return len(self._everybody)

    def fate(self, address: str) -> str:
        """What becomes of a message to ``address`` now."""
        person = self._by_address.get(address)
        if person is None or person.fate == "never":
            return "never" if person else "at once"
        return "later" if self._random.random() < self._is.late_delivery else "at once"

    def late_by(self) -> timedelta:
        return self._hours(self._is.late_delivery_h, 0.8)

    # -- writing --------------------------------------------------------------

    def report(self, wish: Wish) -> None:
        """Somebody reports what they wish, and perhaps asks something besides."""
        person, kind = self._somebody(wish), self._kind()
        text, place = wish.text, None
        street = self._random.choice(STREETS)
        if kind in ("lapor", "darurat") and self._random.random() >= self._is.no_place:
            text, place = f"{text} di Jl. {street}, {wish.area.kelurahan}", self._place(wish.area, street)
        text = {"apresiasi": f"{PRAISE}, soal {text}", "saran": f"{IDEA}, soal {text}"}.get(kind, text)
        if kind == "darurat":
            text, service = f"tolong ada kebakaran rumah di Jl. {street}, {wish.area.kelurahan}", "kebakaran"
        else:
            service = wish.service
        self._write(person, Content(text=text), meaning(kind, service, place))
        if self._random.random() < self._is.asks:
            self._later(0.4, 1.0, lambda now: self._ask(person))

    def _kind(self) -> str:
        luck = self._random.random()
        for kind, share in (
            ("darurat", self._is.emergencies),
            ("apresiasi", self._is.praises),
            ("saran", self._is.proposes),
        ):
            if luck < share:
                return kind
            luck -= share
        return "lapor"

    def _ask(self, person: Person) -> None:
        topic = self._random.choice(QUESTIONS)
        text = f"mau tanya soal {topic.replace('_', ' ') or 'jadwal acara kelurahan'}"
        self._write(person, Content(text=text), meaning("tanya", faq=topic))

    def _somebody(self, wish: Wish) -> Person:
        if self._everybody and self._random.random() < self._is.known and not wish.flood:
            return self._everybody[int(len(self._everybody) * self._random.random() ** 1.5)]
        name = len(self._everybody) + 1
        channel = SMS if self._random.random() < self._is.sms else WHATSAPP
        phone = f"+62811{name:07}"
        address = f"whatsapp:{phone}" if channel == WHATSAPP else phone
        fate = "never" if self._random.random() < self._is.unreachable else "at once"
        person = Person(name, channel, address, phone, fate, wish.area)
        self._everybody.append(person)
        self._by_address[address] = person
        return person

    def _place(self, area: Area, street: str) -> Place:
        return Place(f"Jl. {street}, {area.kelurahan}", area.kelurahan, None, area.city)

    def _write(self, person: Person, content: Content, means: Any) -> None:
        self._written += 1
        if content.text:
            self._town.nlu.record(content.text, means)
        now = self._town.clock.now()
        incoming = Incoming(
            person.channel, f"m{self._written}", person.address, OURS[person.channel], content, person.phone
        )
        with self._town.database.begin() as session:
            inbox.store(session, incoming, self._town.rulebook.words, now)
        self._town.has_mail = True

    # -- reading --------------------------------------------------------------

    def reads(self, letter: Handed, row: Any) -> None:
        """A message of ours has arrived on somebody's telephone."""
        person = self._by_address.get(letter.message.recipient)
        if person is None or person.fate == "never":
            return
        wording = row.wording
        if wording.startswith("follow_confirm"):
            self._judge(person, letter, row)
        elif wording.startswith("follow_question"):
            self._maybe(self._is.answers_agency, lambda: self._tell_more(person, letter))
        elif wording == "ask_place" or wording.endswith("_ask_place"):
            self._maybe(self._is.tells_place, lambda: self._tell_place(person))
        elif wording in FILED:
            self._after_filing(person, row)
        elif letter.message.choices:
            self._choose(person, letter, row)

    def _judge(self, person: Person, letter: Handed, row: Any) -> None:
        """Is it fixed? What is true, and whether somebody bothers to say so."""
        matter = self._town.ledger.matters.get(row.ticket_id)
        if matter is None:
            return
        yes, no = (self._is.confirms, self._is.denies_truth)
        if not matter.told_truth:
            yes, no = self._is.confirms_lie, self._is.denies_lie
        share = 0.4 if row.wording != "follow_confirm" else 1.0
        luck = self._random.random() / share
        if luck < yes + no:
            key = "yes" if luck < yes else "no"
            self._answers(lambda now: self._press(person, letter, key, row.ticket_id))

    def _tell_more(self, person: Person, letter: Handed) -> None:
        content = Content(text="dekat masjid, pagar hijau, rumah pojok", quoted=f"local-{letter.message.id}")
        self._answers(lambda now: self._write(person, content, meaning("tambah_info")))

    def _tell_place(self, person: Person) -> None:
        street = self._random.choice(STREETS)
        text, place = f"Jl. {street}, {person.area.kelurahan}", self._place(person.area, street)
        self._later(
            0.08, 1.2, lambda now: self._write(person, Content(text=text), meaning("tambah_info", place=place))
        )

    def _after_filing(self, person: Person, row: Any) -> None:
        """What people do besides waiting."""
        matter = self._town.ledger.matters.get(row.ticket_id)
        number = matter.number if matter else ""
        self._maybe(self._is.adds, lambda: self._say(person, 20, f"makin parah ini pak {number}", "tambah_info"))
        self._maybe(
            self._is.asks_status, lambda: self._say(person, 60, f"bagaimana laporan {number}", "cek_status")
        )
        self._maybe(self._is.withdraws, lambda: self._say(person, 15, f"saya cabut laporan {number}", "batal"))
        self._maybe(self._is.opts_out, lambda: self._stop(person))

    def _stop(self, person: Person) -> None:
        self._say(person, 70, "BERHENTI", "berhenti")
        self._maybe(self._is.opts_in, lambda: self._say(person, 24 * 28, "MULAI", "bantuan"))

    def _say(self, person: Person, hours: float, text: str, intent: str) -> None:
        self._later(hours, 0.8, lambda now: self._write(person, Content(text=text), meaning(intent)))

    def _choose(self, person: Person, letter: Handed, row: Any) -> None:
        """Stars, a withdrawal, a safe number, which of several reports: the first is mostly the answer."""
        keys = [choice.key for choice in letter.message.choices]
        if "5" in keys:
            stars = self._random.choices(keys, range(1, len(keys) + 1))[0]
            self._maybe(
                self._is.rates, lambda: self._answers(lambda now: self._press(person, letter, stars, None))
            )
            return
        matter = self._town.ledger.matters.get(row.ticket_id)
        mine = matter.number if matter and matter.number in keys else person.last[1]
        key = mine if mine in keys else keys[0]
        self._maybe(0.8, lambda: self._later(0.05, 1.0, lambda now: self._press(person, letter, key, None)))

    def _press(self, person: Person, letter: Handed, key: str, ticket_id: int | None) -> None:
        """A button on WhatsApp; a number, as the message says, by SMS."""
        choices = letter.message.choices
        index = next((n for n, choice in enumerate(choices) if choice.key == key), None)
        if index is None:
            return
        if ticket_id:
            person.last = (key, self._town.ledger[ticket_id].number)
        content = Content(text=choices[index].title, choice=key, quoted=f"local-{letter.message.id}")
        if person.channel == SMS:
            content = replace(content, text=str(index + 1), choice=None, quoted=None)
        self._write(person, content, SHORT)

    # -- time -----------------------------------------------------------------

    def _maybe(self, share: float, act: Any) -> None:
        if self._random.random() < share:
            act()

    def _answers(self, act: Any) -> None:
        self._later(self._is.answer_h, self._is.answer_spread, act)

    def _later(self, hours: float, spread: float, act: Any) -> None:
        self._town.agenda.add(_awake(self._town.clock.now() + self._hours(hours, spread)), act)

    def _hours(self, median: float, spread: float) -> timedelta:
        return timedelta(hours=min(24 * 60, median * math.exp(self._random.gauss(0, spread))))


def _awake(at: datetime) -> datetime:
    """Most people sleep between midnight and half past five."""
    local = at.astimezone(JAKARTA)
    return at + timedelta(hours=5.5) if local.hour < 5 else at
