"""Calendar months of the city, as pages and commands name them."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from handlers import spoken

MONTH = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])", re.ASCII)


@dataclass(frozen=True)
class Month:
    """A calendar month of the city, as the address bar has it: ``2026-11``."""

    first: date

    @classmethod
    def of(cls, text: str, today: date) -> "Month":
        """The month that was asked for; what is none, or is ahead, is the present one."""
        found = MONTH.fullmatch(text)
        first = date(int(found[1]), int(found[2]), 1) if found else today
        return cls(min(first, today).replace(day=1))

    @property
    def code(self) -> str:
        return f"{self.first:%Y-%m}"

    @property
    def name(self) -> str:
        return spoken.month(self.first)

    @property
    def before(self) -> "Month":
        return Month((self.first - timedelta(days=1)).replace(day=1))

    @property
    def after(self) -> "Month":
        return Month((self.first + timedelta(days=32)).replace(day=1))

    def bounds(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """Its beginning and its end, which is the beginning of the next."""
        start, end = (datetime(d.year, d.month, 1, tzinfo=zone) for d in (self.first, self.after.first))
        return start, end
