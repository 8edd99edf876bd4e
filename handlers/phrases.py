"""How the pages say what the tables hold as codes, times and statuses, in the language of the page."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from bot import messages
from bot.agencies.units import FROM_UNIT, TO_UNIT
from bot.city.agency import Agency
from bot.city.city import City
from bot.privacy import mask
from bot.status import LABELS, Outcome, Status, is_open
from handlers import spoken
from handlers.i18n import N_, counted, translated
from handlers.phrase_tables import (
    CHANNELS,
    DELIVERY,
    HAPPENED,
    LOOKS,
    PLANNED,
    REASONS,
    STANDING,
    WHO,
    WITHHELD,
)
from storage.models import Citizen, Ticket, TicketEvent
from storage.queries.cases import CaseRow

UNIT_MOVES = (TO_UNIT, FROM_UNIT)
NUMBERLIKE = re.compile(r"(?:\d\W*){7}")


def can_be_late(status: str) -> bool:
    """Whether an agency's deadline still runs: from its claim on it is the citizen's turn."""
    return is_open(status) and status != Status.CLAIMED_DONE


@dataclass(frozen=True)
class Phrases:
    """The words for one page: one city, one present moment."""

    city: City
    now: datetime

    def moment(self, at: datetime) -> str:
        """Date and time as people here read it: ``24 Nov 2026, 14.05``."""
        return spoken.moment(at.astimezone(self.city.zone))

    def day(self, at: datetime) -> str:
        return spoken.day(self.local_date(at))

    def local_date(self, at: datetime) -> date:
        return at.astimezone(self.city.zone).date()

    def is_late(self, ticket: Ticket) -> bool:
        return can_be_late(ticket.status) and ticket.solve_by < self.now

    def still_runs(self, ticket: Ticket) -> bool:
        return can_be_late(ticket.status)

    def left(self, until: datetime) -> str:
        """How far off a deadline is, in local days."""
        days = (self.local_date(until) - self.local_date(self.now)).days
        if until < self.now:
            late = counted("lewat %(num)d hari", "lewat %(num)d hari", -days)
            return late if days else translated("lewat hari ini")
        if days <= 1:
            return translated("besok") if days else translated("hari ini")
        return counted("%(num)d hari lagi", "%(num)d hari lagi", days)

    def status(self, code: str) -> str:
        return translated(LABELS[Status(code)])

    def standing(self, ticket: Ticket | CaseRow) -> str:
        """The status, and of a closed ticket how it came to be closed: the outcomes are never told as one."""
        if ticket.closed_at and ticket.outcome:
            return self.outcome(ticket.outcome)
        return self.status(ticket.status)

    def outcome(self, code: str) -> str:
        """How closed tickets of one kind came to be closed."""
        return translated(STANDING[Outcome(code)])

    def look(self, code: str) -> str:
        """The style of a status badge."""
        return LOOKS.get(Status(code), "")

    def service(self, code: str) -> str:
        service = self.city.services.get(code)
        return service.name if service else code

    def agency(self, code: str) -> str:
        return self.city.agency_name(code)

    def actor(self, actor: str) -> str:
        kind, _, who = actor.partition(":")
        return self.agency(who) if kind == "agency" else translated(WHO.get(kind, N_("Sistem")))

    def event(self, event: TicketEvent) -> str:
        if event.kind == "answer" and event.actor != "citizen":
            return translated("Dilanjutkan tanpa jawaban warga")
        return translated(HAPPENED.get(event.kind, event.kind.replace("_", " ")))

    def note(self, event: TicketEvent, *, masked: bool = True) -> str:
        """What was said with an event; numbers that name a person are masked for agencies."""
        note = event.note or ""
        if event.kind in ("forward", "reroute"):
            return self.agency(note) if note else ""
        if event.kind == "set_date":
            return self._date_note(note)
        if event.kind in UNIT_MOVES:
            return f"{Agency.unit_name(event.data['unit'])}{': ' if note else ''}{mask(note) if masked else note}"
        if event.kind == "rated":
            said = f": {mask(note) if masked else note}" if note else ""
            return f"{self.rating(event.data.get('stars'))}{said}"
        if event.kind == "corrected" and "to" in event.data:
            said = f": {mask(note) if masked else note}" if note else ""
            return f"{self.service(event.data['from'])} → {self.service(event.data['to'])}{said}"
        if event.kind == "safe_contact" and masked:
            return ""  # how somebody is safely reached is not for an agency
        return mask(note) if masked else note

    def rating(self, stars: int | None) -> str:
        """How content the citizen is. 0: asked, and not answered."""
        if not stars:
            return translated("Sudah ditanyakan, belum dijawab")
        return translated("%(stars)s dari 5") % {"stars": stars}

    def name_of(self, citizen: Citizen) -> str:
        """The profile name; a number in its place is nobody's business."""
        name = mask(citizen.name or "")
        return translated("Tanpa nama") if not name or NUMBERLIKE.search(name) else name

    def reporter(self, ticket: Ticket) -> str:
        """Who reported it, as an agency may know it: never by number, and only where they do not mind."""
        if ticket.sealed or ticket.citizen.hide_name:
            return translated("dirahasiakan")
        return self.name_of(ticket.citizen)

    def _date_note(self, note: str) -> str:
        try:
            return self.day(datetime.fromisoformat(note).replace(hour=12, tzinfo=self.city.zone))
        except ValueError:
            return note

    def reason(self, code: str) -> str:
        return translated(REASONS.get(code, code))

    def planned(self, kind: str) -> str:
        return translated(PLANNED.get(kind, kind))

    def delivery(self, state: str, error: str | None = None) -> str:
        """How far a message came; with the provider's code where it failed, with the reason where we held it."""
        if state == "cancelled" and error in WITHHELD:
            return translated(WITHHELD[error])
        said = translated(DELIVERY.get(state, state))
        return f"{said} ({error})" if state == "failed" and error else said

    def money(self, amount: Decimal, currency: str) -> str:
        """An amount as people here write it: ``Rp 1.234,50``; no cents where there are none."""
        return spoken.money(amount, currency)

    def channel(self, code: str) -> str:
        known = messages.CHANNELS.get(code)  # one that its own module has made known
        return translated(CHANNELS.get(code) or (known.label if known else code))
