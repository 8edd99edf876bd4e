"""Lists for those who would drown in letters: an agency's morning list, the leadership's weekly one.

A list is a row with a due time, written in the transaction that moves it on: once, and after an outage one for all
that was missed. It is read from the tickets as they are then.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.city import ladder
from bot.city.ladder import AGENCY, HEAD, LEADERSHIP
from bot.city.routing import address_of
from bot.due import PUT_OFF, Due, carry_out
from bot.outgoing import outbox
from bot.outgoing.agency_mail import layouts
from bot.outgoing.outbox import Letter
from bot.rulebook import Rulebook
from bot.status import WITH_AGENCY, Status
from bot.tickets.followups_plan import GATHERING, Kind, bearable
from storage.database import Database
from storage.models import Digest
from storage.queries import digests
from storage.queries.digests import Held, Line

BATCH = 20
DESK = "/console/"
MOST_LINES = 40
WEEKLY = (*WITH_AGENCY, Status.COORDINATION, Status.NEEDS_INFO)

Section = tuple[str, Sequence[str]]


@dataclass(frozen=True)
class Page:
    """What stands in one list: its figures, and its sections with their lines."""

    values: dict[str, Any]
    sections: tuple[Section, ...] = ()
    is_empty: bool = False


def run_due(database: Database, rulebook: Rulebook, now: datetime) -> int:
    """Write the lists that are due at ``now``; how many were looked at."""
    due = Due[Digest](
        "digest",
        take=lambda session, only: digests.due(session, now, BATCH, only),
        id_of=lambda row: row.id,
        do=lambda session, rows: sum(_run(session, rulebook, row, now) for row in rows),
        put_off=lambda row: setattr(row, "due_at", now + PUT_OFF),
    )
    return carry_out(database, due)


def _run(session: Session, rulebook: Rulebook, row: Digest, now: datetime) -> bool:
    if row.kind == LEADERSHIP and digests.are_gathering(session, Kind.LEADERSHIP_LIST, now):
        return False  # with the next tick, when all that belongs on it is there
    if row.due_at is not None and now - row.due_at > bearable(rulebook.city):
        row.due_at = now + GATHERING  # we were down: one list with what else is late, not two
        return False
    page = PAGES[row.kind](session, rulebook, row, now)
    if not page.is_empty:
        _write(session, rulebook, row, page, now)
    row.done_at, row.due_at = now, _next(rulebook, row, page, now)
    return True


def _next(rulebook: Rulebook, row: Digest, page: Page, now: datetime) -> datetime | None:
    """Only agencies have a list every morning, while they have anything to do."""
    if row.kind != AGENCY or not page.values["open"]:
        return None
    return rulebook.city.working_calendar.next_working(now, rulebook.city.follow_ups.digest_at)


def _of_agency(session: Session, rulebook: Rulebook, row: Digest, now: datetime) -> Page:
    """What it has: overdue, due soon, new since the last list; the rest as a figure."""
    agency, _, unit = row.target.partition("/")
    lines = digests.of_agency(session, agency, unit or None, WITH_AGENCY)
    late = [line for line in lines if line.solve_by <= now]
    red_until = {service: _soon(rulebook, service, now) for service in {line.service for line in lines}}
    soon = [line for line in lines if now < line.solve_by <= red_until[line.service]]
    new = [line for line in lines if row.done_at is None or line.begun_at > row.done_at]
    new = [line for line in new if line.solve_by > red_until[line.service]]
    named = (("Lewat tenggat", late), ("Segera jatuh tempo", soon), ("Baru", new))
    figures = {"late": len(late), "soon": len(soon), "new": len(new), "open": len(lines)}
    sections = tuple((title, _lines(session, rulebook, those, now)) for title, those in named if those)
    return Page({**figures, "reader": _reader(rulebook, row)}, sections, is_empty=not (late or soon or new))


def _soon(rulebook: Rulebook, service: str, now: datetime) -> datetime:
    """Until when a deadline counts as near: when its ticket is red."""
    return rulebook.city.working_calendar.add(now, rulebook.city.deadlines_of(service).red_before)


def _of_late(session: Session, rulebook: Rulebook, row: Digest, now: datetime) -> Page:
    """What is overdue, of one agency for its head or of all for the coordinators."""
    lines = digests.late_of(session, row.target or None, WEEKLY, now)
    sections = (("Lewat tenggat", _lines(session, rulebook, lines, now)),)
    values = {"late": len(lines), "open": len(lines), "reader": _reader(rulebook, row)}
    return Page(values, sections, is_empty=not lines)


def _of_week(session: Session, rulebook: Rulebook, row: Digest, now: datetime) -> Page:
    """Agencies with how many tickets came to the end of the ladder; nothing of any citizen."""
    held = digests.listed(session, row.done_at, Kind.LEADERSHIP_LIST, WEEKLY)
    sections = (("Menurut instansi", [_agency_line(rulebook, one, now) for one in held]),)
    late = sum(one.tickets for one in held)
    return Page({"late": late, "open": late, "reader": ""}, sections, is_empty=not held)


PAGES: dict[str, Callable[[Session, Rulebook, Digest, datetime], Page]] = {
    AGENCY: _of_agency,
    HEAD: _of_late,
    ladder.COORDINATORS: _of_late,
    LEADERSHIP: _of_week,
}


def _write(session: Session, rulebook: Rulebook, row: Digest, page: Page, now: datetime) -> None:
    say, name = rulebook.wording.say, f"mail_list_{row.kind}"
    subject = say(f"{name}_subject", rulebook.language, page.values)
    parts = {
        "city": rulebook.city.name,
        "subject": subject,
        "lead": say(name, rulebook.language, page.values),
        "sections": page.sections,
        "rest": say("mail_list_open", rulebook.language, page.values) if row.kind == AGENCY else "",
        "link": f"{rulebook.base_url}{DESK}" if row.kind == ladder.COORDINATORS else "",
    }
    layout = layouts(rulebook.texts)
    for number, address in enumerate(_addresses(rulebook, row)):
        letter = Letter(
            key=f"list:{row.id}:{int((row.due_at or now).timestamp())}:{number}",
            to=address,
            subject=subject,
            text=layout.get_template("list.txt").render(parts),
            html=layout.get_template("list.html").render(parts),
        )
        outbox.by_mail(session, rulebook, letter, now)


def _addresses(rulebook: Rulebook, row: Digest) -> tuple[str, ...]:
    """Whom a list goes to; nobody where the city names nobody, or has that agency no more."""
    people = rulebook.city.people
    if row.kind in (LEADERSHIP, ladder.COORDINATORS):
        return people.leadership if row.kind == LEADERSHIP else people.coordinators
    code, _, unit = row.target.partition("/")
    agency = rulebook.city.agencies.get(code)
    if agency is None or (unit and "@" not in unit and unit not in agency.units):
        return ()
    head = agency.head_email if row.kind == HEAD else None
    return tuple(filter(None, [head or address_of(rulebook.city, code, unit or None)]))


def _reader(rulebook: Rulebook, row: Digest) -> str:
    return rulebook.city.agency_name(row.target.partition("/")[0]) if row.target else ""


def _lines(session: Session, rulebook: Rulebook, lines: Sequence[Line], now: datetime) -> list[str]:
    places = digests.places_of(session, [line.id for line in lines[:MOST_LINES] if not line.sealed])
    shown = [_line(rulebook, line, places.get(line.id), now) for line in lines[:MOST_LINES]]
    return shown + ([f"dan {len(lines) - MOST_LINES} lagi"] if len(lines) > MOST_LINES else [])


def _line(rulebook: Rulebook, line: Line, place: str | None, now: datetime) -> str:
    """The number, what and where, and its date; of a sealed one the number and the date."""
    if line.sealed:
        about = "perkara tersegel"
    else:
        about = rulebook.city.services[line.service].name + (f", {place}" if place else "")
    due = f"{line.solve_by.astimezone(rulebook.city.zone):%d-%m-%Y}"
    return f"{line.number}  {about} (tenggat {due}{_overdue(line.solve_by, now)})"


def _agency_line(rulebook: Rulebook, held: Held, now: datetime) -> str:
    days = (now - held.since).days
    return f"{rulebook.city.agency_name(held.agency)}: {held.tickets} laporan, terlama lewat {days} hari"


def _overdue(solve_by: datetime, now: datetime) -> str:
    days = (now - solve_by).days
    return f", lewat {days} hari" if days > 0 else ""
