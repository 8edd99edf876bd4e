"""Which of an agency's cases are shown: what the address bar says, read and written again."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from bot.city.city import City
from bot.messages import legible
from bot.status import OPEN, WITH_AGENCY, Status
from bot.tickets.numbers import find_numbers
from handlers.i18n import N_
from storage.queries.cases import Narrowed, Tab

OF_AGENCY = (*WITH_AGENCY, Status.NEEDS_INFO, Status.CLAIMED_DONE)
CLOSED = tuple(status for status in Status if status not in OPEN)
TABS: Mapping[str, Tab] = {
    "open": Tab(OF_AGENCY),
    "new": Tab((Status.WAITING, Status.REOPENED)),
    "work": Tab((Status.IN_PROGRESS, Status.SCHEDULED)),
    "asked": Tab((Status.NEEDS_INFO,)),
    "overdue": Tab((*WITH_AGENCY, Status.NEEDS_INFO), late=True),
    "claimed": Tab((Status.CLAIMED_DONE,)),
    "closed": Tab(CLOSED, closed=True),
}
TITLES = {
    "open": N_("Terbuka"),
    "new": N_("Baru"),
    "work": N_("Dikerjakan"),
    "asked": N_("Menunggu warga"),
    "overdue": N_("Lewat tenggat"),
    "claimed": N_("Klaim selesai"),
    "closed": N_("Ditutup"),
}
FIRST_TAB = "open"
OWN = "-"  # cases that the agency has itself, in no unit
LONGEST_TEXT, LONGEST_AREA, LONGEST_PAGE, LONGEST_NUMBER = 100, 80, 6, 12


@dataclass(frozen=True)
class CaseView:
    """One view of the list; what is empty does not restrict. ``page`` counts from 1."""

    tab: str = FIRST_TAB
    unit: str = ""
    service: str = ""
    area: str = ""
    q: str = ""
    page: int = 1

    @classmethod
    def of(cls, args: Mapping[str, str], agency: str, city: City) -> "CaseView":
        """What ``args`` say; what makes no sense here does not restrict."""
        said = {
            name: legible(args.get(name, "")).strip() for name in ("tab", "unit", "service", "area", "q", "page")
        }
        units = city.agencies[agency].units if agency in city.agencies else {}
        return cls(
            tab=said["tab"] if said["tab"] in TABS else FIRST_TAB,
            unit=said["unit"] if said["unit"] in {OWN, *units} else "",
            service=said["service"] if said["service"] in city.services else "",
            area=said["area"][:LONGEST_AREA],
            q=said["q"][:LONGEST_TEXT],
            page=_page_number(said["page"]),
        )

    @property
    def query(self) -> dict[str, Any]:
        """For the address bar: only what differs from the first view."""
        plain = CaseView()
        return {name: value for name, value in vars(self).items() if value != getattr(plain, name)}

    def but(self, **changes: Any) -> dict[str, Any]:
        """The address of another view: of another tab, from its first page on; of another page."""
        return replace(self, **{"page": 1, **changes}).query

    @property
    def narrows(self) -> bool:
        return bool(self.unit or self.service or self.area or self.q)

    def narrowed(self, agency: str, city: City, now: datetime) -> Narrowed:
        """As the query takes it; a text that is nothing but a number finds that case."""
        found = find_numbers(self.q, city.ticket_prefix)
        number = found[0] if len(found) == 1 and len(self.q) <= len(found[0]) + LONGEST_NUMBER else None
        return Narrowed(
            agency,
            now,
            number=number,
            unit={"": None, OWN: ""}.get(self.unit, self.unit),
            service=self.service or None,
            area=self.area or None,
            words=() if number else tuple(self.q.split()),
        )


def _page_number(text: str) -> int:
    is_number = text.isascii() and text.isdecimal() and len(text) <= LONGEST_PAGE
    return max(1, int(text)) if is_number else 1
