"""A whole number on a database: citizens write, agencies and coordinators act, and time goes by."""

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import TypeVar

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from bot.agencies import work
from bot.agencies.work import Desk
from bot.casework.bursts import Burst
from bot.casework.rounds import Worker
from bot.conversation.state import Dialogue
from bot.desk import blocking, coordination, holding
from bot.duty import duty
from bot.errors import BotError
from bot.following import followups, rechecks
from bot.intake import inbox
from bot.messages import SIMULATOR, Content, Incoming, Media
from bot.rulebook import Rulebook
from nlu.client import NluUnavailableError, Understanding
from storage.database import Database
from storage.models import Alarm, Conversation, FollowUp, Handover, OutboundMessage, Recheck, Ticket, User
from tests.conversation_properties import pure_rules, town_rules
from tests.conversation_properties.known import problem
from tests.conversation_properties.town_rules import Told
from tests.conversation_properties.utterances import Utterance, understood
from tests.support.clock import MoveableClock, at
from tests.support.desk import Number

T = TypeVar("T")
FOREIGN = "JK-7Q2M9X-4"
UNKNOWN = understood("di_luar_cakupan", 0.9, None, 0.0, (), None)
JOBS = (duty, followups, rechecks, holding)
LOOKS = 10  # at most so often is work looked for while time goes by: the scheduler may be slow


class Loud(Worker):
    """A worker that does not put up with what goes wrong."""

    def _set_aside(self, burst: Burst) -> None:
        raise  # what _answer has just caught


class LinesNlu:
    """Understands every line that it was told about, and of several lines together the weightiest."""

    def __init__(self) -> None:
        self.script: dict[str, Understanding] = {}
        self.away = False

    def understand(self, texts: Sequence[str]) -> list[Understanding]:
        if self.away:
            raise NluUnavailableError("away")
        return [self._of(text) for text in texts]

    def _of(self, text: str) -> Understanding:
        known = [self.script[line] for line in text.splitlines() if line in self.script]
        best = max(known, key=pure_rules.weight, default=UNKNOWN)
        return replace(best, place=next((means.place for means in known if means.place), None))


class Town:
    """One database, one day after another. ``story`` is what happened, as people tell it."""

    def __init__(self, database: Database, rulebook: Rulebook, pool: ThreadPoolExecutor) -> None:
        self.clock = MoveableClock(at("2026-11-24T03:00"))
        self.number = Number(database, rulebook, self.clock, pool)
        self.database, self.rulebook = database, self.number.rulebook
        self.nlu = LinesNlu()
        self.told = Told()
        self.story: list[str] = []
        self.seen = 0
        self.ids: list[tuple[str, str, Content]] = []
        with database.begin() as session:
            session.add(
                User(email="c@city.example", password_hash="", role="coordinator", created_at=self.clock.now())
            )
        self.snapshot = town_rules.look(database, self.clock.now())

    def tell(self, line: str) -> None:
        self.story.append(f"{self.clock.now():%d %b %H:%M:%S} {line}")

    # -- citizens -------------------------------------------------------------------

    def hears(self, utterances: Iterable[Utterance], who: int, gap: int, early: int) -> None:
        """A burst comes in; nothing is done about it yet. ``early``: seconds by which its time lies back."""
        for utterance in utterances:
            said = utterance.marked(self.told.count())
            address = f"sim:{who}"
            content = self._content(said, address)
            self.told.remember(said, content.text, address, self.rulebook)
            if said.means and content.text:
                self.nlu.script[content.text.strip()] = said.means
            self.tell(f"citizen {who}: {replace(said, text=content.text)}")
            self.ids.append((f"m{len(self.ids)}", address, content))
            assert self._store(len(self.ids) - 1, early)
            self.clock.move(seconds=gap)

    def repeats(self, which: int) -> None:
        """The provider hands in a message a second time."""
        if self.ids:
            self.tell(f"-- message {which % len(self.ids)} is handed in again")
            assert not self._store(which % len(self.ids), 0), "a repetition was stored"

    def _store(self, index: int, early: int) -> bool:
        external_id, address, content = self.ids[index]
        received_at = self.clock.now() - timedelta(seconds=early)
        with self.database.begin() as session:
            incoming = Incoming(SIMULATOR, external_id, address, "sim", content)
            return inbox.store(session, incoming, self.rulebook.words, received_at)

    def _content(self, said: Utterance, address: str) -> Content:
        with self.database.read() as session:
            mine = select(Conversation).where(Conversation.address_hash == inbox.address_hash(address))
            conversation = session.scalar(mine)
            number = _own_number(session, conversation, said.names)
            sent = _sent(session, conversation)
        offered = next((row.body["choices"] for row in sent if row.body.get("choices")), [])
        picked = offered[said.picks % len(offered)]["key"] if said.picks is not None and offered else None
        quoted = sent[said.quotes].provider_id if said.quotes is not None and said.quotes < len(sent) else None
        return Content(
            text=f"{said.text} {number}" if number else said.text,
            choice=picked or said.choice,
            location=said.pin,
            media=(Media("https://media.example/1", said.media),) if said.media else (),
            quoted=quoted,
        )

    # -- everybody else ----------------------------------------------------------------

    def agency(self, action: str, which: int) -> None:
        arguments: dict[str, tuple[object, ...]] = {
            "accept": (), "send_back": ("bukan wewenang kami",), "ask": ("nomor rumahnya berapa?",),
            "set_date": (date(2026, 12, 24),), "claim_done": ("sudah kami kerjakan", None),
        }  # fmt: skip
        with self._trying(f"agency: {action} {which}") as session:
            tickets = session.scalars(select(Ticket).order_by(Ticket.id.desc())).all()
            if tickets:
                ticket = tickets[which % len(tickets)]
                desk = Desk(session, self.rulebook, ticket, ticket.agency, self.clock.now())
                getattr(work, action)(desk, *arguments[action])

    def person(self, action: str, which: int) -> None:
        """A coordinator does something about a conversation, a handover or a ticket."""
        now, rulebook = self.clock.now(), self.rulebook
        with self._trying(f"coordinator: {action} {which}") as session:
            conversation = _one(session, select(Conversation).order_by(Conversation.id), which)
            handover = _one(session, select(Handover).where(Handover.answered_at.is_(None)), which)
            alarm = _one(session, select(Alarm), which)
            ticket = _one(session, select(Ticket).where(Ticket.status == "coordination"), which)
            if action == "answer" and handover:
                coordination.answer(session, rulebook, handover.id, "Silakan datang ke kelurahan.", 1, now)
            elif action == "make_ticket" and handover:
                coordination.make_ticket(session, rulebook, handover.id, "sampah", 1, now)
            elif action == "pass_on" and ticket:
                coordination.pass_on(session, rulebook, ticket, "dlh", 1, now)
            elif action == "take_alarm" and alarm:
                duty.take(session, rulebook, alarm, session.get_one(User, 1), now)
            elif conversation:
                self._about(session, conversation, action, now)

    def _about(self, session: Session, conversation: Conversation, action: str, now: datetime) -> None:
        if action == "take":
            holding.take(session, self.rulebook, conversation.id, 1, now)
        elif action == "reply":
            once = f"once-{len(self.story):08}"
            holding.reply(session, self.rulebook, conversation.id, 1, "Saya bantu, ya.", once, now)
        elif action in ("give_back", "give_back_rest"):
            holding.give_back(session, conversation.id, 1, 10**9, now, answer_rest=action == "give_back_rest")
        elif action == "block":
            blocking.block(session, conversation.id, "spam", 1, now)
        elif action == "unblock":
            blocking.unblock(session, conversation.citizen_id, 1)

    @contextmanager
    def _trying(self, what: str) -> Iterator[Session]:
        """People try what is not possible any more; they are told so, and nothing has changed."""
        try:
            with self.database.begin() as session:
                yield session
            self.tell(f"-- {what}")
        except BotError as error:
            self.tell(f"-- {what}: {error}")

    # -- time ------------------------------------------------------------------------------

    def works(self) -> None:
        """Do all that is due at this moment, and look whether every rule still holds."""
        worker = Loud(self.database, self.rulebook, self.nlu, self.clock, "one")
        for _ in range(30):
            now, before = self.clock.now(), self.snapshot
            done = sum(
                job.run_due(self.database, self.rulebook, now) for job in (rechecks, followups, duty, holding)
            )
            done += worker.round()
            done += self.number.courier.round()
            if not done:
                return
            self.snapshot = town_rules.look(self.database, now)
            self._tell_news(before)
            self._check(town_rules.broken(before, self.snapshot, self.told, self.rulebook))
        raise problem(f"there is no end to the work{' while the model is away' if self.nlu.away else ''}")

    def passes(self, time: timedelta) -> None:
        """Time goes by; what falls due meanwhile is done, soon after it is due."""
        until = self.clock.now() + time
        while self.clock.now() < until:
            soon = max(self._next_due(), self.clock.now() + time / LOOKS)
            self.clock.at = min(until, soon)
            self.works()

    def looks(self) -> None:
        """Rules about what people changed, not the clock."""
        before, self.snapshot = self.snapshot, town_rules.look(self.database, self.clock.now())
        self._tell_news(before)
        self._check(town_rules.broken(before, self.snapshot, self.told, self.rulebook))

    def _next_due(self) -> datetime:
        now = self.clock.now()
        columns = (
            (Conversation.wake_at, Conversation.wake_at > now),
            (FollowUp.due_at, FollowUp.state == "waiting"),
            (OutboundMessage.due_at, OutboundMessage.state == "waiting"),
            (Recheck.due_at, Recheck.state == "waiting"),
            (Alarm.next_at, Alarm.next_at > now),
        )
        with self.database.read() as session:
            found = [
                session.scalar(select(func.min(column)).where(column > now, where)) for column, where in columns
            ]
        return min((due for due in found if due), default=now + timedelta(days=400))

    def _check(self, broken: Iterable[str]) -> None:
        for rule in broken:
            self.tell(f"BROKEN: {rule}")
            raise problem(rule)

    def _tell_news(self, before: town_rules.Snapshot) -> None:
        for row in town_rules.news(before, self.snapshot):
            options = "/".join(choice["key"] for choice in row.body.get("choices", ()))
            self.tell(f"bot: {row.wording}{f' [{options}]' if options else ''} ({row.key})")
        for ticket in self.snapshot.tickets:
            if ticket.id not in {old.id for old in before.tickets}:
                kind = "sealed " if ticket.sealed else ""
                self.tell(f"   filed: {kind}{ticket.kind} {ticket.service} {ticket.number} {ticket.story!r}")
        for handover in self.snapshot.handovers[len(before.handovers) :]:
            self.tell(f"   for a person: {handover.reason} {handover.text!r}")
        for conversation in self.snapshot.conversations:
            dialogue = Dialogue.from_json(conversation.dialogue)
            if dialogue.pending:
                self.tell(f"   asks: {dialogue.pending.asked}{' with a draft' if dialogue.draft else ''}")


def _own_number(session: Session, conversation: Conversation | None, index: int | None) -> str | None:
    if index is None:
        return None
    citizen = conversation.citizen_id if conversation else 0
    mine = session.scalars(
        select(Ticket.number).where(Ticket.citizen_id == citizen).order_by(Ticket.id.desc())
    ).all()
    return mine[index] if 0 <= index < len(mine) else FOREIGN


def _sent(session: Session, conversation: Conversation | None) -> Sequence[OutboundMessage]:
    mine = select(OutboundMessage).where(
        OutboundMessage.conversation_id == (conversation.id if conversation else 0)
    )
    return session.scalars(mine.order_by(OutboundMessage.id.desc())).all()


def _one(session: Session, statement: Select[tuple[T]], which: int) -> T | None:
    rows = session.scalars(statement).all()
    return rows[which % len(rows)] if rows else None
