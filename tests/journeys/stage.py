"""The real number for one transcript: people on WhatsApp and SMS, and a clock that jumps to what is due."""

import re
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

from sqlalchemy import Select, func, select

from bot.city.city import Thresholds
from bot.delivery.delivery import Courier
from bot.duty import duty
from bot.following import digests, overdue_questions
from bot.intake import inbox
from bot.messages import EMAIL, SMS, WHATSAPP, Content, Incoming, Location, Media
from bot.privacy import mask
from bot.rulebook import Rulebook
from handlers.channels.local import LocalChannel
from nlu.client import NluUnavailableError, Understanding
from storage import keyring
from storage.database import Database
from storage.models import CivilServant, Digest, Handover, OutboundMessage, Ticket, User
from tests.journeys.script import Item, ScriptError, understanding
from tests.journeys.telephones import Telephones
from tests.support.approved import with_templates
from tests.support.clock import MoveableClock
from tests.support.desk import Number

CHANNELS = {"WhatsApp": WHATSAPP, "SMS": SMS}
FILES = {"photo": "image/jpeg", "voice note": "audio/ogg", "sticker": "image/webp", "document": "application/pdf",
         "contact": "text/vcard", "video": "video/mp4"}  # fmt: skip
OURS = {WHATSAPP: "whatsapp:+628000000000", SMS: "+628000000000"}
NAME = re.compile(r"\bJK-(\d{1,2})\b")
PIN = re.compile(r"pin (-?[\d.]+), (-?[\d.]+)(?: \"(.*)\")?")


# What the model makes of a button's title alone.
OF_A_BUTTON = understanding("tambah_info 0.4")
NOT_WRITTEN = understanding("di_luar_cakupan 0.3")


class RecordedNlu:
    """Understands what the transcript says about each message; away when it says so."""

    def __init__(self) -> None:
        self.known: dict[str, Understanding] = {}
        self.together: list[tuple[str, Understanding]] = []
        self.away = False
        self.missing: list[str] = []

    def learn(self, text: str, item: Item) -> None:
        pressed = any(part.startswith("button ") for part in item.parts)
        if meaning := item.meaning or (OF_A_BUTTON if pressed else None):
            self.known[mask(text)] = meaning
        if item.together:
            self.together.append((mask(text), item.together))

    def understand(self, texts: Sequence[str]) -> list[Understanding]:
        if self.away:
            raise NluUnavailableError("away")
        return [self._one(text) for text in texts]

    def _one(self, text: str) -> Understanding:
        joined = (meaning for said, meaning in reversed(self.together) if said in text)
        found = self.known.get(text) or next(joined, None)
        if found is None:
            self.missing.append(text)
        return found or NOT_WRITTEN


@dataclass(frozen=True)
class Written:
    """A message of ours as it stood in the outbox. Written ``at``; ``failed``: it does not arrive."""

    id: int
    at: datetime
    to: str
    channel: str
    key: str
    wording: str
    text: str
    subject: str
    choices: tuple[tuple[str, str], ...]
    ticket: int | None
    failed: bool = False


# The confidences in the stories were written beside these; the city's own move with every new model.
THRESHOLDS = Thresholds(intent=0.5, routing=0.67, service=0.5, offer=0.4, answer=0.76, emergency=0.41)


class Stage(Number):
    """A ``Number`` with telephones of two kinds, whose time goes from one due step to the next."""

    def __init__(
        self, database: Database, rulebook: Rulebook, clock: MoveableClock, pool: ThreadPoolExecutor
    ) -> None:
        super().__init__(database, rulebook, clock, pool)
        city = with_templates(rulebook).city.model_copy(update={"thresholds": THRESHOLDS})
        self.rulebook = replace(self.rulebook, city=city)
        self.recorded = self.nlu = RecordedNlu()  # type: ignore[assignment]
        self.telephones, self.with_lists = Telephones(), False
        channels = {WHATSAPP: self.telephones, SMS: self.telephones, EMAIL: LocalChannel()}
        self.courier = Courier(database, channels, clock, "courier", pool, self.rulebook)
        self.seen: list[Written] = []
        self.last_heard: dict[str, Item] = {}
        self._messages = 0
        self._staff: int | None = None

    # -- people ---------------------------------------------------------------

    def hear(self, item: Item, address: str, phone: str | None) -> None:
        """A citizen's message comes in; nothing is done about it yet."""
        self._messages += 1
        self.last_heard[item.who] = item
        channel = CHANNELS[item.channel]
        text = self.real_numbers(item.text)
        content = self._content(item, text, channel, address)
        self.recorded.learn(content.text, item)
        message = Incoming(channel, f"m{self._messages}", address, OURS[channel], content, phone)
        with self.database.begin() as session:
            inbox.store(session, message, self.rulebook.words, self.clock.now())

    def crowd(self, item: Item, count: int) -> None:
        """So many others write what ``item`` says, from telephones of their own."""
        first = self._messages
        for n in range(first, first + count):
            self.hear(item, f"whatsapp:+62800001{n:04}", f"+62800001{n:04}")
            self.clock.move(seconds=2)

    def _content(self, item: Item, text: str, channel: str, address: str) -> Content:
        content = Content(text=text, profile_name=item.who if channel == WHATSAPP else None)
        for part in item.parts:
            if part.startswith("quoting "):
                content = replace(content, quoted=self._quoted(part.removeprefix("quoting "), address))
            elif part.startswith("button "):
                content = self._pressed(part.removeprefix("button "), address, content)
            elif pin := PIN.fullmatch(part):
                content = replace(content, location=Location(float(pin[1]), float(pin[2]), pin[3] or ""))
            else:
                content = replace(content, media=content.media + tuple(_files(part)))
        return content

    def _quoted(self, what: str, address: str) -> str:
        about = self.real_numbers(what.strip('"'))
        found = next((w for w in reversed(self.seen) if w.to == address and about in w.text), None)
        if found is None:
            raise ScriptError(f"nothing that was sent says '{what}', so it cannot be quoted.")
        return f"local-{found.id}"

    def _pressed(self, title: str, address: str, content: Content) -> Content:
        """A pressed button brings its key, and its title as the text."""
        title = self.real_numbers(title)
        mine = [w for w in reversed(self.seen) if w.to == address]
        key = next((key for w in mine for key, shown in w.choices if shown == title), None)
        if key is None:
            raise ScriptError(f"no message offered a button '{title}'.")
        return replace(content, choice=key, text=content.text or title)

    # -- numbers --------------------------------------------------------------

    def tickets(self) -> list[str]:
        """Real numbers, oldest first: the first is JK-1."""
        with self.database.read() as session:
            return list(session.scalars(select(Ticket.number).order_by(Ticket.id)))

    def real_numbers(self, text: str) -> str:
        if not NAME.search(text):
            return text
        known = self.tickets()
        return NAME.sub(lambda m: known[int(m[1]) - 1] if 0 < int(m[1]) <= len(known) else m[0], text)

    # -- time -----------------------------------------------------------------

    def follow_up(self) -> int:
        """Lists are written where a story is about them: in all others they would hide what it is about."""
        due = (duty, digests, overdue_questions) if self.with_lists else (duty,)
        now = self.clock.now()
        return sum(each.run_due(self.database, self.rulebook, now) for each in due) + super().follow_up()

    def due_times(self, now: datetime) -> tuple[Select[tuple[datetime | None]], ...]:
        lists = tuple(select(func.min(at)).where(at > now) for at in (Digest.due_at, Handover.due_at))
        return (*super().due_times(now), *(lists if self.with_lists else ()))

    def work(self) -> None:
        super().work()
        self.seen += self._new()

    def until(self, written: str) -> datetime:
        """``3 minutes``, ``next morning``, ``Friday 22:00`` or ``23:15`` as a time to come."""
        now = self.clock.now()
        zone = self.rulebook.city.zone
        if length := re.fullmatch(r"(\d+) (second|minute|hour|day)s?(?: later)?", written):
            return now + timedelta(**{f"{length[2]}s": int(length[1])})
        local = now.astimezone(zone)
        if written == "next morning":
            return datetime.combine(local.date() + timedelta(days=1), time(8), zone).astimezone(now.tzinfo)
        named = re.fullmatch(r"(?:(\w+day) )?(\d\d):(\d\d)", written)
        if named is None:
            raise ScriptError(
                f"'-- {written}' is no time; write '-- 3 minutes', '-- next morning', '-- Friday 22:00'."
            )
        moment = datetime.combine(local.date(), time(int(named[2]), int(named[3])), zone)
        while moment <= local or (named[1] and f"{moment:%A}" != named[1]):
            moment += timedelta(days=1)
        return moment.astimezone(now.tzinfo)

    # -- what was said --------------------------------------------------------

    def _new(self) -> list[Written]:
        last = self.seen[-1].id if self.seen else 0
        with self.database.read() as session:
            rows = session.scalars(
                select(OutboundMessage).where(OutboundMessage.id > last).order_by(OutboundMessage.id)
            )
            return [_written(row) for row in rows]

    # -- people of the city ---------------------------------------------------

    def staff(self) -> int:
        """The account of the coordinator on the stage."""
        if self._staff is None:
            with self.database.begin() as session:
                user = User(email="rahmat@jakarta.example", password_hash="", created_at=self.clock.now())
                session.add(user)
                session.flush()
                self._staff = user.id
        return self._staff

    def register(self, phone: str | None, name: str) -> None:
        """A civil servant is registered with a number."""
        staff = self.staff()
        with self.database.begin() as session:
            hashed = keyring.current().lookup(phone or "")
            session.add(CivilServant(phone_hash=hashed, name=name, unit="Kelurahan", created_at=self.clock.now(),
                                     created_by=staff))  # fmt: skip


def _files(part: str) -> Iterator[Media]:
    found = re.fullmatch(r"(?:(\d+) )?([a-z ]+?)s?", part)
    if found is None or found[2] not in FILES:
        raise ScriptError(f"[{part}] is nothing that can be sent; known are {', '.join(FILES)}.")
    for _ in range(int(found[1] or 1)):
        yield Media("https://api.example/media", FILES[found[2]])


def _written(row: OutboundMessage) -> Written:
    choices = tuple((c["key"], c["title"]) for c in row.body.get("choices", ()))
    return Written(row.id, row.created_at, row.recipient, row.channel, row.key, row.wording, row.body["text"],
                   row.body.get("subject", ""), choices, row.ticket_id, row.state == "failed")  # fmt: skip
