"""Whether to wait for the rest of a message that has only begun: complete things are answered at once."""

from datetime import timedelta

from bot.city.city import City
from bot.conversation import reports
from bot.conversation.choosing import tells_matter_and_place
from bot.conversation.meaning import REPORTS, Decision, decide
from bot.conversation.state import COURTESY_QUESTIONS, Dialogue, Said, Situation
from bot.conversation.turn import Turn

GREETING_WAIT = timedelta(seconds=4)
FRAGMENT_WAIT = timedelta(seconds=15)
LONGEST_WAIT = timedelta(seconds=60)


def fragments(dialogue: Dialogue, said: Said, situation: Situation, city: City) -> Turn | None:
    """Wait for the rest of a message that has only begun."""
    until = min(said.at + _wait_for(dialogue, said, situation, city), said.first_at + LONGEST_WAIT)
    if until <= said.now or said.followed:
        return None
    return Turn(dialogue, wake_at=until, hold=True, outcome="waiting")


def _wait_for(dialogue: Dialogue, said: Said, situation: Situation, city: City) -> timedelta:
    asks = dialogue.pending is not None and dialogue.pending.asked not in COURTESY_QUESTIONS
    if asks or said.numbers or said.choice:
        return timedelta(0)
    if not said.text:
        return FRAGMENT_WAIT if said.media or said.location else timedelta(0)
    if said.understanding is None:
        return timedelta(0)
    intent = said.understanding.intent.label
    if intent == "salam":
        return GREETING_WAIT
    first = intent == "tambah_info" and not situation.open_tickets and not tells_matter_and_place(said, ())
    if first or _place_may_follow(said, city):
        return FRAGMENT_WAIT
    short = said.is_short
    unclear = intent in (*REPORTS, "tambah_info") or said.understanding.intent.confidence < 0.5
    return FRAGMENT_WAIT if short and unclear and _incomplete(said) else timedelta(0)


def _place_may_follow(said: Said, city: City) -> bool:
    """A story that lacks only its place: people often send that, or a pin, right behind it."""
    if said.understanding is None or said.understanding.intent.label != "lapor" or said.means_there:
        return False
    draft = reports.from_said(said, "lapor", None)
    may_be = decide(said.understanding, city) is not Decision.PERSON
    return may_be and not draft.has_place and reports.needs_place(draft, said, city)


def _incomplete(said: Said) -> bool:
    return not said.text.rstrip().endswith(("?", ".", "!"))
