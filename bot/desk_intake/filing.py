"""Files what an officer took down, by the same steps as a message: number, its like, agency, alarm."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.case import Case
from bot.casework import citizens
from bot.casework.casework import about
from bot.casework.effects import perform
from bot.conversation import Dialogue
from bot.conversation import turn as acts
from bot.conversation.meaning import EMERGENCY, QUESTION
from bot.desk_intake.people import conversation_of
from bot.desk_intake.proposal import is_sealed, propose
from bot.desk_intake.taken import REPORT, Taken
from bot.duty import duty
from bot.incidents import incidents
from bot.incidents.incidents import Settled
from bot.intake import said_of
from bot.intake.media import Examined, keep
from bot.learning import examples
from bot.learning.examples import Label
from bot.messages import CHANNELS, DESK, Content, Media
from bot.outgoing import unasked
from bot.outgoing.outbox import Note
from bot.personal import consents
from bot.privacy import mask
from bot.rulebook import Rulebook
from bot.tickets import citizen_page, tickets
from bot.tickets.tickets import AtDesk, By, Report
from bot.tickets.values import citizen_values
from bot.words import NORMAL_LANE
from nlu.client import Understanding
from storage.models import Conversation, Handover, InboundMessage, MediaFile, Ticket
from storage.queries.evidence import keep_print
from storage.queries.inserting import insert_once

log = structlog.get_logger()

TAKEN = "taken_at_desk"
FILED, FILED_SEALED, FILED_ONE_WAY = "follow_desk_filed", "follow_desk_filed_sealed", "follow_desk_filed_one_way"


@dataclass(frozen=True)
class Shot:
    """A photo that was looked at before, with the key under which the store has it."""

    key: str
    photo: Examined


@dataclass(frozen=True)
class Filed:
    """What became of it. ``ticket`` is None for a question; ``again``: this very form was filed before.

    ``told``: news go to the number that was left; ``why_silent``: else why not
    (``bot.outgoing.unasked.why_silent``).
    """

    ticket: Ticket | None
    again: bool = False
    same_as: Ticket | None = None
    others: int = 0
    told: bool = False
    why_silent: str | None = None


def file(
    session: Session, rulebook: Rulebook, taken: Taken, understood: Understanding | None,
    shots: Sequence[Shot], user_id: int, now: datetime,
) -> Filed:  # fmt: skip
    """File what was :func:`bot.desk_intake.taken.tidy`-ed, once however often its form comes."""
    message_id = _kept(session, taken, understood, shots, now)
    if message_id is None:
        return _before(session, taken)
    conversation = conversation_of(session, rulebook, taken, now)
    message = session.get_one(InboundMessage, message_id)
    message.conversation_id = conversation.id
    _enclose(session, message, shots, now)
    case = Case(session, rulebook, conversation, [message], now)
    filed = _ask(case, taken) if taken.kind == QUESTION else _ticket(case, taken, user_id)
    session.flush()
    _learn(case, taken, understood, user_id)
    return filed


def _ask(case: Case, taken: Taken) -> Filed:
    """What nobody could answer on the spot waits among the other questions."""
    perform(acts.AskPerson("question", taken.words), case)
    return Filed(None, told=True)


def _ticket(case: Case, taken: Taken, user_id: int) -> Filed:
    ticket = tickets.open_ticket(
        case.session, case.rulebook, case.conversation, _report(case.rulebook, taken, user_id), case.now
    )
    case.messages[-1].ticket_id = ticket.id
    case.session.flush()
    settled = Settled(ticket) if taken.is_checked_first else _settle(case, ticket)
    if taken.kind == EMERGENCY and not settled.flood:
        duty.raise_alarm(case.session, ticket, case.now)
    first = settled.same_as or ticket
    case.messages[-1].ticket_id = first.id
    _talk_of(case.conversation, first, case.now)
    _note(case, first, taken, user_id)
    why = _tell(case, first)
    log.info("desk_filed", ticket=first.number, came_by=taken.came_by, user=user_id)
    told = bool(taken.phone) and why is None
    return Filed(first, same_as=settled.same_as, others=settled.others, told=told, why_silent=why)


def _talk_of(conversation: Conversation, ticket: Ticket, now: datetime) -> None:
    """What is written from that number next is about this, unless something else is being talked about."""
    dialogue = Dialogue.from_json(conversation.dialogue)
    if conversation.channel != DESK and dialogue.pending is None and dialogue.draft is None:
        conversation.dialogue = about(dialogue, ticket, now).to_json()


def _report(rulebook: Rulebook, taken: Taken, user_id: int) -> Report:
    sealed, urgent = is_sealed(rulebook, taken), taken.kind == EMERGENCY
    return Report(
        kind=REPORT if sealed and not urgent else taken.kind,
        service=taken.service,
        story=taken.words,
        place=taken.place or None,
        kelurahan=taken.area or None,
        city=taken.city,
        location=taken.location,
        urgent=urgent,
        sealed=sealed,
        desk=AtDesk(taken.came_by, user_id, taken.link or None, taken.is_checked_first),
    )


def _settle(case: Case, ticket: Ticket) -> Settled:
    return incidents.settle(case.session, case.rulebook, ticket, case.now, [case.last_id])


def _note(case: Case, ticket: Ticket, taken: Taken, user_id: int) -> None:
    """Who wrote it down, and which agency is likely where somebody asks first."""
    proposed = case.rulebook.city.services[taken.service].agency if taken.is_checked_first else None
    data = {"came_by": taken.came_by} | ({"proposed": proposed} if proposed else {})
    if taken.consent:
        citizens.agree(case, consents.NEWS, given=True, wording="desk_intake")
    if ticket.sealed and taken.consent and taken.safe:
        ticket.may_write = True
        citizens.agree(case, consents.SAFE, given=True, wording="desk_intake")
    tickets.record(case.session, ticket, TAKEN, By(f"user:{user_id}", case.now), data)


def _tell(case: Case, ticket: Ticket) -> str | None:
    """What was filed, where it can be followed and how to stop that; why nothing is said, where it is not."""
    if (why := unasked.why_silent(ticket)) is not None:
        tickets.record(case.session, ticket, why, By("bot", case.now))
        return why
    channel = ticket.conversation.channel
    wording = FILED if case.rulebook.city.can_answer(channel) else FILED_ONE_WAY
    address_of = citizen_page.short_address_of if CHANNELS[channel].is_sms else citizen_page.address_of
    values = citizen_values(case.session, case.rulebook, ticket, case.now)
    note = Note(
        f"at-desk:{ticket.id}:{case.last_id}",
        FILED_SEALED if ticket.sealed else wording,
        {**values, "link": address_of(case.rulebook, ticket)},
        ticket_id=ticket.id,
    )
    unasked.tell(case.session, case.rulebook, ticket, note, case.now)
    return None


def _kept(
    session: Session, taken: Taken, understood: Understanding | None, shots: Sequence[Shot], now: datetime
) -> int | None:
    """The words as the message that they would have been; None where this very form was filed before."""
    words = mask(taken.words)
    media = tuple(Media("", shot.photo.content_type) for shot in shots)
    content = Content(text=taken.words, location=taken.location, media=media, profile_name=taken.name or None)
    values = {
        "channel": DESK,
        "external_id": taken.occasion,
        "address_hash": "",
        "address": "",
        "received_at": now,
        "lane": NORMAL_LANE,
        "state": "done",
        "outcome": "filed",
        "done_at": now,
        "copy_deleted_at": now,  # no provider has one
        "text": words,
        "content": content.to_json(),
        "raw": {},
        "understanding": said_of.for_record(understood, words),
    }
    return insert_once(session, InboundMessage, values)


def _before(session: Session, taken: Taken) -> Filed:
    mine = select(InboundMessage.ticket_id).where(
        InboundMessage.channel == DESK, InboundMessage.external_id == taken.occasion
    )
    ticket_id = session.scalars(mine).one()
    return Filed(session.get_one(Ticket, ticket_id) if ticket_id else None, again=True)


def _enclose(session: Session, message: InboundMessage, shots: Sequence[Shot], now: datetime) -> None:
    """Photos as those of a message that were fetched: nothing is left to be fetched."""
    for position, shot in enumerate(shots):
        file = MediaFile(
            inbound_id=message.id,
            position=position,
            url="",
            claimed_type=shot.photo.content_type,
            store_key=shot.key,
            created_at=now,
            due_at=now,
        )
        keep(file, shot.photo)
        session.add(file)
        session.flush()
        if file.perceptual_hash:
            keep_print(session, file.perceptual_hash, media_id=file.id)


def _learn(case: Case, taken: Taken, understood: Understanding | None, user_id: int) -> None:
    """Where the officer corrected the model, its words are an example; of a new sealed case nothing is kept."""
    proposed = propose(case.rulebook, taken.words, understood)
    service = None if taken.kind == QUESTION else taken.service
    agrees = proposed.kind == taken.kind and service in (None, proposed.service)
    if agrees or not proposed.is_read:
        return
    said = Handover(conversation_id=case.conversation.id, reason=TAKEN, text=taken.words)
    label = Label(taken.kind, service, place=taken.place or None)
    examples.keep(case.session, said, case.last_id, label, user_id, case.now)
