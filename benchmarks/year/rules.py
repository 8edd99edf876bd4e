"""What must hold at every moment of the year, checked by code of its own: it asks none of the use cases."""

from collections import Counter, defaultdict, deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import func, select

from benchmarks.year import calendar
from benchmarks.year.ledger import BY_HAND, CLOSED, Matter
from storage.database import Database
from storage.models import FollowUp, OutboundMessage, Ticket

UNASKED = "follow_"
# News have room in a week or are not told; what asks something or decides something always is.
NEWS = frozenset({"follow_progress", "follow_waiting", "follow_escalated", "follow_scheduled", "follow_passed_on",
                  "follow_coordination", "follow_coordination_late", "follow_digest"})  # fmt: skip
AGENCY_ASKS = ("follow_question", "follow_scheduled")
WEEK, SHORTLY = timedelta(days=7), timedelta(hours=1)
RULES = {
    "deadlines": "every deadline equals an independent calculation",
    "lost": "no follow-up is overdue by more than a tick",
    "doubled": "no follow-up has its effect twice",
    "quiet": "nothing unasked is sent in quiet hours, but about emergencies",
    "weekly": "nobody is told news beyond the city's weekly limit of unasked messages",
    "opted_out": "nothing unasked goes to whoever said stop",
    "next_step": "every open ticket has a follow-up ahead or is on a person's list with a deadline",
    "claims": "nobody claims that a closed ticket is done",
}


class BrokenError(Exception):
    """A rule was broken. ``ticket``: whose story tells how."""

    def __init__(self, rule: str, sentence: str, ticket: int | None = None) -> None:
        super().__init__(sentence)
        self.rule, self.ticket = rule, ticket


@dataclass
class Rules:
    """Looks on. ``without``: rules that this run leaves out, which its report says."""

    city: dict[str, Any]
    weekly: int | None
    without: frozenset[str] = frozenset()
    checked: Counter[str] = field(default_factory=Counter)
    _out: set[int] = field(default_factory=set)
    _told: dict[int, deque[datetime]] = field(default_factory=lambda: defaultdict(deque))
    _last: dict[tuple[int, str], datetime] = field(default_factory=dict)

    # -- tickets --------------------------------------------------------------

    def dated(self, matter: Matter, row: Any) -> None:
        """The deadlines that are stored are those that were calculated here."""
        for name, due in matter.due.items():
            stored = getattr(row, f"{name}_by")
            said = f"{row.number} ({row.service}) must be dealt with ({name}) by {_local(due)}"
            sentence = f"{said}, but its deadline is {_local(stored)}."
            self._must("deadlines", stored == due, row.id, sentence)

    def happened(self, event: Any, before: Matter) -> None:
        """A step in a ticket's life, with how the ticket stood before."""
        if event.kind == "claim":
            self._must("claims", before.is_open, before.id, f"{before.number} was {before.status}, and an agency "
                       "could claim that it is done.")  # fmt: skip

    # -- messages -------------------------------------------------------------

    def written(self, row: Any) -> None:
        """A message of ours to a citizen stands in the outbox."""
        who = row.conversation_id
        if row.wording == "opted_out":
            self._out.add(who)
        if row.wording == "opted_in":
            self._out.discard(who)
        if not row.wording.startswith(UNASKED):
            return
        self._must("opted_out", who not in self._out, row.ticket_id,
                   f"conversation {who} said stop and is written '{row.wording}' all the same.")  # fmt: skip
        self._not_twice(row)

    def sent(self, row: Any, at: datetime, urgent: bool, refused: bool = False) -> None:
        """A message of ours to a citizen goes out. ``refused``: it never arrives."""
        if not row.wording.startswith(UNASKED):
            return
        who = row.conversation_id
        self._must("opted_out", who not in self._out, row.ticket_id,
                   f"conversation {who} said stop and was sent '{row.wording}' all the same.")  # fmt: skip
        fine = urgent or not calendar.is_quiet(at)
        self._must("quiet", fine, row.ticket_id, f"'{row.wording}' went out at {_local(at)}, in quiet hours.")
        if not refused:
            self._not_too_often(row)

    def _not_twice(self, row: Any) -> None:
        if row.ticket_id is None or row.wording in AGENCY_ASKS:
            return
        key = (row.ticket_id, row.wording)
        last = self._last.get(key)
        fine = last is None or row.created_at - last > SHORTLY
        self._must("doubled", fine, row.ticket_id, f"'{row.wording}' was written twice within an hour.")
        self._last[key] = row.created_at

    def _not_too_often(self, row: Any) -> None:
        """All that is unasked counts; news are told only while there is room."""
        told, at = self._told[row.conversation_id], row.created_at
        while told and told[0] <= at - WEEK:
            told.popleft()
        told.append(at)
        if self.weekly is not None and row.wording in NEWS:
            said = f"conversation {row.conversation_id} was told '{row.wording}' as message number {len(told)}"
            fine = len(told) <= self.weekly
            self._must("weekly", fine, row.ticket_id, f"{said} within a week; the limit is {self.weekly}.")

    # -- the whole ------------------------------------------------------------

    def overdue(self, database: Database, due: datetime, now: datetime, grain: timedelta) -> None:
        """The follow-up that waits longest, after everything that is due was done."""
        if due > now - grain:
            self.checked["lost"] += 1
            return
        with database.read() as session:
            row = session.scalars(
                select(FollowUp).where(FollowUp.state == "waiting", FollowUp.due_at == due)
            ).first()
        self._must("lost", row is None, row.ticket_id if row else None,
                   f"a follow-up was due at {_local(due)} and still waits at {_local(now)}.")  # fmt: skip

    def audit(self, database: Database) -> None:
        """What only the whole shows: each open ticket goes on, and each step and message is there once."""
        with database.read() as session:
            self._goes_on(session)
            self._once(session)

    def _goes_on(self, session: Any) -> None:
        ahead = select(FollowUp.ticket_id).where(FollowUp.state == "waiting")
        stuck = select(Ticket.id, Ticket.number, Ticket.status, Ticket.verify_by)
        stuck = stuck.where(Ticket.status.not_in(CLOSED), Ticket.id.not_in(ahead)).order_by(Ticket.id)
        is_open = select(func.count()).where(Ticket.status.not_in(CLOSED))
        if "next_step" not in self.without:
            self.checked["next_step"] += session.scalar(is_open)
        for row in session.execute(stuck):
            fine = row.status == BY_HAND and row.verify_by is not None
            self._must(
                "next_step", fine, row.id, f"{row.number} is {row.status}, and nothing is to happen any more."
            )

    def _once(self, session: Any) -> None:
        F, M = FollowUp, OutboundMessage  # noqa: N806 - tables
        steps = select(F.ticket_id, F.kind).group_by(F.ticket_id, F.kind, F.round).having(func.count() > 1)
        for row in session.execute(steps):
            self._must("doubled", False, row.ticket_id, f"the step '{row.kind}' stands there twice.")
        keys = select(M.key, func.min(M.ticket_id).label("ticket_id")).group_by(M.key).having(func.count() > 1)
        for row in session.execute(keys):
            self._must("doubled", False, row.ticket_id, f"the message '{row.key}' stands there twice.")
        self.checked["doubled"] += 1

    def _must(self, rule: str, holds: bool, ticket: int | None, sentence: str) -> None:
        if rule in self.without:
            return
        self.checked[rule] += 1
        if not holds:
            raise BrokenError(rule, sentence, ticket)


def rules_of(config: Path, without: frozenset[str] = frozenset()) -> Rules:
    """The rules of the city that ``config`` describes, read without the city's own reader."""
    data = yaml.safe_load(config.read_text(encoding="utf-8"))
    return Rules(data, (data.get("follow_ups") or {}).get("citizen_weekly"), without)


def _local(at: datetime) -> str:
    return f"{at.astimezone(calendar.JAKARTA):%a %d %b %Y %H:%M:%S}"
