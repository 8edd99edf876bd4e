"""Whose a report is that an officer took: known by the number that they left, else nobody who can be reached."""

from datetime import datetime

from sqlalchemy.orm import Session

from bot.desk_intake.taken import Taken
from bot.intake import inbox, senders
from bot.messages import DESK, SMS, WHATSAPP
from bot.rulebook import Rulebook
from bot.wording.forms import FREE_TEXT_FOR
from storage import keyring
from storage.models import Conversation

WHATSAPP_ADDRESS = "whatsapp:"


def conversation_of(session: Session, rulebook: Rulebook, taken: Taken, now: datetime) -> Conversation:
    """The conversation with that number, made as for a message that comes in, or one in which nothing can be said.

    A number that is known belongs to its citizen; a name is noted where none is known yet.
    """
    conversation = _by_number(session, rulebook, taken, now) if taken.phone else _nameless(session, taken, now)
    citizen = conversation.citizen
    if taken.name and not citizen.name:
        citizen.name = taken.name
    return conversation


def ways(rulebook: Rulebook) -> dict[str, str]:
    """By what news can go to a number that never wrote, and the channel for each."""
    return {WHATSAPP: WHATSAPP, SMS: rulebook.sms_line or SMS}


def _by_number(session: Session, rulebook: Rulebook, taken: Taken, now: datetime) -> Conversation:
    channel = ways(rulebook)[taken.way]
    address = f"{WHATSAPP_ADDRESS}{taken.phone}" if channel == WHATSAPP else taken.phone
    sender = senders.Sender(channel, address, inbox.address_hash(address), keyring.current().lookup(taken.phone))
    conversation = senders.conversation_of(session, sender, now)
    if conversation.last_inbound_at is None:
        # Nobody has written from there: WhatsApp takes no free text, and sentences go out as templates at once.
        conversation.last_inbound_at = now - FREE_TEXT_FOR
    return conversation


def _nameless(session: Session, taken: Taken, now: datetime) -> Conversation:
    """One for this report alone, with nobody at the other end."""
    address = f"{DESK}:{taken.occasion}"
    sender = senders.Sender(DESK, address, inbox.address_hash(address))
    conversation = senders.conversation_of(session, sender, now)
    conversation.unreachable_at = conversation.unreachable_at or now
    return conversation
