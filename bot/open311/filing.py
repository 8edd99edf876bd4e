"""The worker's part: of a report from another system a ticket, by the same steps as of a message."""

from datetime import datetime

import structlog

from bot.case import Case
from bot.casework.casework import about
from bot.conversation import Dialogue, meaning, reports
from bot.conversation.meaning import EMERGENCY
from bot.conversation.state import Draft
from bot.duty import duty
from bot.incidents import incidents
from bot.intake import inbox, said_of, senders
from bot.messages import OPEN311, Content
from bot.outgoing import unasked
from bot.outgoing.outbox import Note
from bot.rulebook import Rulebook
from bot.tickets import citizen_page, tickets
from bot.tickets.tickets import AtDesk, By, Report
from bot.tickets.values import citizen_values
from bot.words import NORMAL_LANE
from nlu.client import Understanding
from storage import keyring
from storage.models import Conversation, InboundMessage, Ticket
from storage.queries import open311_filed

log = structlog.get_logger()
FILED, FILED_ONE_WAY = "follow_open311_filed", "follow_open311_filed_one_way"
REPORT = "lapor"


def file(case: Case, understood: Understanding | None) -> None:
    """File what is unread in a conversation with another system, and give the conversation back."""
    for message in case.messages:
        _file(case, message, understood)
    carrier = case.conversation
    if all(message.conversation_id != carrier.id for message in case.messages):
        case.session.flush()  # all that it was for has moved to the number's own conversation
        case.session.delete(carrier)
        case.session.delete(carrier.citizen)
        return
    carrier.wake_at = carrier.lease_until = carrier.lease_owner = None
    carrier.lane, carrier.attempts = NORMAL_LANE, 0


def _file(case: Case, message: InboundMessage, understood: Understanding | None) -> None:
    rulebook, now = case.rulebook, case.now
    report = _report(rulebook, message, understood)
    talk = _conversation(case, message)
    own = Case(case.session, rulebook, talk, [message], now)
    ticket = tickets.open_ticket(case.session, rulebook, talk, report, now)
    if (token := open311_filed.token_of(case.session, message.id)) is not None:
        token.ticket_id = ticket.id
    inbox.mark_done([message], "filed", now, ticket.id)
    case.session.flush()
    settled = incidents.settle(case.session, rulebook, ticket, now, [message.id])
    if report.urgent and not settled.flood:
        duty.raise_alarm(case.session, ticket, now)
    first = settled.same_as or ticket
    message.ticket_id = first.id
    message.understanding = said_of.for_record(understood, message.text)
    _talk_of(talk, first, now)
    _tell(own, first)
    log.info("open311_filed", ticket=ticket.number, message=message.id)


def _report(rulebook: Rulebook, message: InboundMessage, understood: Understanding | None) -> Report:
    """The service is the one that was named, whatever the model guesses. Where, it may read out of the words; and
    danger in them counts as it does in every message."""
    city, content, sent = rulebook.city, Content.from_json(message.content), message.raw
    signs = rulebook.words.is_emergency(content.text)
    urgent = meaning.is_emergency(understood, signs, city.thresholds)
    place = understood.place if understood else None
    service = sent["service_code"] if sent["service_code"] in city.services else reports.FALLBACK_SERVICE
    draft = Draft(REPORT, content.text, service, sealed=rulebook.words.is_sealed(content.text))
    return Report(
        kind=EMERGENCY if urgent else REPORT,
        service=service,
        story=content.text,
        place=sent["address_string"] or (place.text if place else None) or None,
        kelurahan=place.kelurahan if place else None,
        city=place.city if place else None,
        location=content.location,
        urgent=urgent,
        sealed=reports.is_sealed(draft, city),
        desk=AtDesk(OPEN311, None, sent["media_url"] or None),
    )


def _conversation(case: Case, message: InboundMessage) -> Conversation:
    """The one with the number that was left, if SMS are sent here; else the one that the message came in."""
    phone, line = message.raw.get("phone"), case.rulebook.sms_line
    if not phone or line is None:
        case.conversation.unreachable_at = case.conversation.unreachable_at or case.now
        return case.conversation
    sender = senders.Sender(line, phone, inbox.address_hash(phone), keyring.current().lookup(phone))
    talk = senders.conversation_of(case.session, sender, case.now)
    message.conversation_id = talk.id
    name = Content.from_json(message.content).profile_name
    if name and not talk.citizen.name:
        talk.citizen.name = name
    return talk


def _talk_of(talk: Conversation, ticket: Ticket, now: datetime) -> None:
    """What is written from that number next is about this, unless something else is being talked about."""
    dialogue = Dialogue.from_json(talk.dialogue)
    if talk.channel != OPEN311 and dialogue.pending is None and dialogue.draft is None:
        talk.dialogue = about(dialogue, ticket, now).to_json()


def _tell(case: Case, ticket: Ticket) -> None:
    """What was filed with their number, where it can be followed and how to stop that; or why nothing is said."""
    if (why := unasked.why_silent(ticket)) is not None:
        tickets.record(case.session, ticket, why, By("bot", case.now))
        return
    wording = FILED if case.rulebook.city.can_answer(ticket.conversation.channel) else FILED_ONE_WAY
    values = citizen_values(case.session, case.rulebook, ticket, case.now)
    link = citizen_page.short_address_of(case.rulebook, ticket)
    note = Note(f"open311:{ticket.id}:{case.last_id}", wording, {**values, "link": link}, ticket_id=ticket.id)
    unasked.tell(case.session, case.rulebook, ticket, note, case.now)
