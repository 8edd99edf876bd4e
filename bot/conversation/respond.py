"""The order in which a message is looked at: rights first, then danger, then open questions, then meaning."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from bot.city.city import City
from bot.conversation import advice, files, pending, reports, rights, talk, tickets, which
from bot.conversation.alongside import with_question, with_seal, with_wishes
from bot.conversation.apart import another_one
from bot.conversation.asking_back import asked_back
from bot.conversation.choosing import SURE, is_another_report, place_in
from bot.conversation.fragments import fragments
from bot.conversation.going_on import something_more
from bot.conversation.meaning import Decision, answer_confidence, decide, is_emergency, urgency
from bot.conversation.silence import with_draft_in_mind
from bot.conversation.state import COURTESY_QUESTIONS, Asked, Dialogue, Said, Situation
from bot.conversation.turn import AskPerson, Reply, Turn

RETRY = timedelta(seconds=10)

SURE_EMERGENCY = 0.8
ASKS_WHERE = frozenset({Asked.PLACE, Asked.NEW_PLACE, Asked.SERVICE, Asked.EMERGENCY_PLACE})
# What may be wished or asked with words of violence or bribery in it, and is no case of them.
NO_CASE = frozenset({"lapor", "saran", "darurat", "tanya", "cek_status", "batal", "tambah_info"})
# What may be said minutes after an emergency without being more of it.
CALM = frozenset({"cek_status", "terima_kasih", "batal", "salam", "berhenti", "hapus_data"})
# Thanks and ideas: who is meant, a coordinator finds out.
SORTED_BY_A_PERSON = frozenset({"apresiasi", "saran"})

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
    turn = with_seal(with_question(turn, said, situation, city), said, situation, city)
    return with_draft_in_mind(with_wishes(turn, dialogue, said, situation, city), said.now)


def _without_courtesy(turn: Turn, before: Dialogue, said: Said) -> Turn:
    """A question asked out of courtesy ends when something else was dealt with; so does that for erasing."""
    question = turn.dialogue.pending
    lapses = question is not None and question.asked in (*COURTESY_QUESTIONS, Asked.ERASE)
    passed_over = lapses and question is before.pending
    if not passed_over or turn.hold or turn.outcome == "asked" or not said.text:
        return turn
    return replace(turn, dialogue=turn.dialogue.answered())


def _emergency(dialogue: Dialogue, said: Said, situation: Situation, city: City) -> Turn | None:
    urgent = said.self_harm or is_emergency(said.understanding, said.emergency_words, city.thresholds)
    if not said.text or said.choice or not urgent:
        return None
    if _may_tell_where(dialogue, said) and not said.self_harm and not _is_surely_one(said):
        return None
    same = tickets.just_talked_about(dialogue, said, situation)
    if same and same.urgent:
        return reports.more_of_an_emergency(dialogue, said, same)
    return reports.emergency(dialogue, said, city)


def _may_tell_where(dialogue: Dialogue, said: Said) -> bool:
    """Whether a place is named while we wait for one, with or without the rest of the story."""
    asks = dialogue.pending is not None and dialogue.pending.asked in ASKS_WHERE
    return asks and bool(said.names_place or place_in(said))


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


def _more_of_danger(dialogue: Dialogue, said: Said, situation: Situation, city: City) -> Turn | None:
    """Where it is, told while a person speaks or by somebody who is blocked: the crew hears it, we say nothing."""
    ticket = tickets.just_talked_about(dialogue, said, situation) if situation.is_silent else None
    if ticket is None or not ticket.urgent or said.choice or not (said.text or said.location):
        return None
    asks = dialogue.pending is not None and dialogue.pending.asked is Asked.EMERGENCY_PLACE
    told = bool(said.location or place_in(said) or said.names_place)
    return tickets.add(dialogue.answered() if asks and told else dialogue, said, ticket, silent=True)


def _blocked(dialogue: Dialogue, said: Said, situation: Situation, city: City) -> Turn | None:
    """A sender that a coordinator has blocked is not answered; the messages are kept."""
    return Turn(dialogue, outcome="blocked") if situation.blocked else None


def _held_by_person(dialogue: Dialogue, said: Said, situation: Situation, city: City) -> Turn | None:
    return Turn(dialogue, outcome="with_person") if situation.held_by_person else None


def _old_button(dialogue: Dialogue, said: Said, situation: Situation, city: City) -> Turn | None:
    """A button of a question that was answered, or that nobody waits for any more."""
    if not said.choice:
        return None
    with_person = "button_old_read" if situation.awaits_person else "button_old_alone"
    reply = Reply("button_old" if situation.open_tickets else with_person)
    return Turn(dialogue, (reply,), outcome="answered")


def _english(dialogue: Dialogue, said: Said, situation: Situation, city: City) -> Turn | None:
    """The model reads Indonesian; English is answered in English, by a person."""
    return talk.to_person(dialogue, said, "english", "handed_over_english") if said.english else None


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
    if decision is not Decision.ACT and _is_for_who_is_awaited(dialogue, said, situation):
        return Turn(dialogue, (Reply("passed_to_person"),), AskPerson("unsure", said.text), outcome="person")
    if decision is Decision.ASK and dialogue.draft:
        return reports.make_room(dialogue, dialogue.draft, said, city)
    if decision is Decision.ASK and said.understanding.intent.label in SORTED_BY_A_PERSON:
        return reports.unsorted(dialogue, said, city)
    if decision is Decision.ASK:
        return reports.ask_service(dialogue, said, city)
    if decision is Decision.PERSON and said.understanding.intent.label != "tanya":
        return talk.to_person(dialogue, said, "unsure", "handed_over_unsure")
    return None


def _is_for_who_is_awaited(dialogue: Dialogue, said: Said, situation: Situation) -> bool:
    """ "Mbak tolong ya", to somebody who waits for a person to answer."""
    asks = said.understanding is not None and said.understanding.intent.label == "tanya"
    return situation.awaits_person and said.is_short and dialogue.draft is None and not asks


STEPS: tuple[Step, ...] = (
    rights.commands,
    _emergency,
    _more_of_danger,
    _blocked,
    _held_by_person,
    files.voice,
    files.sticker,
    files.abroad,
    which.picked,
    another_one,
    tickets.named,
    asked_back,
    pending.answered,
    which.passed_over,
    _after_an_emergency,
    tickets.asked_by_us,
    advice.rechecked,
    _old_button,
    _english,
    _not_understood,
    fragments,
    something_more,
    _sealed,
    _unsure,
)
