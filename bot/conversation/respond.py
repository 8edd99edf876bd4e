"""The order in which a message is looked at: rights first, then danger, then open questions, then meaning."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from bot.city import City
from bot.conversation import pending, reports, talk, tickets
from bot.conversation.meaning import REPORTS, Decision, decide, is_emergency
from bot.conversation.state import Dialogue, Said, Situation
from bot.conversation.turn import AskPerson, Reply, SetOptOut, Turn
from bot.words import Command

GREETING_WAIT = timedelta(seconds=4)
FRAGMENT_WAIT = timedelta(seconds=15)
LONGEST_WAIT = timedelta(seconds=60)
RETRY = timedelta(seconds=10)

Step = Callable[[Dialogue, Said, Situation, City], Turn | None]


def respond(dialogue: Dialogue, said: Said, situation: Situation, city: City) -> Turn:
    """The answer to one burst of messages. Always a turn: nothing that was said is left without one."""
    if said.understanding:
        off_topic = dialogue.off_topic if said.understanding.intent.label == "di_luar_cakupan" else 0
        dialogue = replace(dialogue, off_topic=off_topic, excused=False)
    turns = (step(dialogue, said, situation, city) for step in STEPS)
    turn = next((turn for turn in turns if turn is not None), None)
    return _with_draft_in_mind(turn or talk.by_intent(dialogue, said, situation, city), said.now)


def respond_to_silence(dialogue: Dialogue, situation: Situation) -> Turn:
    """A question was not answered in its time: a report is filed with what is known, nothing is lost."""
    if dialogue.draft is None:
        return Turn(dialogue.settled())
    if dialogue.draft.service is None:
        return Turn(dialogue.settled(), (), AskPerson("unsure", dialogue.draft.story), outcome="person")
    filed = reports.file(dialogue, dialogue.draft, wording="report_filed_without_place")
    return replace(filed, replies=()) if situation.opted_out else filed


def still_waiting(dialogue: Dialogue, now: datetime) -> Turn | None:
    """The turn where nothing needs an answer and the open question has not had its time; None where it has."""
    if dialogue.pending is None or now >= dialogue.pending.since + reports.PATIENCE:
        return None
    return _with_draft_in_mind(Turn(dialogue), now)


def _with_draft_in_mind(turn: Turn, now: datetime) -> Turn:
    """Whatever else was talked about: a report that is not filed yet is filed in its time."""
    if turn.dialogue.draft is None or turn.wake_at is not None:
        return turn
    since = turn.dialogue.pending.since if turn.dialogue.pending else now
    return replace(turn, wake_at=since + reports.PATIENCE)


def _commands(dialogue: Dialogue, said: Said, situation: Situation, city: City) -> Turn | None:
    if said.command is Command.STOP:
        return Turn(dialogue, (Reply("opted_out"),), SetOptOut(True), outcome="opted_out")
    if said.command is Command.START:
        return Turn(dialogue, (Reply("opted_in"),), SetOptOut(False), outcome="opted_in")
    if said.command in (Command.ERASE, Command.MY_DATA):
        return Turn(dialogue, (Reply("data_request_noted"),), AskPerson("data", said.text), outcome="data_request")
    return None


def _emergency(dialogue: Dialogue, said: Said, situation: Situation, city: City) -> Turn | None:
    if not said.text or said.choice or not is_emergency(said.understanding, said.emergency_words, city.thresholds):
        return None
    same = tickets.just_talked_about(dialogue, said, situation)
    if same and same.urgent:
        return reports.more_of_an_emergency(dialogue, said, same)
    return reports.emergency(dialogue, said, city)


def _held_by_person(dialogue: Dialogue, said: Said, situation: Situation, city: City) -> Turn | None:
    return Turn(dialogue, outcome="with_person") if situation.held_by_person else None


def _fragments(dialogue: Dialogue, said: Said, situation: Situation, city: City) -> Turn | None:
    """Wait for the rest of a message that has only begun."""
    until = min(said.at + _wait_for(dialogue, said), said.first_at + LONGEST_WAIT)
    if until <= said.now or said.followed:
        return None
    return Turn(dialogue, wake_at=until, hold=True, outcome="waiting")


def _wait_for(dialogue: Dialogue, said: Said) -> timedelta:
    if dialogue.pending or said.numbers or said.choice:
        return timedelta(0)
    if not said.text:
        return FRAGMENT_WAIT if said.media or said.location else timedelta(0)
    if said.understanding is None:
        return timedelta(0)
    intent = said.understanding.intent.label
    if intent == "salam":
        return GREETING_WAIT
    short = said.is_short
    unclear = intent in (*REPORTS, "tambah_info") or said.understanding.intent.confidence < 0.5
    return FRAGMENT_WAIT if short and unclear and _incomplete(said) else timedelta(0)


def _incomplete(said: Said) -> bool:
    return not said.text.rstrip().endswith(("?", ".", "!"))


def _not_understood(dialogue: Dialogue, said: Said, situation: Situation, city: City) -> Turn | None:
    """The model is away: acknowledge once and wait for it. Where there is none at all, a person reads."""
    if said.understanding is not None or not said.text:
        return None
    state = replace(dialogue, excused=True)
    if not situation.understands:
        replies = () if dialogue.excused else (Reply("kept_for_person"),)
        return Turn(state, replies, AskPerson("no_understanding", said.text), outcome="person")
    replies = () if dialogue.excused else (Reply("received_wait"),)
    return Turn(state, replies, wake_at=said.now + RETRY, hold=True, outcome="waiting")


def _unsure(dialogue: Dialogue, said: Said, situation: Situation, city: City) -> Turn | None:
    if said.understanding is None:
        return None
    decision = decide(said.understanding, city)
    if decision is Decision.ASK:
        return reports.ask_service(dialogue, said, city)
    if decision is Decision.PERSON and said.understanding.intent.label != "tanya":
        return talk.to_person(dialogue, said, "unsure", "handed_over_unsure")
    return None


STEPS: tuple[Step, ...] = (
    _commands,
    _emergency,
    _held_by_person,
    tickets.named,
    pending.answered,
    tickets.asked_by_us,
    _not_understood,
    _fragments,
    tickets.something_more,
    _unsure,
)
