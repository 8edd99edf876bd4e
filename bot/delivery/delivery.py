"""Sends what is due in the outbox, each channel on a line of its own.

A message is marked as being sent before the provider is asked, so a crash in between leaves it *in doubt*
(``bot.delivery.doubt``) and never sends it twice. What goes wrong is judged by its class
(``bot.delivery.failing``); what the provider reports later comes in through ``bot.delivery.reports``.
"""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cached_property

import structlog
from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, defer

from bot.city.rates import PersonPace
from bot.clock import Clock
from bot.delivery import courtesy, doubt, failing, failures, outcomes
from bot.delivery.lines import SLOTS, Line
from bot.messages import CHANNELS, EMAIL, Channel, SendError, Sent
from bot.outgoing import ways
from bot.rulebook import Rulebook
from bot.segments import segments
from bot.tickets import tickets
from bot.tickets.tickets import By
from bot.watching import trail
from bot.watching.load import REPLIES_FIRST
from bot.watching.pressure import Pressure
from bot.wording.forms import TEMPLATE, form_of, outgoing
from bot.wording.plain_text import plain_text
from bot.words import BULK_LANE, EMERGENCY_LANE, NORMAL_LANE
from storage.database import Database
from storage.models import OutboundMessage, Ticket
from storage.queries import announcements, releasing, sending, subscriptions

log = structlog.get_logger()

LEASE = timedelta(seconds=30)
# Threads for all lines at once: a provider that hangs must not use up those of another.
SENDERS = (len(CHANNELS) + 3) * SLOTS
LOCKED = (
    select(OutboundMessage)
    .where(OutboundMessage.id == bindparam("message"))
    .options(defer(OutboundMessage.body), defer(OutboundMessage.recipient))
    .with_for_update()
)
WITHHELD = {"opted_out": "not_sent_opted_out"}


@dataclass(frozen=True)
class Courier:
    """Sends for one process. ``channels`` by name; ``owner`` names the process in leases.

    Without a ``rulebook`` there are no rates, no prices, and no other way where one fails. ``trial``: the only
    numbers that anything is sent to; empty for everybody. ``stopping``: this process is to end, and begins with
    no other message.
    """

    database: Database
    channels: Mapping[str, Channel]
    clock: Clock
    owner: str
    pool: ThreadPoolExecutor
    rulebook: Rulebook | None = None
    trial: frozenset[str] = field(default=frozenset())
    stopping: Callable[[], bool] = field(default=lambda: False)

    @cached_property
    def _pressure(self) -> Pressure:
        return Pressure()

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """One for each channel; those that this installation lacks as well, so that what is for them is judged."""
        rates = self.rulebook.city.rates if self.rulebook else None
        names = dict.fromkeys((*CHANNELS, EMAIL, *self.channels))
        return tuple(Line(name, rates.of(name) if rates and name in self.channels else None) for name in names)

    def round(self) -> int:
        """Send what is due on every line, and wait until it is sent; how many messages that were."""
        with self.database.read() as session:
            lanes = sending.first_lanes(session, self.clock.now())
        started = [self._start(line, lanes[line.channel]) for line in self.lines if line.channel in lanes]
        for _, sent in started:
            for future in sent:
                future.result()
        return sum(count for count, _ in started)

    @property
    def teams(self) -> list[Sequence[Line]]:
        """Lines that are worked on by a thread of their own; those that this installation lacks share one."""
        ours = [line for line in self.lines if line.channel in self.channels]
        others = [line for line in self.lines if line not in ours]
        return [*([line] for line in ours), others]

    def work(self, lines: Sequence[Line]) -> int:
        """Begin to send what is due on ``lines``; how many messages."""
        return sum(self.start(line)[0] for line in lines)

    def is_any_due(self, lines: Sequence[Line], session: Session, now: datetime) -> bool:
        """Whether something is to be sent on one of ``lines``."""
        return any(sending.first_lane(session, line.channel, now) is not None for line in lines)

    def settle(self) -> int:
        """Look into messages in doubt and those whose sender died; how many were looked into."""
        return doubt.settle(self.database, self.channels, self.rulebook, self.clock)

    def start(self, line: Line) -> tuple[int, list[Future[None]]]:
        """Begin to send what is due on ``line``, as far as there is room; how many messages, and their sending."""
        with self.database.read() as session:
            lane = sending.first_lane(session, line.channel, self.clock.now())
        return self._start(line, lane) if lane is not None else (0, [])

    def _start(self, line: Line, lane: int) -> tuple[int, list[Future[None]]]:
        urgent = lane == EMERGENCY_LANE
        room = line.room(urgent=urgent) if line.is_ready(urgent=urgent) else 0
        only_urgent = urgent and not room
        groups = _by_recipient(self._claim(line, room, only_urgent=only_urgent))
        return sum(map(len, groups)), [self._begin(line, group) for group in groups]

    def _claim(self, line: Line, room: int, *, only_urgent: bool) -> list[OutboundMessage]:
        """Take what may go out now in hand: it is this line's turn, and nobody is written to too often.

        ``only_urgent``: there is room for emergencies only, which go into debt.
        """
        room = line.room_for_emergencies() if only_urgent else room
        if not room:
            return []
        now = self.clock.now()
        with self.database.begin() as session:
            if not line.is_ours(session, self.owner, now):
                return []
            allowed = line.allowance(session, room, urgent=only_urgent)
            if not allowed:
                return []
            last_lane = EMERGENCY_LANE if only_urgent else self._last_lane(session, line, now)
            claimed = line.claim(session, self.owner, now, LEASE, allowed, last_lane)
            sending.load_people(session, claimed)
            by_day = self._without_at_night(self._without_too_soon(session, line, claimed, now), now)
            going = self._without_withheld(session, by_day, now)
        line.spend(sum(_units(line, message) for message in going))
        return going

    def _last_lane(self, session: Session, line: Line, now: datetime) -> int:
        """What nobody asked for waits until people have their answers."""
        oldest = sending.oldest_reply(session, line.channel, now)
        replies_late = oldest is not None and now - oldest > REPLIES_FIRST
        return NORMAL_LANE if replies_late or self._pressure.answers_late(session, now) else BULK_LANE

    def _without_too_soon(
        self, session: Session, line: Line, claimed: list[OutboundMessage], now: datetime
    ) -> list[OutboundMessage]:
        pace = self.rulebook.city.rates.person if self.rulebook and line.rate else None
        if pace is None:
            return claimed
        for row, due in courtesy.put_off(claimed, _sent_lately(session, line, claimed, pace, now), pace, now):
            _wait(row, due)
        return [row for row in claimed if row.state == "sending"]

    def _without_at_night(self, claimed: list[OutboundMessage], now: datetime) -> list[OutboundMessage]:
        calendar = self.rulebook.city.working_calendar if self.rulebook else None
        for row in claimed:
            if calendar and (due := courtesy.not_before(row, calendar, now)) > now:
                _wait(row, due)
        return [row for row in claimed if row.state == "sending"]

    def _without_withheld(
        self, session: Session, claimed: list[OutboundMessage], now: datetime
    ) -> list[OutboundMessage]:
        halted = announcements.stopped(session, {row.announcement_id for row in claimed if row.announcement_id})
        unwanted = subscriptions.withheld(session, claimed)
        for row in claimed:
            if reason := unwanted.get(row.id) or courtesy.withheld(row, self.trial, halted):
                row.state, row.error, row.lease_until = "cancelled", reason, None
                failing.name_last_attempt(row)
                if reason == "trial":  # an agency that is written to by WhatsApp gets its e-mail
                    ways.by_next_way(session, row, now)
                if reason in WITHHELD and row.ticket_id is not None:
                    ticket = session.get_one(Ticket, row.ticket_id)
                    tickets.record(session, ticket, WITHHELD[reason], By("bot", now))
        return [row for row in claimed if row.state == "sending"]

    def _begin(self, line: Line, group: list[OutboundMessage]) -> Future[None]:
        line.taken()
        future = self.pool.submit(self._send_in_order, line, group)
        future.add_done_callback(_report_crash)
        return future

    def _send_in_order(self, line: Line, messages: list[OutboundMessage]) -> None:
        """The messages to one person go out one after the other, as they were written."""
        try:
            for message in messages:
                if self.stopping():
                    self._give_back(message)
                    continue
                with trail.of_sending(message):
                    self._send_one(message)
        finally:
            line.done()

    def _give_back(self, message: OutboundMessage) -> None:
        """Another process sends it at once, before this one is gone."""
        with self.database.begin() as session:
            releasing.give_back_unsent(session, message)

    def _send_one(self, message: OutboundMessage) -> None:
        form, began = form_of(message, self.clock.now()), time.perf_counter()
        outcome, now = self._send(message, form), self.clock.now()
        trail.sent(message, outcome, began)
        if isinstance(outcome, Sent):
            note = sending.Note(outcome.provider_id, outcome.delivered, form, *self._cost(message, form))
            if self.database.together.write(lambda session: sending.note_sent(session, message, note, now)):
                return  # as nearly always: nobody else has touched the row meanwhile
        with self.database.begin() as session:
            row = session.scalars(LOCKED, {"message": message.id}).one()
            if isinstance(outcome, Sent):
                if outcomes.note_sent(row, outcome, now):
                    row.form, row.cost, row.currency = note.form, note.cost, note.currency
            elif row.attempts == message.attempts:  # else it is another sender's by now
                row.form = form  # where it is in doubt, it is looked up as it went out
                outcomes.note_error(session, self.rulebook, row, outcome, now)

    def _send(self, message: OutboundMessage, form: str | None) -> Sent | SendError:
        channel = self.channels.get(message.channel)
        if channel is None:
            return SendError(failures.LATER, "no_channel", f"There is no channel '{message.channel}' here.")
        if _is_known_dead(message):
            return SendError(failures.ADDRESS, "marked")
        if form is None:
            return SendError(failures.OTHER_FORM, "window")
        if message.lease_until is not None and message.lease_until <= self.clock.now():
            return SendError(failures.LATER, "lease_over", "It waited too long behind others.")
        try:
            return channel.send(outgoing(message, form))
        except SendError as error:
            return error
        except Exception:
            log.exception("send_crashed", outbound=message.id)
            return SendError(failures.IN_DOUBT, "crash")

    def _cost(self, message: OutboundMessage, form: str | None) -> tuple[Decimal | None, str | None]:
        price = self.rulebook.city.costs.get(message.channel) if self.rulebook else None
        if price is None:
            return None, None
        text = plain_text(outgoing(message, form))
        return price.of_sent(text, template=form == TEMPLATE), price.currency


def _sent_lately(
    session: Session, line: Line, claimed: Iterable[OutboundMessage], pace: PersonPace, now: datetime
) -> Mapping[int, list[datetime]]:
    people = {row.conversation_id for row in claimed if row.conversation_id is not None}
    return sending.sent_since(session, line.channel, people, now - pace.burst * pace.every, now)


def _wait(row: OutboundMessage, due: datetime) -> None:
    """Being put off is no attempt."""
    row.state, row.due_at, row.lease_until, row.attempts = "waiting", due, None, row.attempts - 1


def _is_known_dead(message: OutboundMessage) -> bool:
    """Whether the provider said before that nobody is reached at this address, and nobody wrote from it since."""
    talk = message.conversation
    return talk is not None and talk.channel == message.channel and talk.unreachable_at is not None


def _units(line: Line, message: OutboundMessage) -> int:
    if line.rate is None or line.rate.unit == "message":
        return 1
    return segments(plain_text(outgoing(message)))


def _by_recipient(messages: Iterable[OutboundMessage]) -> list[list[OutboundMessage]]:
    groups: dict[str, list[OutboundMessage]] = {}
    for message in messages:
        groups.setdefault(message.recipient, []).append(message)
    return list(groups.values())


def _report_crash(future: Future[None]) -> None:
    """The database was away: the message is found in doubt when its lease is over."""
    if error := future.exception():
        log.error("outcome_not_recorded", error=type(error).__name__)
