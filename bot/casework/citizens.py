"""What a citizen may ask of us about their own data: to see what is stored, and to have it erased."""

import secrets
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select, update

from bot.case import Case, Facts
from bot.conversation import turn as acts
from bot.delivery.failing import blank
from bot.incidents import members
from bot.outgoing import agency_mail
from bot.status import Move, moves_from
from bot.tickets import tickets
from bot.tickets.tickets import By
from storage.models import (
    Attachment,
    Conversation,
    Handover,
    InboundMessage,
    OutboundMessage,
    Recheck,
    Ticket,
    TicketEvent,
)
from storage.queries.examples import forget as forget_examples
from storage.queries.media import erase_files

LISTED = 5


def stored_about(case: Case) -> Facts:
    """How much is stored about this person, in words for a short message."""
    mine = select(Ticket.number).where(Ticket.citizen_id == case.conversation.citizen_id)
    numbers = case.session.scalars(mine.order_by(Ticket.id.desc())).all()
    messages = select(func.count()).where(InboundMessage.conversation_id.in_(_conversations(case)))
    more = ["..."] if len(numbers) > LISTED else []
    return {
        "messages": str(case.session.scalar(messages) or 0),
        "tickets": str(len(numbers)),
        "numbers": ", ".join([*numbers[:LISTED], *more]) or "-",
        "name": case.conversation.citizen.name or "-",
    }


def erase(case: Case) -> None:
    """Forget what this person wrote and was written, and who they are; open reports are withdrawn first.

    Numbers, times, services and areas stay, so that counts are right. The address is forgotten by
    :func:`forget_address`, when the confirmation has been written.
    """
    mine = case.session.scalars(select(Ticket).where(Ticket.citizen_id == case.conversation.citizen_id)).all()
    for ticket in mine:
        _withdraw(case, ticket)
        ticket.story = ticket.masked_story = ""
        ticket.place = ticket.latitude = ticket.longitude = ticket.source = None
    _forget_history([ticket.id for ticket in mine], case)
    _forget_messages(case)
    erase_files(case.session, list(case.session.scalars(_conversations(case))))
    citizen = case.conversation.citizen
    citizen.name, citizen.erased_at = None, case.now


def forget_address(case: Case) -> None:
    """Who writes from the same number from now on is somebody new to us."""
    case.session.flush()
    unknown = {"address": "", "address_hash": f"erased:{secrets.token_hex(16)}"}
    conversations = list(case.session.scalars(_conversations(case)))
    for conversation_id in conversations:
        unknown["address_hash"] = f"erased:{secrets.token_hex(16)}"
        _update(case, update(Conversation).where(Conversation.id == conversation_id).values(**unknown))
        inbound = update(InboundMessage).where(InboundMessage.conversation_id == conversation_id)
        _update(case, inbound.values(**unknown, phone_hash=None))
    case.conversation.citizen.phone_hash = None


def is_erasing(action: acts.Action | None) -> bool:
    """Whether the address is to be forgotten behind this turn."""
    return isinstance(action, acts.Erase)


def _withdraw(case: Case, ticket: Ticket) -> None:
    if Move.WITHDRAW not in moves_from(ticket.status):
        return
    tickets.move(case.session, case.rulebook, ticket, Move.WITHDRAW, By("citizen", case.now))
    handed_on = members.lead_closed(case.session, case.rulebook, ticket, case.now)
    if ticket.forwarded_at and not handed_on:
        key = f"withdrawn:{ticket.id}:{ticket.moves}"
        agency_mail.withdrawn(case.session, case.rulebook, ticket, key, case.now)


def _forget_history(ticket_ids: list[int], case: Case) -> None:
    case.session.flush()
    _update(case, update(TicketEvent).where(TicketEvent.ticket_id.in_(ticket_ids)).values(note=None))
    photos = select(Attachment).where(Attachment.ticket_id.in_(ticket_ids), Attachment.actor == "citizen")
    for photo in case.session.scalars(photos):
        case.session.delete(photo)


def _forget_messages(case: Case) -> None:
    ours = _conversations(case)
    mine = select(Ticket.id).where(Ticket.citizen_id == case.conversation.citizen_id)
    forget_examples(case.session, ours)
    inbound = update(InboundMessage).where(InboundMessage.conversation_id.in_(ours))
    _update(case, inbound.values(text="", content={}, raw={}))
    concerned = or_(OutboundMessage.conversation_id.in_(ours), OutboundMessage.ticket_id.in_(mine))
    outbound = update(OutboundMessage).where(concerned)
    _update(case, outbound.where(OutboundMessage.state == "waiting", _is_theirs()).values(state="cancelled"))
    settled = OutboundMessage.state.not_in(("waiting", "sending", "in_doubt"))
    tried = _tried(case, concerned, settled)
    _update(case, outbound.where(settled).values(body={"text": ""}))
    for message_id, kept in tried:
        _update(case, update(OutboundMessage).where(OutboundMessage.id == message_id).values(**kept))
    _update(case, outbound.where(settled, _is_theirs()).values(recipient=""))
    handovers = update(Handover).where(Handover.conversation_id.in_(ours))
    _update(case, handovers.where(Handover.answered_at.is_(None)).values(answered_at=case.now))
    _update(case, handovers.values(text="", answer=None))
    rechecks = update(Recheck).where(Recheck.conversation_id.in_(ours), Recheck.state.in_(("waiting", "asked")))
    _update(case, rechecks.values(state="cancelled", done_at=case.now))


def _tried(case: Case, *which: ColumnElement[bool]) -> list[tuple[int, dict[str, Any]]]:
    """Messages that were tried more than once: by what is kept of them, the provider's copies are deleted."""
    columns = (OutboundMessage.id, OutboundMessage.provider_id, OutboundMessage.body)
    return [
        (row_id, {"body": blank(body), "provider_id": provider_id or body["tried"][-1]})
        for row_id, provider_id, body in case.session.execute(select(*columns).where(*which))
        if body.get("tried")
    ]


def _is_theirs() -> Any:
    """Messages to the citizen; those to an agency about a withdrawal still go out."""
    return OutboundMessage.conversation_id.is_not(None)


def _conversations(case: Case) -> Any:
    return select(Conversation.id).where(Conversation.citizen_id == case.conversation.citizen_id)


def _update(case: Case, statement: Any) -> None:
    case.session.execute(statement.execution_options(synchronize_session="fetch"))
