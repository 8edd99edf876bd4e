"""The weekly sample of claims that people check: drawn once, and the same whoever draws it."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.rulebook import Rulebook
from storage import keyring
from storage.database import Database
from storage.models import Claim, ClaimDraw
from storage.queries.evidence import claims_between
from storage.queries.inserting import insert_once

# Drawn on Monday before office hours: by then every claim of the week has long been committed.
DRAWN_AT = time(5)
WEEKS_BACK = 4  # so many weeks of standing still are made up for


@dataclass(frozen=True)
class Week:
    """A local week, Monday to Sunday, by its ISO name: ``2026-W48``."""

    name: str
    start: datetime
    end: datetime

    @classmethod
    def over(cls, now: datetime, zone: ZoneInfo, back: int) -> "Week":
        """The ``back``-th of the weeks that are over and due to be drawn at ``now``; 1 is the latest."""
        local = (now.astimezone(zone).replace(tzinfo=None) - timedelta(hours=DRAWN_AT.hour)).date()
        monday = local - timedelta(days=local.weekday() + 7 * back)
        year, number, _ = monday.isocalendar()
        start, end = (datetime.combine(day, time(), zone) for day in (monday, monday + timedelta(days=7)))
        return cls(f"{year}-W{number:02}", start, end)


def run_due(database: Database, rulebook: Rulebook, now: datetime) -> int:
    """Draw the samples of the weeks that are over and were not drawn; how many there were."""
    weeks = [Week.over(now, rulebook.city.zone, back) for back in range(1, WEEKS_BACK + 1)]
    with database.read() as session:
        known = ClaimDraw.week.in_([week.name for week in weeks])
        drawn = set(session.scalars(select(ClaimDraw.week).where(known)))
    return sum(_draw(database, rulebook, week, now) for week in weeks if week.name not in drawn)


def pick(claims: Sequence[Claim], week: str, share: float) -> list[Claim]:
    """Of each agency's claims the stated share, at least one: those whose keyed hash with the week is smallest.

    Nobody outside can tell which they will be, and whoever has the key can show that nobody chose them.
    """

    def lot(claim: Claim) -> str:
        return keyring.current().lookup(f"sample {week} {claim.ticket.number} {claim.round}")

    picked: list[Claim] = []
    for _, mine in groupby(sorted(claims, key=lambda claim: claim.agency), key=lambda claim: claim.agency):
        ordered = sorted(mine, key=lot)
        picked += ordered[: math.ceil(round(share * len(ordered), 6))]
    return picked


def _draw(database: Database, rulebook: Rulebook, week: Week, now: datetime) -> int:
    """The row of the week is the right to draw; whoever comes second finds it there."""
    with database.begin() as session:
        draw_id = insert_once(session, ClaimDraw, {"week": week.name, "drawn_at": now, "claims": 0, "drawn": 0})
        if draw_id is None:
            return 0
        claims = claims_between(session, week.start, week.end)
        picked = pick(claims, week.name, rulebook.city.evidence.sample_share)
        _mark(session, picked, week.name)
        draw = session.get_one(ClaimDraw, draw_id)
        draw.claims, draw.drawn = len(claims), len(picked)
    return 1


def _mark(session: Session, picked: Iterable[Claim], week: str) -> None:
    for claim in picked:
        claim.sampled_week = week
    session.flush()
