"""How a letter about a case reaches its agency: by e-mail, or first by WhatsApp or webhook, as the city says.

Each of those keeps the e-mail in hand (``body["otherwise"]``, see ``bot.outgoing.ways``), which is written where
it fails for good. Sealed cases, and what goes to units, heads and coordinators, are always e-mails.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.city.agency import CASE, Agency
from bot.messages import EMAIL, WEBHOOK, WHATSAPP
from bot.outgoing import outbox, ways
from bot.outgoing.outbox import Letter
from bot.rulebook import Rulebook
from bot.wording.templates import content_sid
from storage.models import Ticket

FORWARDED, REOPENED, REMINDER = "forwarded", "reopened", "reminder"
# What a letter tells of, in words that a city's own ladder does not change. Every rung is a reminder.
EVENTS: Mapping[str, str] = {
    **dict.fromkeys(("mail_lapor", "mail_urgent", "mail_saran", "mail_apresiasi", "mail_flood"), FORWARDED),
    **dict.fromkeys(("mail_reopened", "mail_refused_claim"), REOPENED),
    "mail_more": "more_information",
    "mail_no_answer": "no_answer",
    "mail_withdrawn": "withdrawn",
    "mail_rejected": "rejected",
    **dict.fromkeys(("mail_moved", "mail_rerouted"), "moved_away"),
    **dict.fromkeys(("mail_incident", "mail_new_lead", "mail_merged"), "incident"),
}
# The template says that a case has come; of everything else an agency reads in its mail.
BY_WHATSAPP = (FORWARDED, REOPENED)


@dataclass(frozen=True)
class Case:
    """What another way than e-mail may say: never who reported it, nor what they wrote. ``due``: ISO 8601, UTC."""

    wording: str
    number: str
    service: str
    place: str
    link: str
    due: str

    @property
    def event(self) -> str:
        return EVENTS.get(self.wording, REMINDER)


def send(
    session: Session, rulebook: Rulebook, ticket: Ticket, letter: Letter, case: Case | None, now: datetime
) -> int | None:
    """Put ``letter`` into the outbox, by the agency's own way where there is a ``case``; None: it was there."""
    agency = rulebook.city.agencies.get(ticket.agency)
    way = _way(rulebook, agency, case) if agency and case else None
    if way is None:
        return outbox.by_mail(session, rulebook, letter, now)
    written = {
        "ticket_id": ticket.id,
        "wording": CASE,
        "lane": letter.lane,
        "at_least_once": agency is not None and agency.by == WEBHOOK,
    }
    both = [way, _mail(rulebook, letter)]
    return ways.write(session, letter.key, {"subject": letter.subject}, both, written, now)


def _way(rulebook: Rulebook, agency: Agency, case: Case) -> dict[str, Any] | None:
    """The first way as it stands in the outbox; None where this letter is an e-mail."""
    if agency.by == WEBHOOK and agency.webhook:
        return {"channel": WEBHOOK, "recipient": agency.webhook, "text": _posted(case)}
    if agency.by == WHATSAPP and agency.phone and case.event in BY_WHATSAPP:
        return _by_template(rulebook, agency.phone, case)
    return None


def _posted(case: Case) -> str:
    told = {
        "event": case.event,
        "ticket": case.number,
        "service": case.service,
        "place": case.place,
        "link": case.link,
        "due": case.due,
    }
    return json.dumps(told, ensure_ascii=False)


def _by_template(rulebook: Rulebook, phone: str, case: Case) -> dict[str, Any] | None:
    """Always the template: an agency's telephone does not write to us, so there is no window."""
    wording, language = rulebook.wording, rulebook.language
    place = case.place or wording.say("agency_place_unknown", language, {})
    values = {"number": case.number, "service": case.service, "place": place, "link": case.link}
    path = case.link.removeprefix(rulebook.base_url).lstrip("/")  # the address itself stands in the template
    template = wording.template(CASE, {**values, "link": path}, language)
    sid = content_sid(rulebook.city, template[0], language) if template else None
    if template is None or sid is None:
        return None
    return {
        "channel": WHATSAPP,
        "recipient": f"whatsapp:{phone}",
        "text": wording.say(CASE, language, values),
        "template": sid,
        "variables": template[1],
        "shut": True,
    }


def _mail(rulebook: Rulebook, letter: Letter) -> dict[str, Any]:
    """The e-mail as one of the ways that are left."""
    return {
        "channel": EMAIL,
        "recipient": letter.to,
        "sender": rulebook.mail_from,
        "text": letter.text,
        "subject": letter.subject,
        "html": letter.html,
        "message_id": letter.message_id(rulebook),
    }
