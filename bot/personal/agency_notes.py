"""Agencies are asked to delete what they were sent about somebody who is forgotten: a letter each, of numbers."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.city.routing import address_of
from bot.outgoing import outbox
from bot.outgoing.agency_mail import layouts
from bot.outgoing.outbox import Letter
from bot.rulebook import Rulebook
from storage.models import Assignment, Ticket

WORDING = "mail_erased"


def ask_to_delete(
    session: Session, rulebook: Rulebook, erasure_id: int, theirs: Iterable[Ticket], now: datetime
) -> None:
    """Whoever ever held one of the tickets has letters about it; ``theirs`` are empty by now."""
    sent = {ticket.id: ticket.number for ticket in theirs if ticket.forwarded_at}
    numbers: dict[str, list[str]] = {}
    for ticket_id, agency, unit in _holders(session, sent):
        address = address_of(rulebook.city, agency, unit) if agency in rulebook.city.agencies else None
        if address and sent[ticket_id] not in (mine := numbers.setdefault(address, [])):
            mine.append(sent[ticket_id])
    for n, (address, mine) in enumerate(sorted(numbers.items())):
        _write(session, rulebook, f"erased:{erasure_id}:{n}", address, mine, now)


def _holders(session: Session, sent: Iterable[int]) -> list[tuple[int, str, str | None]]:
    held = select(Assignment.ticket_id, Assignment.agency, Assignment.unit)
    found = held.where(Assignment.ticket_id.in_(list(sent))).order_by(Assignment.id)
    return [(ticket_id, agency, unit) for ticket_id, agency, unit in session.execute(found)]


def _write(
    session: Session, rulebook: Rulebook, key: str, address: str, numbers: list[str], now: datetime
) -> None:
    say, language = rulebook.wording.say, rulebook.language
    values = {"count": len(numbers), "numbers": ", ".join(numbers[:3]) + (", ..." if len(numbers) > 3 else "")}
    subject = say(f"{WORDING}_subject", language, values)
    parts = {
        "city": rulebook.city.name,
        "subject": subject,
        "lead": say(WORDING, language, values),
        "sections": ((say(f"{WORDING}_list", language, {}), numbers),),
        "link": "",
    }
    text, html = (layouts(rulebook.texts).get_template(f"list.{form}").render(parts) for form in ("txt", "html"))
    outbox.by_mail(session, rulebook, Letter(f"mail:{key}", address, subject, text, html), now)
