"""An agency's three deadlines once more, from the rules in words, to hold against those that are stored.

They begin when the report is filed, anew when coordinators pass it on, and anew when a claim is denied.
While the citizen is asked something they stand still: each that was not met is later by as much of its own
kind of time (all time, or time on working days) as the question took. Reading a report meets the first, a
date or a claim the second.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Any

from benchmarks.year import calendar
from benchmarks.year.calendar import JAKARTA
from benchmarks.year.ledger import BY_HAND, Matter

NAMES = ("verify", "answer", "solve")
MEETS = {
    "accept": ("verify",),
    "ask": ("verify",),
    "set_date": ("verify", "answer"),
    "claim": ("verify", "answer"),
}
ANEW = ("deny", "refuse_claim")
ASKED = "needs_info"


class Clocks:
    """The clocks of the city whose ``config.yml`` was read as ``city``."""

    def __init__(self, city: Mapping[str, Any]) -> None:
        self._city = city

    def begin(self, matter: Matter, at: datetime) -> None:
        """An agency's time begins."""
        matter.due = {name: calendar.after(at, self._span(matter, name)) for name in NAMES}
        matter.met = set()

    def follow(self, matter: Matter, event: Any) -> None:
        """What a step in the ticket's life does to them; ``matter`` as it was before that step."""
        if matter.paused_at is not None and event.status != ASKED:
            self._resume(matter, event.at)
        if event.kind in ANEW or (event.kind == "forward" and matter.status == BY_HAND):
            self.begin(matter, event.at)
        matter.met.update(MEETS.get(event.kind, ()))
        if event.kind == "ask":
            matter.paused_at = event.at

    def _resume(self, matter: Matter, at: datetime) -> None:
        began, matter.paused_at = matter.paused_at or at, None
        for name in NAMES:
            if name == "solve" or name not in matter.met:
                working = "working" in self._span(matter, name)
                matter.due[name] = _worked_later(matter.due[name], began, at) if working else (
                    matter.due[name] + (at - began)
                )  # fmt: skip

    def _span(self, matter: Matter, name: str) -> str:
        if matter.urgent and "urgent" in self._city:
            return str(self._city["urgent"]["deadlines"][name])
        own = self._city["services"][matter.service].get("deadlines") or {}
        return str(own.get(name, self._city["deadlines"][name]))


def _worked_later(due: datetime, began: datetime, ended: datetime) -> datetime:
    """``due`` and as much time on working days as lies between two moments."""
    left = sum((piece for _, piece in _worked_between(began, ended)), timedelta())
    if not left:
        return due
    for start, piece in _worked_between(due, due + timedelta(days=400)):
        if left <= piece:
            return start + left
        left -= piece
    raise AssertionError("A question was open for more than a year.")


def _worked_between(began: datetime, ended: datetime) -> Any:
    """Each day's part that is on a working day: where it begins, and how long it is."""
    day = began.astimezone(JAKARTA).date()
    while True:
        midnight = datetime.combine(day, time(0), JAKARTA).astimezone(UTC)
        if midnight >= ended:
            return
        start, end = max(midnight, began), min(midnight + timedelta(days=1), ended)
        if calendar.is_worked(day) and end > start:
            yield start, end - start
        day += timedelta(days=1)
