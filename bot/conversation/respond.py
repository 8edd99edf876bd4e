"""The order in which a message is looked at: rights first, then danger, then open questions, then meaning."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from bot.city import City
from bot.conversation import advice, pending, reports, rights, talk, tickets, which
from bot.conversation.choosing import SURE, is_another_report
from bot.conversation.meaning import REPORTS, Decision, answer_confidence, decide, is_emergency, urgency
from bot.conversation.state import COURTESY_QUESTIONS, Asked, Dialogue, Said, Situation
from bot.conversation.turn import AddToTicket, AskPerson, Reply, Turn

GREETING_WAIT = timedelta(seconds=4)
FRAGMENT_WAIT = timedelta(seconds=15)
LONGEST_WAIT = timedelta(seconds=60)
RETRY = timedelta(seconds=10)

SURE_EMERGENCY = 0.8
# What may be wished or asked with words of violence or bribery in it, and is no case of them.
NO_CASE = frozenset({"lapor", "saran", "darurat", "tanya", "cek_status", "batal", "tambah_info"})

# "Tolong rahasiakan nama saya ya pak" and the like say nothing else.
ONLY_A_WISH = 8
# What may be said minutes after an emergency without being more of it.
CALM = frozenset({"cek_status", "terima_kasih", "batal", "salam", "berhenti", "hapus_data"})

Step = Callable[[Dialogue, Said, Situation, City], Turn | None]


def respond(dialogue: Dialogue, said: Said, situation: Situation, city: City) -> Turn:
    """The answer to one burst of messages. Always a turn: nothing that was said is left without one."""
    if said.understanding:
        off_topic = dialogue.off_topic if said.understanding.intent.label == "di_luar_cakupan" else 0
        dialogue = replace(dialogue, off_topic=off_topic, excused=False)
    dialogue = dialogue.at(said.at)
    turns = (step(dialogue, said, situation, city) for step in STEPS)
    turn = next((turn for turn in turns if turn is not None), None)
    turn = turn or talk.by_intent(dialogue, said, situation, city)
    turn = _without_courtesy(turn, dialogue, said)
    return _with_draft_in_mind(_with_wishes(turn, dialogue, said, situation, city), said.now)


def respond_to_silence(dialogue: Dialogue, situation: Situation, city: City, now: datetime) -> Turn:
    """A question was not answered in its time: a report is filed with what is known, nothing is lost."""
    question = dialogue.pending
    if question and question.asked is Asked.WHICH and question.held:
        return _with_draft_in_mind(which.never_named(dialogue, question.held), now)
    if dialogue.draft is None:
        return Turn(dialogue.settled())
    if dialogue.draft.service is None:
        return Turn(dialogue.settled(), (), AskPerson("unsure", dialogue.draft.story), outcome="person")
    filed = reports.file(dialogue, dialogue.draft, city, now, wording="report_filed_without_place")
    return replace(filed, replies=()) if situation.opted_out or situation.is_silent else filed


def still_waiting(dialogue: Dialogue, now: datetime) -> Turn | None:
    """The turn where nothing needs an answer and the open question has not had its time; None where it has."""
    if dialogue.pending is None:
        return None
    if dialogue.draft is None and dialogue.pending.asked is not Asked.WHICH:
        return Turn(dialogue.at(now))
    if now >= dialogue.pending.since + reports.PATIENCE:
        return None
    return _with_draft_in_mind(Turn(dialogue), now)


def _without_courtesy(turn: Turn, before: Dialogue, said: Said) -> Turn:
    """A question asked out of courtesy ends when something else was dealt with."""
    question = turn.dialogue.pending
    passed_over = question is not None and question is before.pending and question.asked in COURTESY_QUESTIONS
    if not passed_over or turn.hold or turn.outcome == "asked" or not said.text:
        return turn
    return replace(turn, dialogue=turn.dialogue.answered())


def _with_wishes(turn: Turn, before: Dialogue, said: Said, situation: Situation, city: City) -> Turn:
    """What is wished beside the matter itself: that the name stays hidden, and the language of the answers."""
    if said.english is not None:
        turn = replace(turn, language="en" if said.english and "en" in city.languages else city.languages[0])
    if not said.hides_name or turn.hold:
        return turn
    if situation.is_silent:
        return replace(turn, hides_name=True)
    if len(said.text.split()) <= ONLY_A_WISH and isinstance(turn.action, AddToTicket | AskPerson):
        begins = (Reply("tell_us"),) if isinstance(turn.action, AskPerson) and before.draft is None else ()
        return Turn(before, (Reply("name_hidden"), *begins), outcome="answered", hides_name=True)
    return replace(turn, hides_name=True, replies=_question_last((*turn.replies, Reply("name_hidden"))))


def _question_last(replies: tuple[Reply, ...]) -> tuple[Reply, ...]:
    """The choices of a question stand at the end of a message, so its sentence must as well."""
    return tuple(sorted(replies, key=lambda reply: bool(reply.choices)))


def _with_draft_in_mind(turn: Turn, now: datetime) -> Turn:
    """Whatever else was talked about: a report that is not filed yet is filed in its time."""
    question = turn.dialogue.pending
    holds_words = turn.dialogue.draft is not None or (question is not None and question.asked is Asked.WHICH)
    if not holds_words or turn.wake_at is not None:
        return turn
    since = question.since if question else now
    return replace(turn, wake_at=since + reports.PATIENCE)


def _emergency(dialogue: Dialogue, said: Said, situation: Situation, city: City) -> Turn | None:
    urgent = said.self_harm or is_emergency(said.understanding, said.emergency_words, city.thresholds)
    if not said.text or said.choice or not urgent:
        return None
    if dialogue.pending and not said.self_harm and not _is_surely_one(said):
        return None
    same = tickets.just_talked_about(dialogue, said, situation)
    if same and same.urgent:
        return reports.more_of_an_emergency(dialogue, said, same)
    return reports.emergency(dialogue, said, city)


def _is_surely_one(said: Said) -> bool:
    """What answers a question ("di Jl. Kemuning, banyak motor jatuh") is an emergency only when that is clear."""
    meant = said.understanding is None or urgency(said.understanding, said.emergency_words) >= SURE_EMERGENCY
    return said.emergency_words or meant


def _after_an_emergency(dialogue: Dialogue, said: Said, situation: Situation, city: City) -> Turn | None:
    """For some minutes everything that is not clearly something else is still the emergency."""
    ticket = tickets.just_talked_about(dialogue, said, situation)
    if ticket is None or not ticket.urgent or not said.text or is_another_report(ticket.service, said):
        return None
    understood = said.understanding
    if understood is not None and not said.english:
        asks = answer_confidence(understood) >= city.thresholds.answer
        if asks or (understood.intent.label in CALM and understood.intent.confidence >= SURE):
            return None
    return reports.more_of_an_emergency(dialogue, said, ticket)


def _blocked(dialogue: Dialogue, said: Said, situation: Situation, city: City) -> Turn | None:
    """A sender that a coordinator has blocked is not answered; the messages are kept."""
    return Turn(dialogue, outcome="blocked") if situation.blocked else None


def _held_by_person(dialogue: Dialogue, said: Said, situation: Situation, city: City) -> Turn | None:
    return Turn(dialogue, outcome="with_person") if situation.held_by_person else None


def _abroad(dialogue: Dialogue, said: Said, situation: Situation, city: City) -> Turn | None:
    """A pin in another country is a slip of the finger: whatever was asked stays asked."""
    if not said.abroad or said.text:
        return None
    return Turn(dialogue, (Reply("pin_abroad"),), outcome="asked")


def _voice(dialogue: Dialogue, said: Said, situation: Situation, city: City) -> Turn | None:
    """A voice note is for a person to listen to, whatever was asked."""
    if "voice" not in said.kinds or said.text:
        return None
    return Turn(dialogue, (Reply("voice_to_person"),), AskPerson("voice", ""), outcome="person")


def _old_button(dialogue: Dialogue, said: Said, situation: Situation, city: City) -> Turn | None:
    """A button of a question that was answered, or that nobody waits for any more."""
    return Turn(dialogue, (Reply("button_old"),), outcome="answered") if said.choice else None


def _english(dialogue: Dialogue, said: Said, situation: Situation, city: City) -> Turn | None:
    """The model reads Indonesian; English is answered in English, by a person."""
    return talk.to_person(dialogue, said, "english", "handed_over_english") if said.english else None


def _fragments(dialogue: Dialogue, said: Said, situation: Situation, city: City) -> Turn | None:
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
    if _place_may_follow(said, city) or (intent == "tambah_info" and not situation.open_tickets):
        return FRAGMENT_WAIT
    short = said.is_short
    unclear = intent in (*REPORTS, "tambah_info") or said.understanding.intent.confidence < 0.5
    return FRAGMENT_WAIT if short and unclear and _incomplete(said) else timedelta(0)


def _place_may_follow(said: Said, city: City) -> bool:
    """A story that lacks only its place: people often send that, or a pin, right behind it."""
    if said.understanding is None or said.understanding.intent.label != "lapor" or said.means_there:
        return False
    draft = reports.from_said(said, "lapor", None)
    acts = decide(said.understanding, city) is Decision.ACT
    return acts and not draft.has_place and reports.needs_place(draft, said, city)


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


def _sealed(dialogue: Dialogue, said: Said, situation: Situation, city: City) -> Turn | None:
    """The signs of violence or bribery weigh more than a model that takes the story for something else."""
    understood = said.understanding
    if not said.sealed_words or said.is_short or understood is None or understood.intent.label in NO_CASE:
        return None
    code = understood.service.label if understood.service else reports.FALLBACK_SERVICE
    known = code if code in city.services else reports.FALLBACK_SERVICE
    return reports.proceed(dialogue, reports.from_said(said, "lapor", known), said, city)


def _unsure(dialogue: Dialogue, said: Said, situation: Situation, city: City) -> Turn | None:
    if said.understanding is None:
        return None
    decision = decide(said.understanding, city)
    if decision is Decision.ASK and dialogue.draft:
        return reports.make_room(dialogue, dialogue.draft, said, city)
    if decision is Decision.ASK:
        return reports.ask_service(dialogue, said, city)
    if decision is Decision.PERSON and said.understanding.intent.label != "tanya":
        return talk.to_person(dialogue, said, "unsure", "handed_over_unsure")
    return None


STEPS: tuple[Step, ...] = (
    rights.commands,
    _emergency,
    _blocked,
    _held_by_person,
    _voice,
    _abroad,
    which.picked,
    tickets.named,
    pending.answered,
    which.passed_over,
    _after_an_emergency,
    tickets.asked_by_us,
    advice.rechecked,
    _old_button,
    _english,
    _not_understood,
    _fragments,
    tickets.something_more,
    _sealed,
    _unsure,
)
