"""All figures of a database once more, the slow way: row by row in plain Python, as ``docs/figures.md`` says it.

Nothing here is shared with the code that counts: not its queries, nor its words, nor its way of adding up.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from tests.year.meanings import (
    Place,
    bucket_of,
    counters_of,
    is_asked,
    is_read_otherwise,
    places_of,
    standing_at,
    was_confirmed_at,
)
from tests.year.raw import Raw, Ticket

Counts = defaultdict[tuple[date, Place], defaultdict[str, int]]
IS_OVER = {"done", "duplicate", "rejected", "withdrawn", "not_ours"}
NOT_THE_AGENCYS_TURN = {"claimed_done", "needs_info"}
UNBILLED = {"email", "webhook", "simulator", "desk", "page"}
BY_THE_MODEL = {"filed", "emergency", "answered", "off_topic", "added", "corrected", "asked"}
STOOD = ("open", "overdue", "open_days", "open_month")


@dataclass
class Recomputed:
    """By span, first day, dimension and key: counters; spans with measure and bucket; costs with currency."""

    figures: dict[tuple[str, date, str, str], dict[str, int]] = field(default_factory=dict)
    spans: dict[tuple[str, date, str, str, str, int], int] = field(default_factory=dict)
    costs: dict[tuple[str, date, str, str, str], tuple[int, int, Decimal]] = field(default_factory=dict)


class Recomputing:
    """One pass over everything that happened from ``first`` to ``last``, as far as ``now``."""

    def __init__(self, raw: Raw, zone: ZoneInfo, first: date, last: date, now: datetime) -> None:
        self.raw, self.zone, self.first, self.last, self.now = raw, zone, first, last, now
        self.counts: Counts = defaultdict(lambda: defaultdict(int))
        self.spans: defaultdict[tuple[date, Place, str, int], int] = defaultdict(int)
        self.costs: dict[tuple[date, Place, str], tuple[int, int, Decimal]] = {}

    def run(self) -> Recomputed:
        for day in self._days():
            self.counts[day, ("all", "")]["open"] += 0
        for ticket in self.raw.tickets.values():
            self._history(ticket)
            self._deadlines(ticket)
            self._stood(ticket)
        self._messages()
        return self._as_rows()

    # -- tickets --------------------------------------------------------------

    def _history(self, ticket: Ticket) -> None:
        has_answer = False
        for event in ticket.events:
            places = places_of(event.agency, ticket.service, ticket.area, ticket.channel)
            for name, value in counters_of(event, ticket):
                self._count(event.at, places, name, value)
            took = (event.at - ticket.created_at).total_seconds()
            if event.kind in ("set_date", "claim") and not has_answer:
                has_answer = True
                self._took(event.at, places, "answered", took)
            if event.kind == "confirm":
                self._took(event.at, places, "confirmed", took)
            if event.kind == "alarm_taken":
                self._took(event.at, places, "alarm", took)

    def _deadlines(self, ticket: Ticket) -> None:
        for held in ticket.assignments:
            if held.ended_as in ("misrouted", "moved"):
                continue
            places = places_of(held.agency, ticket.service, ticket.area, ticket.channel)
            met_at = held.claimed_at
            if met_at is None and held.ended_as == "closed" and was_confirmed_at(ticket, held.ended_at):
                met_at = held.ended_at
            if met_at is not None and met_at <= held.solve_by:
                self._count(met_at, places, "in_time", 1)
            in_hand_until = min([at for at in (held.claimed_at, held.ended_at) if at], default=None)
            passed = in_hand_until is None or in_hand_until > held.solve_by
            if passed and not is_asked(ticket, held) and ticket.status != "duplicate":
                self._count(held.solve_by, places, "late", 1)

    def _stood(self, ticket: Ticket) -> None:
        for day in self._days():
            end = self._end(day)
            if ticket.created_at >= end:
                continue
            if ticket.closed_at is not None and ticket.closed_at < end:
                break
            status, agency, solve_by = standing_at(ticket, end)
            if status in IS_OVER:
                continue
            age = end - ticket.created_at
            late = status not in NOT_THE_AGENCYS_TURN and solve_by < end
            values = (1, int(late), age.days, int(age > timedelta(days=30)))
            for place in places_of(agency, ticket.service, ticket.area, ticket.channel):
                for name, value in zip(STOOD, values, strict=True):
                    self.counts[day, place][name] += value

    # -- messages -------------------------------------------------------------

    def _messages(self) -> None:
        for message in self.raw.inbound:
            if message.channel in ("desk", "page"):
                continue
            places = self._about(message.ticket_id, message.channel)
            self._count(message.received_at, places, "received", 1)
            for name in self._read(message):
                self._count(message.received_at, places, name, 1)
            self._pay(message.received_at, places, message, is_sent=False)
        for message in self.raw.outbound:
            if message.sent_at is None:
                continue
            places = self._about(message.ticket_id, message.channel)
            if message.conversation_id is not None:
                self._count(message.sent_at, places, "sent", 1)
            self._pay(message.sent_at, places, message, is_sent=True)

    def _read(self, message: Any) -> Iterator[str]:
        """What the model made of it."""
        if message.outcome in ("person", "error"):
            yield "by_people"
        read = message.understanding
        if not read:
            return
        asked = message.outcome == "asked" and (message.conversation_id, message.done_at) in self.raw.asked
        if asked:
            yield "asked"
        elif message.outcome in BY_THE_MODEL:
            yield "alone"
        label = self.raw.labels.get(message.id)
        if (label and is_read_otherwise(label, read)) or self._was_corrected(message):
            yield "wrong"

    def _was_corrected(self, message: Any) -> bool:
        ticket = self.raw.tickets.get(message.ticket_id)
        if ticket is None or message.outcome not in ("filed", "emergency"):
            return False
        return any(event.kind == "corrected" and event.data.get("to") for event in ticket.events)

    def _about(self, ticket_id: int | None, channel: str) -> list[Place]:
        if ticket_id is None:
            return [("all", ""), ("channel", channel)]
        ticket = self.raw.tickets[ticket_id]
        agency = "coordinators" if ticket.status == "coordination" else ticket.agency
        return places_of(agency, ticket.service, ticket.area, channel)

    def _pay(self, at: datetime, places: list[Place], message: Any, *, is_sent: bool) -> None:
        if message.channel in UNBILLED or not self._counts(at):
            return
        for place in places:
            key = self._day(at), place, message.currency or ""
            received, sent, amount = self.costs.get(key, (0, 0, Decimal(0)))
            sum_so_far = amount + (message.cost or Decimal(0))
            self.costs[key] = (received + (not is_sent), sent + is_sent, sum_so_far)

    # -- adding up ------------------------------------------------------------

    def _count(self, at: datetime, places: list[Place], name: str, value: int) -> None:
        if self._counts(at):
            for place in places:
                self.counts[self._day(at), place][name] += value

    def _took(self, at: datetime, places: list[Place], measure: str, seconds: float) -> None:
        if self._counts(at):
            for place in places:
                if place[0] != "area":
                    self.spans[self._day(at), place, measure, bucket_of(seconds)] += 1

    def _counts(self, at: datetime) -> bool:
        return at < self.now and self.first <= self._day(at) <= self.last

    def _day(self, at: datetime) -> date:
        return at.astimezone(self.zone).date()

    def _end(self, day: date) -> datetime:
        return min(datetime.combine(day + timedelta(days=1), time(), self.zone), self.now)

    def _days(self) -> Iterator[date]:
        for n in range((self.last - self.first).days + 1):
            yield self.first + timedelta(days=n)

    def _as_rows(self) -> Recomputed:
        """Days, and months as their sums; what stood in a month is what stood on its last day."""
        found = Recomputed()
        for (day, place), counts in self.counts.items():
            if not any(counts.values()) and place != ("all", ""):
                continue
            found.figures["day", day, *place] = dict(counts)
            month = found.figures.setdefault(("month", day.replace(day=1), *place), {})
            for name, value in counts.items():
                if name not in STOOD or day == self._last_of(day):
                    month[name] = month.get(name, 0) + value
        for (day, place, measure, bucket), n in self.spans.items():
            found.spans["day", day, *place, measure, bucket] = n
            key = ("month", day.replace(day=1), *place, measure, bucket)
            found.spans[key] = found.spans.get(key, 0) + n
        for (day, place, currency), paid in self.costs.items():
            found.costs["day", day, *place, currency] = paid
            whole = ("month", day.replace(day=1), *place, currency)
            before = found.costs.get(whole, (0, 0, Decimal(0)))
            found.costs[whole] = (before[0] + paid[0], before[1] + paid[1], before[2] + paid[2])
        return found

    def _last_of(self, day: date) -> date:
        next_month = (day.replace(day=28) + timedelta(days=4)).replace(day=1)
        return min(next_month - timedelta(days=1), self.last)
