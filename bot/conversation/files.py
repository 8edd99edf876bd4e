"""What comes without a word beside it: voice notes, stickers, and pins that cannot be meant."""

from bot.city.city import City
from bot.conversation import tickets
from bot.conversation.state import Asked, Dialogue, Said, Situation, TicketView
from bot.conversation.turn import AskPerson, Reply, Turn

STICKER_ALONE = frozenset({"sticker"})
# The outcome of what belongs to a report that is not filed yet (bot.intake.inbox.PART_OF_A_REPORT).
ATTACHED = "attached"


def voice(dialogue: Dialogue, said: Said, situation: Situation, city: City) -> Turn | None:
    """A voice note is for a person to listen to, whatever was asked, and belongs to the report just talked of."""
    if "voice" not in said.kinds or said.text:
        return None
    ticket = _talked_about(dialogue, said, situation)
    if ticket is None:
        outcome = ATTACHED if dialogue.draft else "person"
        return Turn(dialogue, (Reply("voice_to_person"),), AskPerson("voice", ""), outcome=outcome)
    if ticket.urgent:
        return _voice_in_an_emergency(dialogue, ticket)
    reply = Reply("voice_about", {"number": ticket.number})
    return Turn(dialogue, (reply,), AskPerson("voice", "", ticket.number), outcome="person")


def _voice_in_an_emergency(dialogue: Dialogue, ticket: TicketView) -> Turn:
    """Nobody in danger is told of office hours; a person listens at once, and the place is asked again."""
    asks = dialogue.pending is not None and dialogue.pending.asked is Asked.EMERGENCY_PLACE
    wording = "emergency_voice_ask_place" if asks else "emergency_voice"
    return Turn(dialogue, (Reply(wording),), AskPerson("voice", "", ticket.number), outcome="person")


def sticker(dialogue: Dialogue, said: Said, situation: Situation, city: City) -> Turn | None:
    """A sticker rounds a talk off: it needs no message, answers nothing, and is no picture of anything."""
    if said.kinds != STICKER_ALONE or said.text or said.location or said.choice:
        return None
    in_a_talk = dialogue.pending or dialogue.draft or situation.open_tickets
    return Turn(dialogue, outcome="answered") if in_a_talk else None


def abroad(dialogue: Dialogue, said: Said, situation: Situation, city: City) -> Turn | None:
    """A pin in another country is a slip of the finger: whatever was asked stays asked."""
    if not said.abroad or said.text:
        return None
    return Turn(dialogue, (Reply("pin_abroad"),), outcome="asked")


def _talked_about(dialogue: Dialogue, said: Said, situation: Situation) -> TicketView | None:
    quoted = situation.ticket(said.quoted) if said.quoted else None
    return quoted or (None if dialogue.draft else tickets.just_talked_about(dialogue, said, situation))
