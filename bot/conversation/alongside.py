"""What comes beside the matter itself: a question in the text of a report, words that seal a ticket, wishes."""

from dataclasses import replace

from bot.city.city import City
from bot.conversation.meaning import QUESTION, REPORTS
from bot.conversation.reports import SAFE_OR_NOT, asks_if_safe
from bot.conversation.state import COURTESY_QUESTIONS, Dialogue, Said, Situation
from bot.conversation.turn import AddToTicket, AskPerson, Correct, Deny, FileReport, JudgeAll, Part, Reply, Turn
from bot.messages import CHANNELS

# How much must speak for a question beside a report; "kapan diperbaiki?" alone is no question for an answer.
SECOND_INTENT = 0.2
LIKELY_TOPIC = 0.5
MAY_SEAL = (AddToTicket, Correct, Deny, Part)


def with_question(turn: Turn, said: Said, situation: Situation, city: City) -> Turn:
    """A report that asks something as well: the standing answer goes along, else a person answers."""
    topic = _asked_beside(turn, said)
    if topic is None:
        return turn
    sure = said.understanding is not None and said.understanding.faqs[0].confidence >= city.thresholds.answer
    if sure and topic in situation.answerable and not is_sms(said):
        return _saying(turn, Reply("answer_beside", topic=topic))
    if isinstance(turn.action, FileReport):
        turn = replace(turn, action=replace(turn.action, question=said.text))
    elif turn.action is None:
        turn = replace(turn, action=AskPerson("question", said.text))
    else:
        return turn
    return _saying(turn, Reply("question_beside"))


def _saying(turn: Turn, beside: Reply) -> Turn:
    """The receipt first, what goes along behind it; but a question of ours is always last."""
    first = 0 if turn.outcome == "asked" else 1
    return replace(turn, replies=(*turn.replies[:first], beside, *turn.replies[first:]))


def is_sms(said: Said) -> bool:
    """Where a receipt and an answer together would be three segments, and more."""
    manners = CHANNELS.get(said.channel)
    return manners is not None and manners.is_sms


def _asked_beside(turn: Turn, said: Said) -> str | None:
    """The topic of a likely question in a text that is dealt with as a report; None where there is none."""
    understood, action = said.understanding, turn.action
    is_report = turn.outcome in ("filed", "asked") and turn.replies and not turn.hold
    if understood is None or understood.faq is None or not is_report or "?" not in said.text:
        return None
    quiet = isinstance(action, FileReport) and (action.urgent or action.sealed)
    if quiet or understood.intent.label not in REPORTS or said.sealed_words:
        return None
    asks = next((guess.confidence for guess in understood.intents if guess.label == QUESTION), 0.0)
    return understood.faq.label if asks >= SECOND_INTENT and understood.faq.confidence >= LIKELY_TOPIC else None


def with_seal(turn: Turn, said: Said, situation: Situation, city: City) -> Turn:
    """Words for few eyes only in an addition seal the ticket; then it is asked whether we may write here."""
    action = turn.action
    if isinstance(action, JudgeAll) and said.sealed_words:
        return replace(turn, action=replace(action, seals=True))
    ticket = situation.ticket(action.number) if isinstance(action, MAY_SEAL) else None
    if not isinstance(action, MAY_SEAL) or ticket is None or ticket.sealed:
        return turn
    if not (said.sealed_words or action.seals or _is_about_a_sealed_service(action, city)):
        return turn
    turn = replace(turn, action=replace(action, seals=True))
    question = turn.dialogue.pending
    if ticket.urgent or turn.dialogue.draft or (question and question.asked not in COURTESY_QUESTIONS):
        return turn
    asks = asks_if_safe(said.now, ticket.number)
    reply = Reply("sealed_now", {"number": ticket.number}, SAFE_OR_NOT)
    return replace(turn, dialogue=replace(turn.dialogue, pending=asks), replies=(reply,))


def _is_about_a_sealed_service(action: object, city: City) -> bool:
    service = city.services.get(action.service or "") if isinstance(action, Correct) else None
    return service is not None and service.sealed


def with_wishes(turn: Turn, before: Dialogue, said: Said, situation: Situation, city: City) -> Turn:
    """That the name stays hidden, and the language of the answers."""
    if said.english is not None:
        turn = replace(turn, language="en" if said.english and "en" in city.languages else city.languages[0])
    if not said.hides_name or turn.hold:
        return turn
    if situation.is_silent:
        return replace(turn, hides_name=True)
    if said.only_hides_name and not said.media and not said.location:
        is_first = before.pending is None and before.draft is None and not situation.open_tickets
        begins = (Reply("tell_us"),) if is_first else ()
        return Turn(before, (Reply("name_hidden"), *begins), outcome="answered", hides_name=True)
    replies = _question_last((*turn.replies, Reply("name_hidden")))
    return replace(turn, hides_name=True, replies=replies)


def _question_last(replies: tuple[Reply, ...]) -> tuple[Reply, ...]:
    """The choices of a question stand at the end of a message, so its sentence must as well."""
    return tuple(sorted(replies, key=lambda reply: bool(reply.choices)))
