"""Counts what goes by, for the report."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any

from benchmarks.year.calendar import JAKARTA
from benchmarks.year.rules import UNASKED


@dataclass
class Tally:
    """Figures that the database does not give as quickly. Local times."""

    wordings: Counter[str] = field(default_factory=Counter)
    mails: Counter[str] = field(default_factory=Counter)
    by_hour: Counter[int] = field(default_factory=Counter)
    by_month: Counter[int] = field(default_factory=Counter)
    unasked_by_hour: Counter[int] = field(default_factory=Counter)
    failed: int = 0
    late: int = 0
    handovers: Counter[str] = field(default_factory=Counter)
    steps: int = 0
    weeks: dict[int, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))

    def filed(self, at: datetime) -> None:
        local = at.astimezone(JAKARTA)
        self.by_hour[local.hour] += 1
        self.by_month[local.month] += 1

    def written(self, row: Any) -> None:
        if row.conversation_id is not None:
            self.wordings[row.wording] += 1
        elif row.channel == "email":
            self.mails[row.key.removeprefix("mail:").split(":")[0]] += 1

    def sent(self, row: Any, at: datetime) -> None:
        """A message to a citizen went out."""
        if not row.wording.startswith(UNASKED):
            return
        local = at.astimezone(JAKARTA)
        self.unasked_by_hour[local.hour] += 1
        week = local.isocalendar()
        self.weeks[row.conversation_id][week.year * 100 + week.week] += 1

    def add(self, other: "Tally") -> None:
        """Count in what ``other`` counted of other citizens; their weeks stay where they are."""
        for name in (one.name for one in fields(self) if one.name != "weeks"):
            mine, more = getattr(self, name), getattr(other, name)
            if isinstance(mine, Counter):
                mine.update(more)
            else:
                setattr(self, name, mine + more)

    def per_week(self) -> Counter[int]:
        """How many weeks of how many citizens had so many unasked messages; weeks without any are not counted."""
        return Counter(count for weeks in self.weeks.values() for count in weeks.values())
