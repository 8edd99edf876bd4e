"""The audit: who did or saw what, when, about what; to read, to search, to take away. Nobody can change it here.

Administrators read it, and leadership: those whose doings stand in it are not the only ones to look.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Response, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from bot.accounts.roles import ADMINISTRATOR, LEADERSHIP
from handlers.audit import looked
from handlers.console.room import blueprint, phrases
from handlers.console.staff import audit_words as words
from handlers.csv_export import csv_response
from handlers.edge import edge
from handlers.guards import seen_by
from storage.database import Database
from storage.queries import audit as queries
from storage.queries.history_anchors import last_finished_check

READ_BY = (ADMINISTRATOR, LEADERSHIP)
SHOWN = 100
LONGEST_SUBJECT, LONGEST_ID = 80, 18
HEADER = ("id", "at", "user_id", "user", "action", "subject", "data")


@dataclass(frozen=True)
class Asked:
    """What the address bar restricts the list to; what it says wrongly does not restrict."""

    person: str = ""
    action: str = ""
    subject: str = ""
    since: str = ""
    until: str = ""

    @classmethod
    def of(cls, args: Mapping[str, str]) -> "Asked":
        return cls(
            person=str(number_in(args.get("person", "")) or ""),
            action=args["action"] if args.get("action") in words.ACTIONS else "",
            subject=args.get("subject", "").strip()[:LONGEST_SUBJECT],
            since=_day(args.get("since", "")),
            until=_day(args.get("until", "")),
        )

    @property
    def query(self) -> dict[str, str]:
        """For the address bar: only what restricts."""
        return {name: value for name, value in asdict(self).items() if value}

    def wanted(self, zone: ZoneInfo, before: int | None = None) -> queries.Wanted:
        """As the query takes it: days are days of the city, the last one included."""
        since = _start_of(self.since, zone) if self.since else None
        until = _start_of(self.until, zone, days=1) if self.until else None
        # Alone a number is a ticket's, as it is everywhere else in the console.
        subject = self.subject if ":" in self.subject or not self.subject else f"ticket:{self.subject.upper()}"
        return queries.Wanted(number_in(self.person), self.action, subject, since, until, before)


@blueprint.get("/audit")
@seen_by(*READ_BY)
def audit_log() -> str:
    """A page of it, newest first."""
    say, asked, before = phrases(), Asked.of(request.args), number_in(request.args.get("before", ""))
    looked("audit:page", filters=asked.query)
    with edge().database.read() as session:
        found = queries.newest(session, asked.wanted(say.city.zone, before), SHOWN + 1)
        people = queries.people(session)
        check = last_finished_check(session)
    return render_template(
        "console/audit_log.html",
        say=say,
        words=words,
        found=found[:SHOWN],
        older=found[SHOWN - 1].entry.id if len(found) > SHOWN else None,
        before=before,
        people=people,
        actions=sorted((words.action(code), code) for code in words.ACTIONS),
        asked=asked,
        details=_details,
        check=check,
    )


@blueprint.get("/audit.csv")
@seen_by(*READ_BY)
def audit_csv() -> AnyResponse:
    """All that the list shows, for a spreadsheet: codes and UTC as they are kept."""
    return csv_response("audit.csv", HEADER, (list(row.values()) for row in _exported("csv")))


@blueprint.get("/audit.jsonl")
@seen_by(*READ_BY)
def audit_jsonl() -> Response:
    """The same, one JSON object a line."""
    lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in _exported("jsonl"))
    response = Response(lines, mimetype="application/x-ndjson")
    response.headers["Content-Disposition"] = 'attachment; filename="audit.jsonl"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


def number_in(text: str) -> int | None:
    """A number of the address bar; None for anything else."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= LONGEST_ID else None


def _exported(form: str) -> Iterator[dict[str, Any]]:
    """The rows of a file, which is itself written down first; read while it is sent, when the request is over."""
    here, asked = edge(), Asked.of(request.args)
    looked("audit:export", format=form, filters=asked.query)
    return _read(here.database, asked.wanted(here.rulebook.city.zone))


def _read(database: Database, wanted: queries.Wanted) -> Iterator[dict[str, Any]]:
    with database.read() as session:
        for entry, by in queries.each(session, wanted):
            values = (entry.id, entry.at.isoformat(), entry.user_id, by, entry.action, entry.subject, entry.data)
            yield dict(zip(HEADER, values, strict=True))


def _details(data: Mapping[str, Any]) -> list[str]:
    """The values that explain a row, as codes: they are for whoever looks closely."""
    shown = {name: value if isinstance(value, str) else json.dumps(value) for name, value in data.items() if value}
    return [f"{name}: {value}" for name, value in shown.items()]


def _day(text: str) -> str:
    """A day as the address bar has it; empty for what is none."""
    try:
        return f"{date.fromisoformat(text):%Y-%m-%d}" if len(text) == len("2026-11-24") else ""
    except ValueError:
        return ""


def _start_of(day: str, zone: ZoneInfo, days: int = 0) -> datetime:
    return datetime.combine(date.fromisoformat(day) + timedelta(days=days), time(), zone)
