"""Carries out a turn in one transaction: the action, the replies, the state of the conversation."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import singledispatch
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import agency_mail, outbox, tickets
from bot.conversation import turn as acts
from bot.conversation.reports import FALLBACK_SERVICE
from bot.conversation.state import Dialogue
from bot.conversation.turn import Reply, Turn
from bot.inbox import mark_done
from bot.outbox import Note
from bot.privacy import mask
from bot.rulebook import Rulebook
from bot.status import Move, is_open, moves_from
from bot.tickets import By, Report
from bot.words import EMERGENCY_LANE, NORMAL_LANE
from storage.models import Conversation, Handover, InboundMessage, Ticket

LONGEST_PLACE = 80

Facts = dict[str, Any]


@dataclass(frozen=True)
class Case:
    """One claimed conversation with the messages that this turn is about, inside its transaction."""

    session: Session
    rulebook: Rulebook
    conversation: Conversation
    messages: Sequence[InboundMessage]
    now: datetime

    @property
    def last_id(self) -> int:
        return self.messages[-1].id if self.messages else 0


def carry_out(case: Case, turn: Turn) -> None:
    """Write everything that ``turn`` comes to."""
    facts = perform(turn.action, case) if turn.action else {}
    if turn.replies:
        _say(case, turn, facts)
    dialogue = turn.dialogue
    if ticket := facts.get("ticket"):
        dialogue = replace(dialogue, recent=ticket.number, recent_at=case.now)
    if not turn.hold:
        mark_done(case.messages, turn.outcome or "answered", case.now, ticket.id if ticket else None)
    else:
        for message in case.messages:
            message.state = "held"
    _release(case, dialogue, turn.wake_at)


def _say(case: Case, turn: Turn, facts: Facts) -> None:
    """All replies of a turn as one message, for every message is billed."""
    urgent = isinstance(turn.action, acts.FileReport) and turn.action.urgent
    text = "\n".join(_text_of(case, reply, facts) for reply in turn.replies)
    ticket: Ticket | None = facts.get("ticket")
    note = Note(
        # The lease token counts the turns of a conversation, so the key names the reply to this turn.
        key=f"reply:{case.conversation.id}:{case.conversation.lease_token}",
        wording=turn.replies[0].wording,
        choices=turn.replies[-1].choices,
        ticket_id=ticket.id if ticket else None,
        lane=EMERGENCY_LANE if urgent else NORMAL_LANE,
        at_least_once=urgent,
        text=text if urgent else _with_notice(case, text, asks=bool(turn.replies[-1].choices)),
    )
    outbox.to_citizen(case.session, case.rulebook, case.conversation, note, case.now, case.now)


def _text_of(case: Case, reply: Reply, facts: Facts) -> str:
    wording, language = case.rulebook.wording, case.conversation.language
    if reply.topic:
        return wording.say("answer", language, {"answer": wording.answer(reply.topic, language)})
    return wording.say(reply.wording, language, {**_office(case), **facts, **reply.values})


def _office(case: Case) -> Facts:
    city = case.rulebook.city
    hours = {"opens": f"{city.office_hours.opens:%H.%M}", "closes": f"{city.office_hours.closes:%H.%M}"}
    said = case.rulebook.wording.say("office_hours", case.conversation.language, hours)
    return {
        "city": city.name,
        "office_hours": said,
        "answer_by": city.working_calendar.add(case.now, city.follow_ups.light_question),
    }


def _with_notice(case: Case, text: str, *, asks: bool) -> str:
    """At first contact the privacy notice goes along, in the same (billed) message; a question stays last."""
    citizen = case.conversation.citizen
    if citizen.notice_given_at is not None:
        return text
    citizen.notice_given_at = case.now
    notice = case.rulebook.wording.say("notice", case.conversation.language, {})
    return f"{notice}\n\n{text}" if asks else f"{text}\n\n{notice}"


def _release(case: Case, dialogue: Dialogue, wake_at: datetime | None) -> None:
    """Give the conversation back; what is still unread (a second matter, a later message) wakes it at once."""
    handled = [message.id for message in case.messages]
    unread = case.session.scalar(
        select(InboundMessage.id)
        .where(
            InboundMessage.conversation_id == case.conversation.id,
            InboundMessage.state != "done",
            InboundMessage.id.not_in(handled),
        )
        .limit(1)
    )
    case.conversation.dialogue = dialogue.to_json()
    case.conversation.wake_at = case.now if unread else wake_at
    case.conversation.lane = NORMAL_LANE
    case.conversation.attempts = 0
    case.conversation.lease_until = case.conversation.lease_owner = None


@singledispatch
def perform(action: acts.Action, case: Case) -> Facts:
    """Carry out one action; what it found out goes into the replies."""
    raise TypeError(f"There is no way to carry out {type(action).__name__}.")


@perform.register
def _file(action: acts.FileReport, case: Case) -> Facts:
    draft = action.draft
    report = Report(
        kind=draft.kind,
        service=draft.service or FALLBACK_SERVICE,
        story=draft.story,
        place=draft.place,
        kelurahan=draft.kelurahan,
        city=draft.city,
        location=draft.location,
        urgent=action.urgent,
    )
    ticket = tickets.open_ticket(case.session, case.rulebook, case.conversation, report, case.now)
    return _facts(case, ticket)


@perform.register
def _add(action: acts.AddToTicket, case: Case) -> Facts:
    ticket = tickets.by_number(case.session, action.number)
    ticket.place = ticket.place or action.place
    if action.location:
        ticket.latitude, ticket.longitude = action.location.latitude, action.location.longitude
    by = By("citizen", case.now, action.text or None)
    if action.answers and Move.ANSWER in moves_from(ticket.status):
        tickets.move(case.session, case.rulebook, ticket, Move.ANSWER, by)
    else:
        tickets.record(case.session, ticket, "added", by)
    told = action.text or _pin(action)
    if told and ticket.forwarded_at and is_open(ticket.status):
        agency_mail.new_information(case.session, case.rulebook, ticket, f"more:{case.last_id}", told, case.now)
    elif action.text:
        ticket.story, ticket.masked_story = _longer(ticket, action.text)
    return _facts(case, ticket)


@perform.register
def _confirm(action: acts.Confirm, case: Case) -> Facts:
    ticket = tickets.by_number(case.session, action.number)
    tickets.move(case.session, case.rulebook, ticket, Move.CONFIRM, By("citizen", case.now))
    return _facts(case, ticket)


@perform.register
def _deny(action: acts.Deny, case: Case) -> Facts:
    ticket = tickets.by_number(case.session, action.number)
    by = By("citizen", case.now, action.text or None)
    tickets.move(case.session, case.rulebook, ticket, Move.DENY, by)
    return _facts(case, ticket)


@perform.register
def _withdraw(action: acts.Withdraw, case: Case) -> Facts:
    ticket = tickets.by_number(case.session, action.number)
    if Move.WITHDRAW in moves_from(ticket.status):
        tickets.move(case.session, case.rulebook, ticket, Move.WITHDRAW, By("citizen", case.now))
        if ticket.forwarded_at:
            key = f"withdrawn:{ticket.id}:{ticket.moves}"
            agency_mail.withdrawn(case.session, case.rulebook, ticket, key, case.now)
    return _facts(case, ticket)


@perform.register
def _ask_person(action: acts.AskPerson, case: Case) -> Facts:
    city = case.rulebook.city
    due = city.working_calendar.add(case.now, city.follow_ups.light_question)
    case.session.add(
        Handover(
            conversation_id=case.conversation.id,
            inbound_id=case.last_id or None,
            reason=action.reason,
            text=action.text,
            created_at=case.now,
            due_at=due,
        )
    )
    return {}


@perform.register
def _set_opt_out(action: acts.SetOptOut, case: Case) -> Facts:
    case.conversation.citizen.opted_out_at = case.now if action.out else None
    return {}


def _facts(case: Case, ticket: Ticket) -> Facts:
    city = case.rulebook.city
    return {
        "ticket": ticket,
        "number": ticket.number,
        "service": city.services[ticket.service].name,
        "agency": city.agency_name(ticket.agency),
        "solve_by": ticket.solve_by,
        "at_place": _at_place(ticket.place),
    }


def _at_place(place: str | None) -> str:
    """The place as a reply repeats it; some people answer "where?" with a whole story."""
    if not place:
        return ""
    line = " ".join(place.split())
    return f", {line}" if len(line) <= LONGEST_PLACE else f", {line[:LONGEST_PLACE].rstrip()}..."


def _pin(action: acts.AddToTicket) -> str:
    return f"{action.location.latitude:.5f}, {action.location.longitude:.5f}" if action.location else ""


def _longer(ticket: Ticket, text: str) -> tuple[str, str]:
    story = f"{ticket.story}\n{text}".strip()
    return story, mask(story)
