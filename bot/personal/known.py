"""By what somebody is recognised in rows that are not theirs: words they wrote, names, numbers."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.models import Citizen, Conversation, Handover, InboundMessage, Ticket, TicketEvent

SHORTEST_WORDS, SHORTEST_PLACE, SHORTEST_NAME = 12, 6, 3
# Lists and letters cut what they quote.
QUOTED = 60
DIGITS = 7


@dataclass(frozen=True)
class Known:
    """``words`` are tidied (:func:`tidy`) and begin as the texts do; ``numbers`` are digits alone."""

    words: frozenset[str]
    names: frozenset[str]
    numbers: frozenset[str]
    addresses: frozenset[str]
    questions: frozenset[str]

    def is_quoted_in(self, text: str) -> bool:
        """Whether ``text`` has words of theirs, a place they named, or their name or number."""
        plain = tidy(text)
        return any(word in plain for word in self.words) or self.is_named_in(text)

    def is_named_in(self, text: str) -> bool:
        """Whether ``text`` has their name or number."""
        plain, digits = tidy(text), _digits(text)
        named = any(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", plain) for name in self.names)
        return named or any(number in digits for number in self.numbers)

    def is_searched_by(self, text: str) -> bool:
        """Whether ``text`` looks for them: by the number, the name, or a part of it."""
        asked = set(tidy(text).split())
        return self.is_named_in(text) or any(asked and asked <= set(name.split()) for name in self.names)


def known_of(session: Session, citizen: Citizen) -> Known:
    """To be read before anything is emptied."""
    talks = select(Conversation.id).where(Conversation.citizen_id == citizen.id)
    mine = select(Ticket.id).where(Ticket.citizen_id == citizen.id)
    addresses = session.scalars(select(Conversation.address).where(Conversation.id.in_(talks))).all()
    stories = session.execute(
        select(Ticket.story, Ticket.masked_story, Ticket.place).where(Ticket.citizen_id == citizen.id)
    ).all()
    told = session.scalars(select(InboundMessage.text).where(InboundMessage.conversation_id.in_(talks))).all()
    added = session.scalars(
        select(TicketEvent.note).where(TicketEvent.ticket_id.in_(mine), TicketEvent.actor == "citizen")
    ).all()
    asked = session.scalars(select(Handover.text).where(Handover.conversation_id.in_(talks))).all()
    long = [*told, *added, *(words for story, masked, _ in stories for words in (story, masked))]
    places = [place for _, _, place in stories]
    return Known(
        words=_begun(long, SHORTEST_WORDS) | _begun(places, SHORTEST_PLACE),
        names=_begun([citizen.name], SHORTEST_NAME),
        numbers=frozenset(digits[-10:] for address in addresses if len(digits := _digits(address)) >= DIGITS),
        addresses=frozenset(filter(None, addresses)),
        questions=frozenset(tidy(text) for text in (*asked, *told) if text),
    )


def tidy(text: str) -> str:
    """Small letters and single spaces, so that what was laid out anew is found again."""
    return " ".join(text.casefold().split())


def _begun(texts: Iterable[str | None], shortest: int) -> frozenset[str]:
    plain = (tidy(text) for text in texts if text)
    return frozenset(text[:QUOTED] for text in plain if len(text) >= shortest)


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)
