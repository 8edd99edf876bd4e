"""Coordinators hear by e-mail of what somebody must put right before messages get through again.

One letter a code and day for what the provider does not like about our account or our texts, one a day when many
messages are given up, and one a ticket whose letter to its agency did not arrive. None says to whom or what.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy.orm import Session

from bot.delivery import failures
from bot.delivery.failure_words import explained, meaning
from bot.outgoing import outbox
from bot.outgoing.agency_mail import layouts
from bot.outgoing.outbox import Letter
from bot.rulebook import Rulebook
from storage.database import Database
from storage.models import OutboundMessage, Ticket
from storage.queries import delivery_alerts as queries
from storage.queries.delivery_alerts import REFUSED, Failing

log = structlog.get_logger()

LIST = "/console/undelivered"
# More than this many in an hour that were given up or refused are more than bad luck.
MANY = 20
MANY_OF = (failures.GIVEN_UP, failures.FINAL)
WITHIN = timedelta(hours=1)
A_DAY = timedelta(days=1)
BATCH = 500  # a mail server that knows an address no more may send back a morning's letters at once

Section = tuple[str, Sequence[str]]


@dataclass(frozen=True)
class Alert:
    """One letter to all coordinators. ``key`` names its one occasion."""

    key: str
    wording: str
    values: dict[str, Any]
    sections: tuple[Section, ...] = ()
    ticket_id: int | None = None


def run_due(database: Database, rulebook: Rulebook, now: datetime) -> int:
    """Tell of what went wrong by ``now`` and was not told yet; how many letters there were to write.

    Where the city names no coordinators nobody can be told; the console shows the list all the same.
    """
    if not rulebook.city.people.coordinators:
        return 0
    with database.read() as session:
        alerts = _new(session, [*_alarming(session, rulebook, now), *_many(session, rulebook, now)])
        refused = bool(queries.untold_letters(session, 1))
    if not alerts and not refused:
        return 0  # as nearly always, and then nothing is locked
    with database.begin() as session:
        alerts += _refused(session, rulebook)
        return sum(_write(session, rulebook, alert, now) for alert in alerts)


def _alarming(session: Session, rulebook: Rulebook, now: datetime) -> list[Alert]:
    found = queries.failing(session, failures.ALARMING, now - A_DAY)
    return [_of_code(rulebook, one) for one in found]


def _of_code(rulebook: Rulebook, one: Failing) -> Alert:
    """The day is that of the newest failure: what failed yesterday was told yesterday."""
    code = one.error or one.failure
    words = explained(one.failure, one.channel)
    say = (meaning(one.failure, one.error, one.channel), words.to_do)
    local = one.first.astimezone(rulebook.city.zone)
    values = {"code": code, "count": one.messages, "since": f"{local:%d-%m-%Y %H:%M}"}
    day = one.last.astimezone(rulebook.city.zone).date()
    return Alert(f"failing:{one.channel}:{code}:{day}", "mail_failing", values, ((words.name, say),))


def _many(session: Session, rulebook: Rulebook, now: datetime) -> list[Alert]:
    found = queries.failing(session, MANY_OF, now - WITHIN)
    count = sum(one.messages for one in found)
    if count <= MANY:
        return []
    lines = [f"{one.channel}, kode {one.error or '-'}: {one.messages} pesan" for one in found]
    advice = [explained(kind).to_do for kind in MANY_OF if any(one.failure == kind for one in found)]
    day = max(one.last for one in found).astimezone(rulebook.city.zone).date()
    sections: tuple[Section, ...] = (("Menurut kodenya", lines), ("Yang perlu dilakukan", advice))
    return [Alert(f"failing:many:{day}", "mail_failing_many", {"count": count}, sections)]


def _new(session: Session, alerts: list[Alert]) -> list[Alert]:
    known = queries.known_keys(session, [f"{alert.key}:0" for alert in alerts])
    return [alert for alert in alerts if f"{alert.key}:0" not in known]


def _refused(session: Session, rulebook: Rulebook) -> list[Alert]:
    """One a ticket, however many letters about it came back."""
    letters = {letter.ticket_id: letter for letter in queries.untold_letters(session, BATCH)}
    return [
        _of_letter(rulebook, letter, session.get_one(Ticket, ticket_id))
        for ticket_id, letter in letters.items()
        if ticket_id is not None
    ]


def _of_letter(rulebook: Rulebook, letter: OutboundMessage, ticket: Ticket) -> Alert:
    """Of a sealed case no more than its number: not even whose it is."""
    values = {"number": ticket.number, "code": letter.error or "-"}
    wording = "mail_refused_sealed" if ticket.sealed else "mail_refused"
    if not ticket.sealed:
        values |= {"agency": _whose(rulebook, letter, ticket), "address": letter.recipient}
    words = explained(letter.failure, letter.channel)
    return Alert(f"{REFUSED}:{ticket.id}", wording, values, ((words.name, (words.to_do,)),), ticket.id)


def _whose(rulebook: Rulebook, letter: OutboundMessage, ticket: Ticket) -> str:
    """Mostly it is the agency's; its head and coordinators are written to as well."""
    agency = rulebook.city.agencies.get(ticket.agency)
    if letter.recipient in rulebook.city.people.coordinators:
        return "koordinator"
    is_head = agency is not None and letter.recipient == agency.head_email
    return f"{'pimpinan ' if is_head else ''}{rulebook.city.agency_name(ticket.agency)}"


def _write(session: Session, rulebook: Rulebook, alert: Alert, now: datetime) -> bool:
    """To every coordinator; False where a colleague's process was quicker."""
    say, layout = rulebook.wording.say, layouts(rulebook.texts)
    subject = say(f"{alert.wording}_subject", rulebook.language, alert.values)
    parts = {
        "city": rulebook.city.name,
        "subject": subject,
        "lead": say(alert.wording, rulebook.language, alert.values),
        "sections": alert.sections,
        "link": f"{rulebook.base_url}{LIST}",
    }
    text, html = (layout.get_template(f"list.{form}").render(parts) for form in ("txt", "html"))
    letters = (
        Letter(f"{alert.key}:{number}", address, subject, text, html, alert.ticket_id)
        for number, address in enumerate(rulebook.city.people.coordinators)
    )
    written = [outbox.by_mail(session, rulebook, letter, now) for letter in letters]
    is_new = written[0] is not None
    if is_new:
        log.error("messages_fail", alert=alert.key, **_told(alert))
    return is_new


def _told(alert: Alert) -> dict[str, Any]:
    return {name: value for name, value in alert.values.items() if name in ("code", "count")}
