"""What the person who is logged in may see. Every look at a sealed case is written into its history."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import timedelta

from flask_login import current_user
from sqlalchemy.orm import Session

from bot import audit
from bot.accounts.roles import AGENCY_OFFICER, SEALED_OFFICER
from bot.accounts.sealing import Curtain, curtain, may_see
from bot.errors import NotFoundError
from bot.tickets import tickets as life
from bot.tickets.tickets import By
from handlers.edge import edge
from storage.models import Conversation, Handover, OutboundMessage, Ticket
from storage.queries import sealing as queries

LOOKED = "seen"
OPEN = Curtain()
CURTAINS = "curtains"  # of the people of a session, as far as they were asked for
# Pictures of a page that was just opened are part of that look.
ONE_LOOK = timedelta(minutes=10)


def sees(ticket: Ticket) -> bool:
    """Whether the present user may read what ``ticket`` is about."""
    return may_see(current_user.role, current_user.agency, ticket)


def sees_sealed() -> bool:
    """Whether the present user may read all sealed cases of the city."""
    return bool(current_user.role == SEALED_OFFICER)


def is_of_agency() -> bool:
    """Whether the present user belongs to an agency, and so sees nothing but what it has."""
    return bool(current_user.role == AGENCY_OFFICER)


def open_to_me(session: Session, number: str) -> Ticket:
    """The ticket of that number; NotFoundError where there is none that the present user may see."""
    ticket = life.by_number(session, number)
    if not sees(ticket):
        # The same sentence as for a number that nobody has.
        raise NotFoundError(f"Tidak ada laporan bernomor {number}.")
    return ticket


def curtain_before(session: Session, citizen_id: int) -> Curtain:
    """What the present user must not read of this citizen's messages."""
    known = session.info.get(CURTAINS, {})
    if citizen_id in known:
        return known[citizen_id]  # type: ignore[no-any-return]
    return _curtains(session, {citizen_id})[citizen_id]


def covered(session: Session, handovers: Sequence[Handover]) -> frozenset[int]:
    """The ids of those messages that wait for a person which the present user must not read."""
    curtains = _curtains(session, {handover.conversation.citizen_id for handover in handovers})
    return frozenset(
        handover.id
        for handover in handovers
        if curtains[handover.conversation.citizen_id].covers(None, handover.created_at)
    )


def covered_messages(
    session: Session, messages: Sequence[OutboundMessage], tickets: Mapping[int, Ticket]
) -> frozenset[int]:
    """The ids of those of ``messages`` (about ``tickets``, by id) that the present user must not read."""
    people = {message.conversation.citizen_id for message in messages if message.conversation}
    curtains = _curtains(session, people)

    def is_covered(message: OutboundMessage) -> bool:
        ticket = tickets.get(message.ticket_id or 0)
        if ticket is not None and not sees(ticket):
            return True
        before = curtains[message.conversation.citizen_id] if message.conversation else OPEN
        return before.covers(message.ticket_id, message.created_at)

    return frozenset(message.id for message in messages if is_covered(message))


def require_readable(session: Session, handover_id: int) -> None:
    """NotFoundError for a message that the present user must not read, and so cannot answer."""
    handover = session.get(Handover, handover_id)
    if handover is not None and covered(session, [handover]):
        raise NotFoundError("Pesan itu tersegel; petugas kasus tersegel yang menjawabnya.")


def note_looks(tickets: Iterable[Ticket], what: str) -> None:
    """Write into the history of those that are sealed that the present user is about to see them."""
    sealed = [ticket.number for ticket in tickets if ticket.sealed]
    if not sealed:
        return
    here = edge()
    now = here.clock.now()
    with here.database.begin() as session:
        for number in sealed:
            ticket = life.by_number(session, number)
            life.record(session, ticket, LOOKED, By(f"user:{current_user.id}", now), {"what": what})
            about = {"what": what, "sealed": True}
            audit.record(session, int(current_user.id), audit.LOOKED, f"ticket:{number}", now, about)


def note_looks_in(conversation_id: int, what: str) -> None:
    """The same for the sealed cases of the citizen whose messages somebody who may is about to read."""
    if not sees_sealed():
        return
    with edge().database.read() as session:
        conversation = session.get(Conversation, conversation_id)
        seen = curtain_before(session, conversation.citizen_id).seen if conversation else ()
    note_looks(seen, what)


def note_looks_beside(number: str) -> None:
    """The same for the page of a ticket, where what its citizen wrote can be read."""
    if not sees_sealed():
        return
    with edge().database.read() as session:
        conversation_id = life.by_number(session, number).conversation_id
    note_looks_in(conversation_id, f"ticket {number}")


def note_look_at_file(ticket: Ticket, what: str) -> None:
    """The same for one file, unless the same user opened the case a moment ago."""
    since = edge().clock.now() - ONE_LOOK
    with edge().database.read() as session:
        is_noted = queries.was_seen(session, ticket.id, LOOKED, f"user:{current_user.id}", since)
    if not is_noted:
        note_looks([ticket], what)


def _curtains(session: Session, people: Collection[int]) -> dict[int, Curtain]:
    """What the present user must not read of each of ``people``; asked once in a transaction."""
    sealed = queries.sealed_of(session, sorted(people))
    found = {who: curtain(current_user.role, current_user.agency, sealed.get(who, ())) for who in people}
    session.info.setdefault(CURTAINS, {}).update(found)
    return found
