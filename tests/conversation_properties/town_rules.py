"""What must hold in the database after everything that happens. Each rule says in words what it found broken."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select

from bot.conversation.meaning import REPORTS
from bot.conversation.reports import PATIENCE
from bot.conversation.state import Asked, Dialogue
from bot.rulebook import Rulebook
from bot.status import Status, is_open
from bot.words import Command
from storage.database import Database
from storage.models import (
    Citizen,
    Conversation,
    FollowUp,
    Handover,
    InboundMessage,
    OutboundMessage,
    Ticket,
    TicketEvent,
)
from tests.conversation_properties.pure_rules import HARDLY
from tests.conversation_properties.utterances import Utterance

# What a person writes, and what is said about an emergency, may always be said.
BY_PEOPLE = ("desk:", "handover:")
ABOUT_DANGER = ("emergency", "follow_taken")
RIGHTS = ("opted_out", "opted_in", "your_data")
ANSWERS = ("reply:", "too_many_messages:", *BY_PEOPLE)
RATING = ["1", "2", "3", "4", "5"]
NOT_READ = ("with_person", "blocked")


@dataclass
class Told:
    """What was said, by the mark in it: which of it is a report, which is danger."""

    marks: int = 0
    reports: set[str] = field(default_factory=set)
    dangers: set[str] = field(default_factory=set)
    given_up: set[str] = field(default_factory=set)

    def count(self) -> int:
        self.marks += 1
        return self.marks

    def remember(self, said: Utterance, text: str, address: str, rulebook: Rulebook) -> None:
        if not said.story or said.means is None:
            return
        is_answer = said.names is not None or rulebook.words.yes_or_no(text) is not None
        if is_answer and said.means.intent.confidence < HARDLY:
            return  # who names a ticket, or says yes or no, and is hardly understood, may well mean just that
        mark = f"k{self.marks}x"
        if said.means.intent.label in (*REPORTS, "darurat"):
            self.reports.add(mark)
        words = rulebook.words
        if said.means.intent.label == "darurat" and (words.is_emergency(text) or words.is_self_harm(text)):
            self.dangers.add(mark)


@dataclass(frozen=True)
class Snapshot:
    """Everything that is stored about conversations, at one moment."""

    now: datetime
    conversations: Sequence[Conversation]
    citizens: dict[int, Citizen]
    inbound: Sequence[InboundMessage]
    outbound: Sequence[OutboundMessage]
    tickets: Sequence[Ticket]
    events: Sequence[TicketEvent]
    follow_ups: Sequence[FollowUp]
    handovers: Sequence[Handover]

    def citizen_of(self, conversation_id: int | None) -> Citizen | None:
        found = next((c for c in self.conversations if c.id == conversation_id), None)
        return self.citizens[found.citizen_id] if found else None

    def conversation(self, conversation_id: int | None) -> Conversation | None:
        return next((c for c in self.conversations if c.id == conversation_id), None)

    def dialogues(self) -> dict[int, Dialogue]:
        return {c.id: Dialogue.from_json(c.dialogue) for c in self.conversations}


def look(database: Database, now: datetime) -> Snapshot:
    """Read it all."""
    with database.read() as session:
        to_citizens = select(OutboundMessage).where(OutboundMessage.conversation_id.is_not(None))
        return Snapshot(
            now,
            session.scalars(select(Conversation).order_by(Conversation.id)).all(),
            {citizen.id: citizen for citizen in session.scalars(select(Citizen))},
            session.scalars(select(InboundMessage).order_by(InboundMessage.id)).all(),
            session.scalars(to_citizens.order_by(OutboundMessage.id)).all(),
            session.scalars(select(Ticket).order_by(Ticket.id)).all(),
            session.scalars(select(TicketEvent).order_by(TicketEvent.id)).all(),
            session.scalars(select(FollowUp)).all(),
            session.scalars(select(Handover).order_by(Handover.id)).all(),
        )


def news(before: Snapshot, after: Snapshot) -> list[OutboundMessage]:
    """What was written to citizens between two looks."""
    last = before.outbound[-1].id if before.outbound else 0
    return [row for row in after.outbound if row.id > last]


def broken(before: Snapshot, after: Snapshot, told: Told, rulebook: Rulebook) -> Iterator[str]:
    """All rules that do not hold in ``after``."""
    yield from _messages_have_outcomes(after)
    yield from _nothing_is_said_twice(before, after)
    yield from _dialogues_survive(after)
    yield from _drafts_end_in_time(after)
    yield from _the_bot_is_silent(before, after)
    yield from _nothing_unasked(before, after)
    yield from _tickets_have_a_next_step(after)
    yield from _reports_are_kept(before, after, told)
    yield from _danger_is_answered(after, told)
    yield from _rights_work(after, rulebook)


def _messages_have_outcomes(after: Snapshot) -> Iterator[str]:
    for message in after.inbound:
        if message.state == "done" and not (message.outcome and message.done_at and message.conversation_id):
            yield f"message {message.external_id} is done without an outcome"
    if failed := [h.text for h in after.handovers if h.reason == "error"]:
        yield f"a turn failed: {failed}"


def _nothing_is_said_twice(before: Snapshot, after: Snapshot) -> Iterator[str]:
    rows = news(before, after)
    said = [(row.conversation_id, row.created_at, row.body["text"]) for row in rows if row.body["text"]]
    if twice := {text for text in said if said.count(text) > 1}:
        yield f"said twice at once: {[text for _, _, text in twice]}"
    rated = [row.ticket_id for row in after.outbound if _options(row) == RATING]
    if len(set(rated)) < len(rated):
        yield "asked twice how content somebody is with one ticket"


def _options(row: OutboundMessage) -> list[str]:
    return [choice["key"] for choice in row.body.get("choices", ())]


def _dialogues_survive(after: Snapshot) -> Iterator[str]:
    for conversation in after.conversations:
        dialogue = Dialogue.from_json(conversation.dialogue)
        if Dialogue.from_json(dialogue.to_json()) != dialogue:
            yield "a dialogue does not survive its JSON"
        held = dialogue.pending.held if dialogue.pending and dialogue.pending.verdict == "add" else None
        if (dialogue.draft or held) and conversation.wake_at is None:
            yield "words wait in a conversation that nothing will wake"


def _drafts_end_in_time(after: Snapshot) -> Iterator[str]:
    """Once its question has had its time, a report is a ticket or with a person."""
    for conversation in after.conversations:
        dialogue = Dialogue.from_json(conversation.dialogue)
        question = dialogue.pending
        about_draft = question is not None and question.asked in (Asked.PLACE, Asked.SERVICE)
        if question and dialogue.draft and about_draft and after.now > question.since + PATIENCE:
            yield f"a report is still not filed {after.now - question.since} after its question"


def _the_bot_is_silent(before: Snapshot, after: Snapshot) -> Iterator[str]:
    """While a person holds the conversation, and towards somebody who is blocked."""
    for row in news(before, after):
        was, is_now = before.conversation(row.conversation_id), after.conversation(row.conversation_id)
        citizen = before.citizen_of(row.conversation_id)
        if was is None or is_now is None or citizen is None:
            continue
        held = was.held_by is not None and is_now.held_by is not None
        blocked = citizen.blocked_at is not None and row.key.startswith("reply:")
        if (held or blocked) and not _always_allowed(row):
            to_whom = "somebody whom a person speaks with" if held else "a blocked sender"
            yield f"{row.wording} to {to_whom} ({row.key})"


def _always_allowed(row: OutboundMessage) -> bool:
    return row.key.startswith(BY_PEOPLE) or row.wording.startswith(ABOUT_DANGER) or row.wording in RIGHTS


def _nothing_unasked(before: Snapshot, after: Snapshot) -> Iterator[str]:
    tickets = {ticket.id: ticket for ticket in after.tickets}
    for row in news(before, after):
        citizen, ticket = before.citizen_of(row.conversation_id), tickets.get(row.ticket_id or 0)
        if citizen and citizen.erased_at is not None:
            yield f"{row.wording} to somebody who was erased"
        if _is_answer(row, after):
            continue
        if citizen and citizen.opted_out_at is not None:
            yield f"unasked {row.wording} ({row.key}) after opting out"
        if ticket and ticket.sealed and ticket.may_write is not True:
            yield f"unasked {row.wording} about a sealed matter without consent"


def _is_answer(row: OutboundMessage, after: Snapshot) -> bool:
    """Whether this answers a message that was dealt with, or is held, in the same turn."""
    if not row.key.startswith("reply:"):
        return row.key.startswith(ANSWERS)
    mine = [message for message in after.inbound if message.conversation_id == row.conversation_id]
    return any(message.done_at == row.created_at or message.state == "held" for message in mine)


def _tickets_have_a_next_step(after: Snapshot) -> Iterator[str]:
    waiting = {step.ticket_id for step in after.follow_ups if step.state == "waiting"}
    for ticket in after.tickets:
        if is_open(ticket.status) and ticket.status != Status.COORDINATION and ticket.id not in waiting:
            yield f"nothing will ever happen to {ticket.number}, which is {ticket.status}"


def _reports_are_kept(before: Snapshot, after: Snapshot, told: Told) -> Iterator[str]:
    """A report ends in a ticket, in an open question, or with a person."""
    if any(row.wording == "draft_dropped" for row in news(before, after)):
        told.given_up |= {mark for d in before.dialogues().values() if d.draft for mark in _marks(d.draft.story)}
    kept = "\n".join(_kept(after)).split()
    for message in after.inbound:
        if message.state != "done" or message.outcome in NOT_READ:
            continue
        for mark in _marks(message.text):
            if mark in told.reports and mark not in told.given_up and mark not in kept:
                unread = "" if message.understanding else " without the model"
                yield f"a report came to nothing{unread} ({message.outcome}): {message.text!r}"


def _marks(text: str) -> list[str]:
    return [word for word in text.split() if word[:1] == "k" and word[-1:] == "x" and word[1:-1].isdigit()]


def _kept(after: Snapshot) -> Iterator[str]:
    for dialogue in after.dialogues().values():
        yield from (d.story for d in (dialogue.draft, dialogue.pending and dialogue.pending.held) if d)
    yield from (ticket.story for ticket in after.tickets)
    yield from (ticket.place or "" for ticket in after.tickets)
    yield from (event.note or "" for event in after.events)
    yield from (handover.text for handover in after.handovers)


def _danger_is_answered(after: Snapshot, told: Told) -> Iterator[str]:
    """With the number to call, at once, whatever else is going on; and somebody is told."""
    for message in after.inbound:
        if message.state != "done" or not told.dangers & set(_marks(message.text)):
            continue
        replies = [r for r in after.outbound if r.conversation_id == message.conversation_id
                   and r.created_at >= message.received_at and "112" in r.body["text"]]  # fmt: skip
        if not replies:
            yield f"no number to call for {message.text!r}"
        elif min(r.created_at for r in replies) > (message.done_at or after.now) + timedelta(seconds=1):
            yield f"the number to call came late for {message.text!r}"


def _rights_work(after: Snapshot, rulebook: Rulebook) -> Iterator[str]:
    """The last STOP or START that was dealt with is what counts."""
    for conversation in after.conversations:
        mine = [m for m in after.inbound if m.conversation_id == conversation.id and m.state == "done"]
        commands = [c for m in mine if (c := rulebook.words.command(m.text)) in (Command.STOP, Command.START)]
        citizen = after.citizens[conversation.citizen_id]
        if commands and citizen.erased_at is None:
            out = citizen.opted_out_at is not None
            if out is not (commands[-1] is Command.STOP):
                yield f"the last {commands[-1]} has no effect"
