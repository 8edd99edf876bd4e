"""The weeks that were told to the leadership, each as it was sent, and for administrators how this week stands.

A report is a document of its own in a frame that nothing in it gets out of: what is kept is shown, never trusted.
"""

from dataclasses import dataclass
from datetime import datetime

from flask import make_response, render_template, url_for
from flask_login import current_user
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from bot.accounts.roles import ADMINISTRATOR, READERS
from bot.errors import NotFoundError
from bot.figures import weekly, weekly_facts
from bot.figures.period import Kind, Period
from handlers import spoken
from handlers.console.room import blueprint, phrases
from handlers.edge import edge
from handlers.guards import seen_by
from handlers.headers import keep_as_letter
from handlers.i18n import N_, translated
from storage.models import WeeklyReport
from storage.queries.figures import weekly as queries

SHOWN = 520  # ten years
NOT_THERE = N_("Laporan minggu itu tidak ada.")
NOT_COUNTED = N_("Minggu ini belum dihitung; coba lagi sepuluh menit lagi.")


@dataclass(frozen=True)
class Listed:
    """A week that has a report."""

    week: Period
    written_at: datetime

    @property
    def dates(self) -> str:
        """``16 Nov 2026 – 22 Nov 2026``."""
        return dates_of(self.week)


@blueprint.get("/reports")
@seen_by(*READERS)
def reports() -> str:
    """All weeks, the latest first; what can still be sent is on top."""
    here, say = edge(), phrases()
    with here.database.read() as session:
        found = [
            Listed(week, at)
            for name, at in queries.reports(session, SHOWN)
            if (week := Period.named(name)) is not None
        ]
        unsent = _unsent(session, say.now)
    return render_template(
        "console/reports/list.html",
        say=say,
        found=found,
        unsent=unsent,
        unsent_dates=dates_of(unsent) if unsent else "",
        readers=here.rulebook.city.people.leadership,
        may_send=current_user.role == ADMINISTRATOR,
    )


@blueprint.get("/reports/<week>")
@seen_by(*READERS)
def report_page(week: str) -> str:
    """One week's report as it was sent, in a frame."""
    with edge().database.read() as session:
        kept = found(session, week)
    return render_template(
        "console/reports/one.html",
        say=phrases(),
        title=dates_of(period_of(week)),
        kept=kept,
        week=week,
        paper=url_for(".report_paper", week=week),
        readers=edge().rulebook.city.people.leadership,
        may_send=current_user.role == ADMINISTRATOR,
    )


@blueprint.get("/reports/<week>/paper")
@seen_by(*READERS)
def report_paper(week: str) -> Response:
    """The report itself, as a document of its own that prints."""
    with edge().database.read() as session:
        return _letter(found(session, week).page)


@blueprint.get("/reports/so-far")
@seen_by(ADMINISTRATOR)
def report_preview() -> str:
    """How this week stands, as its report would say it now."""
    return render_template(
        "console/reports/one.html",
        say=phrases(),
        title=translated("Minggu ini sejauh ini"),
        kept=None,
        week="",
        paper=url_for(".preview_paper"),
        readers=(),
        may_send=False,
    )


@blueprint.get("/reports/so-far/paper")
@seen_by(ADMINISTRATOR)
def preview_paper() -> Response:
    """The preview itself; nothing of it is kept."""
    here, say = edge(), phrases()
    week = Period.around(Kind.WEEK, say.local_date(say.now))
    with here.database.read() as session:
        last = queries.last_counted(session, week.first, week.last)
        if last is None:
            raise NotFoundError(translated(NOT_COUNTED))
        facts = weekly_facts.read(session, here.rulebook, week, last, say.now)
    return _letter(weekly.page_of(here.rulebook, facts).html)


def found(session: Session, week: str) -> WeeklyReport:
    """The report of a week; NotFoundError where there is none."""
    kept = session.get(WeeklyReport, week) if Period.named(week) else None
    if kept is None:
        raise NotFoundError(translated(NOT_THERE))
    return kept


def period_of(week: str) -> Period:
    """The week of an address; NotFoundError for what is none."""
    period = Period.named(week)
    if period is None or period.kind is not Kind.WEEK:
        raise NotFoundError(translated(NOT_THERE))
    return period


def dates_of(week: Period) -> str:
    """From its Monday to its Sunday."""
    return f"{spoken.day(week.first)} – {spoken.day(week.last)}"


def _unsent(session: Session, now: datetime) -> Period | None:
    """The week that is over, where its report can be sent and has not been."""
    rulebook = edge().rulebook
    week = weekly.last_week(rulebook, now)
    if queries.is_written(session, week.name) or not weekly.is_counted(session, rulebook, week):
        return None
    return week


def _letter(page: str) -> Response:
    keep_as_letter()
    return make_response(page)
