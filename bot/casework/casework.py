"""Carries out a turn in one transaction: the action, the replies, the state of the conversation."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import bindparam, func, select

from bot.case import Case, Facts
from bot.casework import citizens, incident_news
from bot.casework.effects import after_reply, perform
from bot.conversation import turn as acts
from bot.conversation.state import Asked, Dialogue
from bot.conversation.turn import Reply, Turn
from bot.intake.inbox import mark_done
from bot.outgoing import outbox, unasked
from bot.outgoing.outbox import Note
from bot.personal import consents
from bot.segments import segments
from bot.wording.plain_text import MOST_SEGMENTS, as_sms
from bot.words import EMERGENCY_LANE, NORMAL_LANE
from storage.models import InboundMessage, Ticket
from storage.queries.states import DONE

STATUS = "status_"
# Questions whose ticket has no number yet when they are asked.
ABOUT_WHAT_WAS_FILED = frozenset({Asked.SAFE, Asked.EMERGENCY_PLACE, Asked.DETAIL})
# The most pressing lane of what is left; None where nothing is.
STILL_UNREAD = select(func.min(InboundMessage.lane)).where(
    InboundMessage.conversation_id == bindparam("conversation"),
    InboundMessage.state != DONE,
    InboundMessage.id.not_in(bindparam("handled", expanding=True)),
)


def carry_out(case: Case, turn: Turn) -> None:
    """Write everything that ``turn`` comes to."""
    case.conversation.language = turn.language or case.conversation.language
    if turn.hides_name and not case.conversation.citizen.hide_name:
        case.conversation.citizen.hide_name = True
        citizens.agree(case, consents.NAME, given=False)
    facts = perform(turn.action, case) if turn.action else {}
    turn = citizens.retold(incident_news.retold(case, turn, facts), facts)
    if turn.replies:
        # The lease token counts the turns of a conversation, so the key names the reply to this turn.
        say(case, turn, facts, f"reply:{case.conversation.id}:{case.conversation.lease_token}")
    after_reply(turn.action, case)
    dialogue = turn.dialogue
    if ticket := facts.get("ticket"):
        dialogue = about(dialogue, ticket, case.now)
    if not turn.hold:
        mark_done(case.messages, turn.outcome or "answered", case.now, ticket.id if ticket else None)
    else:
        for message in case.messages:
            message.state = "held"
    _release(case, dialogue, turn.wake_at)
    if citizens.is_erasing(turn.action):
        citizens.forget_address(case)


def about(dialogue: Dialogue, ticket: Ticket, now: datetime) -> Dialogue:
    """What was just filed is what is talked about, and what a question that came along with it asks about."""
    question = dialogue.pending
    if question and question.ticket is None and question.asked in ABOUT_WHAT_WAS_FILED:
        question = replace(question, ticket=ticket.number)
    return replace(dialogue, recent=ticket.number, recent_at=now, pending=question)


def say(case: Case, turn: Turn, facts: Facts, key: str) -> None:
    """All replies of a turn as one message, for every message is billed; ``key`` names its one occasion."""
    urgent = isinstance(turn.action, acts.FileReport) and turn.action.urgent
    text = _text(case, turn, facts)
    ticket: Ticket | None = facts.get("ticket")
    before = case.conversation.citizen.notice_given_at
    note = Note(
        key=key,
        wording=turn.replies[0].wording,
        choices=turn.replies[-1].choices,
        ticket_id=ticket.id if ticket else None,
        lane=EMERGENCY_LANE if urgent else NORMAL_LANE,
        at_least_once=urgent,
        text=text if _in_danger(turn) else with_notice(case, text, _titles(case, turn), asks=_asks(turn)),
        inbound_id=case.last_id or None,
    )
    if case.conversation.citizen.notice_given_at != before:
        citizens.agree(case, consents.NOTICE, given=True, wording=_notice_key(case))
    outbox.to_citizen(case.session, case.rulebook, case.conversation, note, case.now, case.now)
    unasked.told_in_reply(case.session, _standings(turn), case.now)


def _text(case: Case, turn: Turn, facts: Facts) -> str:
    """What is said, with the link to the citizen's page where there is one."""
    text, bare = ("\n".join(_text_of(case, reply, known) for reply in turn.replies)
                  for known in (facts, {**facts, "page": ""}))  # fmt: skip
    return fitting(case, text, bare, _titles(case, turn))


def fitting(case: Case, text: str, bare: str, titles: Sequence[str] = ()) -> str:
    """``text``, or ``bare`` without its link where that would make a third SMS; the notice goes before the
    link."""
    if text == bare or not case.is_sms:
        return text
    notice = "" if case.conversation.citizen.notice_given_at else f"\n\n{_notice(case)}"
    return text if segments(as_sms(f"{text}{notice}", titles)) <= MOST_SEGMENTS else bare


def _standings(turn: Turn) -> dict[str, str]:
    """The tickets whose state is told, by number, with the sentence that tells it."""
    return {
        str(reply.values["number"]): reply.wording for reply in turn.replies if reply.wording.startswith(STATUS)
    }


def _in_danger(turn: Turn) -> bool:
    """Whether somebody in an emergency reads this: of their data they can be told later."""
    wording = turn.replies[0].wording
    return wording.startswith("emergency") or wording == "place_noted"


def _asks(turn: Turn) -> bool:
    """Whether the message ends in a question, behind which nothing else may stand."""
    return bool(turn.replies[-1].choices) or turn.dialogue.pending is not None


def _text_of(case: Case, reply: Reply, facts: Facts) -> str:
    wording, language = case.rulebook.wording, case.conversation.language
    values = {**_office(case), "or_pin": _or_pin(case), **facts, **reply.values}
    if reply.topic:
        values |= wording.topic(reply.topic, language)
    if reply.service and (question := case.rulebook.city.services[reply.service].question):
        values["question"] = question.text[language]
    return case.say(reply.wording, values)


def _or_pin(case: Case) -> str:
    """Where a place is asked for: a pin does as well, but there are none in an SMS."""
    return "" if case.is_sms else f", {case.say('or_pin', {})}"


def _office(case: Case) -> Facts:
    city = case.rulebook.city
    hours = {"opens": f"{city.office_hours.opens:%H.%M}", "closes": f"{city.office_hours.closes:%H.%M}"}
    said = case.rulebook.wording.say("office_hours", case.conversation.language, hours)
    return {
        "city": city.name,
        "office_hours": said,
        "answer_by": city.working_calendar.add(case.now, city.follow_ups.light_question),
    }


def _titles(case: Case, turn: Turn) -> list[str]:
    """What the choices behind the message are called."""
    language = case.conversation.language
    return [outbox.title_of(case.rulebook, language, title) for _, title in turn.replies[-1].choices]


def with_notice(case: Case, text: str, titles: Sequence[str] = (), *, asks: bool) -> str:
    """At first contact the privacy notice goes along, in the same (billed) message; a question stays last.

    Where it would make a third SMS, behind a long answer, it goes along with the next message.
    """
    citizen = case.conversation.citizen
    if citizen.notice_given_at is not None:
        return text
    notice = _notice(case)
    noticed = f"{notice}\n\n{text}" if asks else f"{text}\n\n{notice}"
    if case.is_sms and segments(as_sms(noticed, titles)) > MOST_SEGMENTS:
        return text
    citizen.notice_given_at = case.now
    return noticed


def _notice(case: Case) -> str:
    """Every SMS is paid for by length; the longer form stands where messages are counted."""
    return case.rulebook.wording.say(_notice_key(case), case.conversation.language, {})


def _notice_key(case: Case) -> str:
    return "notice_short" if case.is_sms else "notice"


def _release(case: Case, dialogue: Dialogue, wake_at: datetime | None) -> None:
    """Give the conversation back; what is still unread (a second matter, a later message) wakes it at once.

    An emergency that came while it was in somebody's hands keeps its lane.
    """
    # A turn changes no messages but those that it handles, so there is nothing to flush before.
    of = {"conversation": case.conversation.id, "handled": [message.id for message in case.messages]}
    unread: int | None = case.session.connection().scalar(STILL_UNREAD, of)
    case.conversation.dialogue = dialogue.to_json()
    case.conversation.wake_at = wake_at if unread is None else case.now
    case.conversation.lane = NORMAL_LANE if unread is None else unread
    case.conversation.attempts = 0
    case.conversation.lease_until = case.conversation.lease_owner = None
