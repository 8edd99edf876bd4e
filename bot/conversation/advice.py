"""Standing answers and what goes with them: a question before, one behind, and one some days later."""

from dataclasses import replace
from datetime import timedelta

from bot.city.city import City
from bot.conversation import reports
from bot.conversation.choosing import by_button_or_number, chosen, is_another_report, is_story, yes_or_no
from bot.conversation.meaning import answer_confidence
from bot.conversation.state import COURTESY_QUESTIONS, Advice, Asked, Dialogue, Draft, Pending, Said, Situation
from bot.conversation.turn import AnswerRecheck, AskLater, AskPerson, Reply, Turn

OVER, WITHIN, NOT_YET, WHICH_OF_BOTH = "over", "within", "not_yet", "over or within"
STEPS = ((OVER, "choice_over"), (WITHIN, "choice_within"), (NOT_YET, "choice_not_yet"))
HELPED_OR_NOT = (("helped", "choice_helped"), ("not_helped", "choice_not_helped"))
# "Did it work out?" is answered within this time, or counts as no longer asked.
RECHECK_LASTS = timedelta(days=7)


def question(dialogue: Dialogue, said: Said, situation: Situation, city: City) -> Turn:
    """A question with a standing answer gets it, or what must be known first; any other goes to a person."""
    faq = said.understanding.faq if said.understanding else None
    sure = said.understanding is not None and answer_confidence(said.understanding) >= city.thresholds.answer
    if not faq or not sure or faq.label not in situation.answerable:
        action = AskPerson("question", said.text)
        return Turn(dialogue, (Reply("handed_over_question"),), action, outcome="person")
    advice = situation.advice.get(faq.label, Advice())
    if advice.days is not None and dialogue.draft is None:
        return _check_first(dialogue, said, faq.label, advice, city)
    return _answer(dialogue, said, faq.label, advice, city)


def checked(dialogue: Dialogue, pending: Pending, said: Said, situation: Situation, city: City) -> Turn | None:
    """Whether the step was taken: overdue makes a ticket with that history; else it is told, and asked again."""
    topic, draft = pending.topic, pending.held
    option = chosen(pending, said) or _step_in_words(said)
    if option is None or topic is None or draft is None:
        return None
    if option == WHICH_OF_BOTH:
        return Turn(dialogue, (Reply("check_first", choices=STEPS, topic=topic),), outcome="asked")
    days = situation.advice.get(topic, Advice()).days or 0
    if option == OVER:
        return _file(dialogue, replace(draft, checked=(topic, said.text)), said, city)
    wording = "check_wait" if option == WITHIN else "check_do"
    action = AskLater(topic, days)
    return Turn(dialogue.answered(), (Reply(wording, topic=topic),), action, outcome="answered")


def _step_in_words(said: Said) -> str | None:
    """A no has not taken the step; a "sudah" has, and does not say how long ago."""
    if said.choice or said.agrees is None or is_story(said) or is_another_report(None, said):
        return None
    return WHICH_OF_BOTH if said.begins_with_yes else NOT_YET


def helped(dialogue: Dialogue, pending: Pending, said: Said, situation: Situation, city: City) -> Turn | None:
    """Was the answer of use? A no makes a ticket of the question; anything else is taken for what it says."""
    verdict, draft = yes_or_no(pending, said), pending.held
    understood = said.understanding
    if understood and understood.intent.label == "terima_kasih":
        verdict = True
    if verdict is None or draft is None:
        return None
    if verdict:
        return Turn(dialogue.answered(), (Reply("glad_it_helped"),), outcome="answered")
    reason = "" if said.is_short else f"\n{said.text}"
    told = replace(draft, story=f"{draft.story}{reason}", sealed=draft.sealed or said.sealed_words)
    return _file(dialogue, told, said, city)


def rechecked(dialogue: Dialogue, said: Said, situation: Situation, city: City) -> Turn | None:
    """The answer to "did it work out?", which was asked days after an answer was given."""
    if situation.rechecking is None:
        return None
    topic, asked_at = situation.rechecking
    verdict = _worked_out(said)
    if verdict is None or said.at - asked_at > RECHECK_LASTS:
        return None
    if verdict:
        return Turn(dialogue, (Reply("glad_it_helped"),), AnswerRecheck(topic), outcome="answered")
    service = situation.advice.get(topic, Advice()).service
    draft = replace(reports.from_said(said, "lapor", service or reports.FALLBACK_SERVICE), also=())
    filed = _file(dialogue, draft, said, city)
    return replace(filed, action=AnswerRecheck(topic, draft, reports.is_sealed(draft, city)))


def _worked_out(said: Said) -> bool | None:
    picked = by_button_or_number(said)
    if picked is not None or said.choice or is_story(said) or is_another_report(None, said):
        return picked
    return said.agrees


def _check_first(dialogue: Dialogue, said: Said, topic: str, advice: Advice, city: City) -> Turn:
    options = tuple(key for key, _ in STEPS)
    pending = Pending(Asked.CHECK, said.now, options, topic=topic, held=_draft(said, advice))
    state = replace(dialogue, pending=pending)
    return Turn(state, (Reply("check_first", choices=STEPS, topic=topic),), outcome="asked")


def _answer(dialogue: Dialogue, said: Said, topic: str, advice: Advice, city: City) -> Turn:
    asks_already = dialogue.pending is not None and dialogue.pending.asked not in COURTESY_QUESTIONS
    if not advice.helped or dialogue.draft or asks_already:
        return Turn(dialogue, (Reply("answer", topic=topic),), outcome="answered")
    options = tuple(key for key, _ in HELPED_OR_NOT)
    pending = Pending(Asked.HELPED, said.now, options, topic=topic, held=_draft(said, advice))
    state = replace(dialogue, pending=pending)
    replies = (Reply("answer", topic=topic), Reply("ask_helped", choices=HELPED_OR_NOT))
    return Turn(state, replies, outcome="answered")


def _file(dialogue: Dialogue, draft: Draft, said: Said, city: City) -> Turn:
    """File ``draft`` beside whatever report is still open."""
    filed = reports.file(dialogue, draft, city, said.now)
    return replace(filed, dialogue=replace(filed.dialogue, draft=dialogue.draft))


def _draft(said: Said, advice: Advice) -> Draft:
    guess = said.understanding.service if said.understanding else None
    service = advice.service or (guess.label if guess else None) or reports.FALLBACK_SERVICE
    return reports.from_said(said, "lapor", service)
