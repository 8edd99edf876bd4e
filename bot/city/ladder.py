"""The ladder: what happens, one rung after the other, while an agency is silent. Data that a city writes down.

Pure. A rung is due at a moment counted from a ticket's own times, written as people say it: ``at verify``,
``1 day before solve``, ``2 working days after solve``, ``4 days after move``.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Annotated, Literal, NamedTuple

from pydantic import BeforeValidator, Field, model_validator

from bot.city.deadlines import Span, WorkingCalendar
from bot.city.fields import Part, SpanField

# What is counted from: the ticket's last move, and its three deadlines; in this order.
ANCHORS = ("move", "verify", "answer", "solve")
MOMENT = re.compile(r"(?:(at)|(.+) (before|after)) (\w+)")
AGENCY, HEAD, COORDINATORS, LEADERSHIP, CITIZEN = "agency", "head", "coordinators", "leadership", "citizen"
Recipient = Literal["agency", "head", "coordinators", "leadership", "citizen"]
MOST_RUNGS = 30
# What sentences may mention; the tests hold them to what there is.
FILLED = {
    "mail_": frozenset({"city", "number", "service", "agency", "place", "filed", "solve_by", "due"}),
    "follow_": frozenset({"city", "number", "service", "agency", "note", "close_on", "expected_on", "solve_by"}),
}
SENTENCES = {AGENCY: "mail_", HEAD: "mail_", COORDINATORS: "mail_", CITIZEN: "follow_"}


@dataclass(frozen=True)
class Moment:
    """A time beside an anchor: so much ``before`` or ``after`` it, or ``at`` it."""

    anchor: str
    side: str = "at"
    span: Span | None = None

    @classmethod
    def parse(cls, text: str) -> "Moment":
        """Read a moment; ValueError with one sentence for anything else."""
        match = MOMENT.fullmatch(text.strip())
        if not match or match[4] not in ANCHORS:
            raise ValueError(
                f"'{text}' is no moment; write for example 'at solve' or '1 day before solve', "
                f"with one of {', '.join(ANCHORS)}."
            )
        return cls(match[4], match[1] or match[3], Span.parse(match[2]) if match[2] else None)

    def of(self, anchors: Mapping[str, datetime], calendar: WorkingCalendar) -> datetime | None:
        """When that is, aware UTC; None where the anchor is of no interest any more."""
        at = anchors.get(self.anchor)
        if at is None or self.span is None:
            return at
        return calendar.before(at, self.span) if self.side == "before" else calendar.add(at, self.span)

    @property
    def order(self) -> tuple[int, float]:
        """What comes first, as far as can be told without a ticket."""
        hours = self.span.hours if self.span else 0
        return ANCHORS.index(self.anchor), -hours if self.side == "before" else hours


MomentField = Annotated[Moment, BeforeValidator(lambda v: v if isinstance(v, Moment) else Moment.parse(str(v)))]


class Rung(Part):
    """One rung: ``tell`` somebody, ``say`` a sentence of ``bot/texts``, perhaps ``every`` so often again.

    Without ``times`` it is climbed once. The leadership is told by its weekly list, so nothing is said there.
    """

    when: MomentField
    tell: Recipient
    say: str | None = None
    every: SpanField | None = None
    times: int = Field(default=1, ge=1, le=10)

    @model_validator(mode="before")
    @classmethod
    def _ends(cls, data: object) -> object:
        if isinstance(data, dict) and "every" in data and "times" not in data:
            raise ValueError("it repeats without end; write how many times, for example 'times: 3'.")
        if isinstance(data, dict) and "times" in data and "every" not in data:
            raise ValueError("it has times and no interval; write for example 'every: 2 days'.")
        return data

    @model_validator(mode="after")
    def _says_what_fits(self) -> "Rung":
        begins = SENTENCES.get(self.tell)
        if begins is None and (self.say or self.every):
            raise ValueError("the leadership has a weekly list; write only when it is told.")
        if begins and not (self.say or "").startswith(begins):
            raise ValueError(f"what is said to the {self.tell} must be a sentence named {begins}...; name one.")
        return self


Ladder = tuple[Rung, ...]


class Climbed(NamedTuple):
    """A rung with its due time. ``number``: its place in the whole ladder, whichever rungs are left out."""

    number: int
    rung: Rung
    due: datetime


def steps(ladder: Ladder, anchors: Mapping[str, datetime], calendar: WorkingCalendar) -> Iterator[Climbed]:
    """Every rung whose moment is known, the repeated ones as often as they are climbed."""
    number = 0
    for rung in ladder:
        if due := rung.when.of(anchors, calendar):
            yield from _repeated(number, rung, due, calendar)
        number += rung.times


def _repeated(number: int, rung: Rung, due: datetime, calendar: WorkingCalendar) -> Iterator[Climbed]:
    for again in range(rung.times):
        yield Climbed(number + again, rung, due)
        due = calendar.add(due, rung.every) if rung.every else due


def mistakes(ladder: Sequence[Rung], place: str) -> Iterator[str]:
    """What is wrong with a ladder as a whole, one sentence each."""
    if len(ladder) > MOST_RUNGS:
        yield f"{place}: it has {len(ladder)} steps; at most {MOST_RUNGS} are kept in mind."
    if not ladder or ladder[-1].tell != LEADERSHIP:
        yield f"{place}: it ends with nobody; let its last step tell the leadership."
    for number, (above, below) in enumerate(pairwise(ladder), start=1):
        if above.tell == LEADERSHIP:
            yield f"{place}.{number - 1}: after the leadership there is nobody left to tell; put it last."
        if below.when.order < above.when.order:
            yield f"{place}.{number}.when: it comes before the step above it; put the steps in their order."


def unknown_sentences(ladder: Sequence[Rung], place: str, known: Mapping[str, frozenset[str]]) -> Iterator[str]:
    """Sentences that ``known`` (by name, with their values in braces) does not have, or that cannot be filled."""
    for number, rung in enumerate(ladder):
        for name in _sentences_of(rung):
            if name not in known:
                yield f"{place}.{number}.say: there is no sentence '{name}'; write it or name another."
            elif extra := known[name] - FILLED[SENTENCES[rung.tell]]:
                yield f"{place}.{number}.say: nothing is known of '{min(extra)}' in '{name}'; take it out."


def _sentences_of(rung: Rung) -> tuple[str, ...]:
    if rung.say is None:
        return ()
    return (rung.say,) if rung.tell == CITIZEN else (rung.say, f"{rung.say}_subject")
