"""How long what is about people is kept, as the city's ``config.yml`` says under ``retention``.

Nothing said means kept: what is dropped cannot be had back, so nothing is dropped that the city did not name.
"""

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Annotated

from pydantic import BeforeValidator, Field, model_validator

from bot.city.fields import Part, TimeField

if TYPE_CHECKING:
    from bot.city.city import City

KEEP = re.compile(r"(\d{1,4}) (days?|months?|years?)")
DAY, MONTH, YEAR = "day", "month", "year"
DAYS = {DAY: 1, MONTH: 30, YEAR: 365}
LONGEST_YEARS = 50
# The leadership's figures are counted again for 35 days; what they are counted from stays longer than that.
SHORTEST_TICKET = 60


@dataclass(frozen=True)
class Keep:
    """A long time as a city writes it: ``30 days``, ``12 months``, ``5 years``; months are the calendar's."""

    amount: int
    unit: str

    @classmethod
    def parse(cls, text: str) -> "Keep":
        """Read it; ValueError with one sentence for anything else, for zero and for over fifty years."""
        match = KEEP.fullmatch(text.strip())
        if not match:
            raise ValueError(f"'{text}' is no time to keep something; write for example '12 months' or '30 days'.")
        found = cls(int(match[1]), match[2].removesuffix("s"))
        if not 0 < found.days <= LONGEST_YEARS * DAYS[YEAR]:
            raise ValueError(f"'{text}' must be more than zero and at most {LONGEST_YEARS} years.")
        return found

    @property
    def days(self) -> int:
        """About how many days that is, to tell which of two is longer."""
        return self.amount * DAYS[self.unit]

    def before(self, now: datetime) -> datetime:
        """So long before ``now``, aware UTC; the 31st of a short month is its last day."""
        now = now.astimezone(UTC)
        if self.unit == DAY:
            return now - timedelta(days=self.amount)
        months = now.year * 12 + now.month - 1 - self.amount * (12 if self.unit == YEAR else 1)
        year, month = divmod(months, 12)
        last = calendar.monthrange(year, month + 1)[1]
        return now.replace(year=year, month=month + 1, day=min(now.day, last))

    def __str__(self) -> str:
        return f"{self.amount} {self.unit}{'' if self.amount == 1 else 's'}"


KeepField = Annotated[Keep, BeforeValidator(lambda v: v if isinstance(v, Keep) else Keep.parse(str(v)))]


class TicketSpans(Part):
    """After closing: when words, place, photos and reporter are dropped, and when the rows go as well."""

    anonymised: KeepField | None = None
    deleted: KeepField | None = None

    @model_validator(mode="after")
    def _in_this_order(self) -> "TicketSpans":
        if self.deleted and not self.anonymised:
            raise ValueError("what is deleted is anonymised before; write for example anonymised 12 months.")
        if self.anonymised and self.anonymised.days < SHORTEST_TICKET:
            raise ValueError(
                f"'{self.anonymised}' is too short: figures are counted from tickets for weeks, and citizens "
                f"ask about theirs; write {SHORTEST_TICKET} days or more."
            )
        if self.deleted and self.anonymised and self.deleted.days <= self.anonymised.days:
            raise ValueError("deleted must be later than anonymised; write a longer time.")
        return self


class RetentionPolicy(Part):
    """Everything that has a time of its own; None is kept until the city decides.

    ``tickets``, ``emergencies``, ``sealed``: after closing; the last two follow the first where they say nothing.
    ``messages``: those that became no ticket, after they came. ``contacts``: name, number and address of somebody
    with nothing left here, after their last message. ``payloads``: what providers sent, word for word. ``files``:
    photos and voice notes, of closed tickets and of no ticket. ``letters``: lists and alarms to agencies and
    people. ``quarantine``: messages that fit no number of ours. ``links``: agencies' links, after they were made.
    ``logins``: log-ins, failures and links for passwords. ``reports``: the leadership's weekly ones. ``audit``:
    by whole months. ``at``: local time from which the night's work begins.
    """

    tickets: TicketSpans = TicketSpans()
    emergencies: TicketSpans | None = None
    sealed: TicketSpans | None = None
    messages: KeepField | None = None
    contacts: KeepField | None = None
    payloads: KeepField | None = None
    files: KeepField | None = None
    letters: KeepField | None = None
    quarantine: KeepField | None = None
    links: KeepField | None = None
    logins: KeepField | None = None
    reports: KeepField | None = None
    audit: KeepField | None = None
    at: TimeField = Field(default=time(1, 30))

    @property
    def is_any(self) -> bool:
        """Whether the city has named anything at all."""
        named = (getattr(self, name) for name in type(self).model_fields if name not in ("at", "tickets"))
        return self.tickets.anonymised is not None or any(value is not None for value in named)


def mistakes(city: "City") -> Iterator[str]:
    """A sentence for each mistake that only the whole configuration shows."""
    policy, link = city.retention, city.follow_ups.link_valid
    if policy.links and policy.links.days * 24 < link.hours:
        yield (
            f"retention.links: after {policy.links} an agency's link may still be valid "
            f"(follow_ups.link_valid); write a longer time."
        )
    answered = city.follow_ups.light_question
    if policy.messages and policy.messages.days * 24 < 4 * answered.hours:
        yield "retention.messages: people still answer questions that are so old; write a longer time."
    for name in ("emergencies", "sealed"):
        own: TicketSpans | None = getattr(policy, name)
        if own and not own.anonymised and policy.tickets.anonymised:
            yield f"retention.{name}: it says nothing, so these are kept for ever; write anonymised, or drop it."
