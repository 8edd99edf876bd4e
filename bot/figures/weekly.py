"""The week for the leadership: written once when the week is counted, mailed to them, and kept as it was sent."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from bot.city.follow_policy import WEEKDAYS
from bot.city.ladder import LEADERSHIP
from bot.figures import weekly_facts, weekly_ranks, weekly_view
from bot.figures.period import Kind, Period, start_of
from bot.figures.said import Said
from bot.figures.weekly_facts import Facts
from bot.outgoing import outbox
from bot.outgoing.agency_mail import layouts
from bot.outgoing.outbox import Letter
from bot.rulebook import Rulebook
from bot.tickets.followups_plan import Kind as Step
from storage import keyring
from storage.database import Database
from storage.models import WeeklyReport
from storage.queries import digests
from storage.queries.figures import weekly

REPORTS, PRAISE = "/console/reports", "/console/praise"
OVERDUE, CHECKS = "/console/queue/overdue", "/console/checks"
KEY_LENGTH = 16
SAMPLED_SHOWN = 10


@dataclass(frozen=True)
class Page:
    """A report in both of its forms, without anything of any citizen."""

    subject: str
    html: str
    text: str


def run_due(database: Database, rulebook: Rulebook, now: datetime) -> int:
    """Write the report of the latest week that is over, when its time has come and its days are counted."""
    week = due_week(rulebook, now)
    with database.read() as session:
        if weekly.is_written(session, week.name) or not _is_ready(session, rulebook, week, now):
            return 0
        page = compose(session, rulebook, week, now)
    with database.begin() as session:
        return int(send(session, rulebook, week, page, now))


def due_week(rulebook: Rulebook, now: datetime) -> Period:
    """The latest week whose report is due: after an outage the weeks before it are told no more."""
    zone, weekly_list = rulebook.city.zone, rulebook.city.follow_ups.weekly_list
    local = now.astimezone(zone)
    due = local.date() - timedelta(days=(local.weekday() - WEEKDAYS.index(weekly_list.day)) % 7)
    if local.date() == due and local.time() < weekly_list.at:
        due -= timedelta(days=7)
    return Period.around(Kind.WEEK, due).before


def last_week(rulebook: Rulebook, now: datetime) -> Period:
    """The latest week that is over, whether its report is due or not."""
    return Period.around(Kind.WEEK, now.astimezone(rulebook.city.zone).date()).before


def is_counted(session: Session, rulebook: Rulebook, week: Period) -> bool:
    """Whether every day of the week is counted to its end; days before the city's first report need not be."""
    first = weekly.first_ticket_at(session)
    if first is None:
        return False
    since = max(week.first, first.astimezone(rulebook.city.zone).date())
    days = (week.last - since).days + 1
    over = start_of(week.after.first, rulebook.city.zone)
    return 0 < days <= weekly.counted_days(session, since, week.last, over)


def compose(session: Session, rulebook: Rulebook, week: Period, now: datetime) -> Page:
    """The report of a whole week."""
    return page_of(rulebook, weekly_facts.read(session, rulebook, week, week.last, now))


def send(session: Session, rulebook: Rulebook, week: Period, page: Page, now: datetime) -> bool:
    """Keep a week's report and mail it; False where somebody else has."""
    if not weekly.keep(session, week.name, page.html, now):
        return False
    _mail(session, rulebook, week.name, page, now)
    weekly.settle_list(session, LEADERSHIP, now)
    return True


def send_again(session: Session, rulebook: Rulebook, report: WeeklyReport, now: datetime) -> int:
    """Mail a report as it was kept to those of the leadership who have not had it; to how many."""
    subject = _subject(rulebook, report.week)
    text = layouts(rulebook.texts).get_template("report.txt").render(report_link=_link(rulebook, report.week))
    return _mail(session, rulebook, report.week, Page(subject, report.page, text), now)


def page_of(rulebook: Rulebook, facts: Facts) -> Page:
    """The report of these facts."""
    said = Said(rulebook.language, rulebook.city.zone)
    week = Period.around(Kind.WEEK, facts.first)
    values = _values(rulebook, facts, said) | {"report_link": _link(rulebook, week.name) if facts.is_whole else ""}
    subject = _subject(rulebook, week.name)
    layout = layouts(rulebook.texts)
    html = layout.get_template("report.html").render(values, subject=subject)
    return Page(subject, html, layout.get_template("report.txt").render(values, subject=subject))


def _is_ready(session: Session, rulebook: Rulebook, week: Period, now: datetime) -> bool:
    """What the ladder has for the leadership belongs into it too, so that they have one letter."""
    if digests.are_gathering(session, Step.LEADERSHIP_LIST, now):
        return False
    return is_counted(session, rulebook, week)


def _values(rulebook: Rulebook, facts: Facts, said: Said) -> dict[str, Any]:
    city, base = rulebook.city, rulebook.base_url
    return {
        "city": city.name,
        "f": facts,
        "r": weekly_view.rows(facts, said),
        "said": said,
        "dates": said.days(facts.first, facts.last),
        "days": weekly_view.days(facts, said),
        "claims": weekly_view.claims(facts, said),
        "ranking": weekly_ranks.ranking(facts, city, said),
        "fewest": weekly_ranks.FEWEST_CASES,
        "services": weekly_ranks.grown_services(facts, city, said),
        "areas": weekly_ranks.grown_areas(facts, said),
        "service": lambda code: city.services[code].name if code in city.services else code,
        "agency": city.agency_name,
        "sampled": SAMPLED_SHOWN,
        "drawn": [(draw, _dates(draw.week, said)) for draw in facts.draws],
        "late": lambda at: max(1, (facts.now - at).days),
        "praised": sum(one.thanks for one in facts.praise),
        "praise_link": f"{base}{PRAISE}?month={facts.last:%Y-%m}",
        "overdue_link": f"{base}{OVERDUE}",
        "checks_link": f"{base}{CHECKS}",
    }


def _mail(session: Session, rulebook: Rulebook, week: str, page: Page, now: datetime) -> int:
    """To everybody named; whoever has it already is not written to again."""
    written = 0
    for address in dict.fromkeys(rulebook.city.people.leadership):
        reader = keyring.current().lookup(f"weekly report {address}")[:KEY_LENGTH]
        letter = Letter(f"weekly:{week}:{reader}", address, page.subject, page.text, page.html)
        written += outbox.by_mail(session, rulebook, letter, now) is not None
    return written


def _subject(rulebook: Rulebook, week: str) -> str:
    said = Said(rulebook.language, rulebook.city.zone)
    values = {"dates": _dates(week, said), "city": rulebook.city.name}
    return rulebook.wording.say("mail_report_subject", rulebook.language, values)


def _dates(name: str, said: Said) -> str:
    week = Period.named(name)
    return said.days(week.first, week.last) if week else name


def _link(rulebook: Rulebook, week: str) -> str:
    return f"{rulebook.base_url}{REPORTS}/{week}"
