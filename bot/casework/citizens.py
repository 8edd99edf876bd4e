"""What a citizen asks by message about their own data, and what is noted of their consent."""

from dataclasses import replace

from sqlalchemy import func, select

from bot.case import Case, Facts
from bot.conversation import turn as acts
from bot.conversation.turn import Reply, Turn
from bot.personal import consents, copy_links, erasing, restricting, rights
from bot.words import Command
from storage.models import Conversation, InboundMessage, Ticket

LISTED = 5
# A copy is not given by a link: somebody has told a thing in confidence, and others may read the telephone.
BY_PERSON = "by_person"
ASKED = {Command.COPY: rights.ACCESS, Command.ERASE: rights.ERASURE}


def stored_about(case: Case) -> Facts:
    """How much is stored about this person, in words for a short message."""
    mine = select(Ticket.number).where(Ticket.citizen_id == case.conversation.citizen_id)
    numbers = case.session.scalars(mine.order_by(Ticket.id.desc())).all()
    talks = select(Conversation.id).where(Conversation.citizen_id == case.conversation.citizen_id)
    messages = select(func.count()).where(InboundMessage.conversation_id.in_(talks))
    more = ["..."] if len(numbers) > LISTED else []
    return {
        "messages": str(case.session.scalar(messages) or 0),
        "tickets": str(len(numbers)),
        "numbers": f" ({', '.join([*numbers[:LISTED], *more])})" if numbers else "",
        "name": case.conversation.citizen.name or "-",
    }


def erase(case: Case) -> Facts:
    """Forget everything but the address, which :func:`forget_address` does when the confirmation is written."""
    citizen = case.conversation.citizen
    row = erasing.erase(case.session, case.rulebook, citizen, case.now)
    rights.done_at_once(case.session, citizen.id, rights.ERASURE, case.now, row.proof)
    return {"receipt": erasing.receipt_number(row)}


def forget_address(case: Case) -> None:
    """Who writes from the same number from now on is somebody new to us."""
    erasing.forget_addresses(case.session, case.conversation.citizen)


def is_erasing(action: acts.Action | None) -> bool:
    """Whether the address is to be forgotten behind this turn."""
    return isinstance(action, acts.Erase)


def give_copy(case: Case) -> Facts:
    """A link to all that is stored; a person sees to it where something was told in confidence."""
    citizen_id = case.conversation.citizen_id
    sealed = select(Ticket.id).where(Ticket.citizen_id == citizen_id, Ticket.sealed).limit(1)
    if case.session.scalar(sealed) is not None:
        return {BY_PERSON: True}
    return {"link": copy_links.offer(case.session, case.rulebook, citizen_id, case.now)}


def asked_of_person(case: Case, text: str) -> None:
    """Whatever a person is asked to do about somebody's data has the law's time, too."""
    kind = ASKED.get(case.rulebook.words.command(text) or Command.COPY, rights.ACCESS)
    rights.take(case.session, case.conversation.citizen_id, kind, case.now)


def set_name(case: Case, name: str) -> None:
    """What is stored as the name was wrong."""
    case.conversation.citizen.name = name
    rights.done_at_once(case.session, case.conversation.citizen_id, rights.CORRECTION, case.now)


def stop_using(case: Case, *, withdraws: bool) -> None:
    """No use but what reports need."""
    kind = rights.WITHDRAWAL if withdraws else rights.RESTRICTION
    restricting.restrict(case.session, case.conversation.citizen, case.now, case.last_id)
    rights.done_at_once(case.session, case.conversation.citizen_id, kind, case.now)


def agree(case: Case, about: str, *, given: bool, wording: str | None = None) -> None:
    """Note what was just told or said."""
    citizen_id = case.conversation.citizen_id
    consents.note(case.session, citizen_id, about, case.now, given=given, wording=wording, inbound_id=case.last_id)


def retold(turn: Turn, facts: Facts) -> Turn:
    """What is said instead, where a person hands the copy out."""
    if not facts.get(BY_PERSON):
        return turn
    return replace(turn, replies=(Reply("handed_over_person"),), outcome="person")
