"""What people on duty read on their telephones: enough to act on, nothing of who the citizen is."""

import unicodedata

from bot.outgoing.outbox import Note
from bot.rulebook import Rulebook
from bot.segments import foreign_characters
from bot.words import EMERGENCY_LANE
from storage.models import Alarm, Ticket, User

ALARMS = ("alarm", "alarm_sealed")
# So that the whole fits into two SMS.
LONGEST_STORY, LONGEST_PLACE, LONGEST_SERVICE = 100, 60, 40
# What telephones put in place of what was typed.
TYPED = str.maketrans({"\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\u2013": "-", "\u2014": "-"})


def alarm(rulebook: Rulebook, alarm: Alarm, user: User) -> Note:
    """The present round's message to ``user``; about a sealed matter it says no more than the number."""
    ticket = alarm.ticket
    values = {"number": ticket.number}
    if not ticket.sealed:
        values |= {
            "service": brief(rulebook.city.services[ticket.service].name, LONGEST_SERVICE),
            "place": _place(rulebook, ticket),
            "story": brief(ticket.masked_story, LONGEST_STORY) or "-",
        }
    return Note(
        f"alarm:{alarm.id}:{alarm.rounds}:{user.id}",
        "alarm_sealed" if ticket.sealed else "alarm",
        values,
        ticket_id=ticket.id,
        lane=EMERGENCY_LANE,
        at_least_once=True,
    )


def handled(alarm: Alarm, user: User) -> Note:
    """That a colleague has taken it."""
    key, values = f"alarm:{alarm.id}:taken:{user.id}", {"number": alarm.ticket.number}
    return Note(key, "alarm_handled", values, ticket_id=alarm.ticket_id)


def brief(text: str, longest: int) -> str:
    """One line of at most so many characters, all of which an SMS can carry without doubling its length."""
    plain = unicodedata.normalize("NFKC", text).translate(TYPED)
    lost = foreign_characters(plain)
    kept = " ".join(plain.translate({ord(character): " " for character in lost}).split())
    return kept if len(kept) <= longest else f"{kept[: longest - 3].rstrip()}..."


def _place(rulebook: Rulebook, ticket: Ticket) -> str:
    if ticket.place:
        return brief(ticket.place, LONGEST_PLACE)
    if ticket.latitude is not None and ticket.longitude is not None:
        return f"{ticket.latitude:.5f}, {ticket.longitude:.5f}"
    return rulebook.wording.say("alarm_place_unknown", rulebook.language, {})
