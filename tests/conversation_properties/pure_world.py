"""A world without a database: what turns do to it, by the same status table, and what has been said so far."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import singledispatchmethod

from bot.conversation import (
    Dialogue,
    Reply,
    Said,
    Situation,
    TicketView,
    Turn,
    reports,
    respond_to_silence,
    still_waiting,
)
from bot.conversation import respond as respond_really
from bot.conversation import turn as acts
from bot.intake import said_of
from bot.messages import Content, Media
from bot.rulebook import Rulebook
from bot.status import Move, Status, after, is_open, moves_from
from bot.tickets.numbers import find_numbers
from nlu.client import Understanding
from storage.models import InboundMessage
from tests.conversation_properties import pure_rules
from tests.conversation_properties.known import problem
from tests.conversation_properties.utterances import Utterance
from tests.support.clock import at

FOREIGN = "JK-7Q2M9X-4"
CHECKS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
NUMBERS = [n for i in range(400) for n in find_numbers(f"JK-AAA{i:03}-{CHECKS[i % 32]}", "JK")]


@dataclass
class World:
    """One citizen and the bot. ``respond`` can be another than the real one, to see whether the rules notice."""

    rulebook: Rulebook
    respond: pure_rules.Respond = respond_really
    now: datetime = field(default_factory=lambda: at("2026-11-24T03:00"))
    dialogue: Dialogue = field(default_factory=Dialogue)
    tickets: dict[str, TicketView] = field(default_factory=dict)
    situation: Situation = field(default_factory=Situation)
    away: bool = False
    wake_at: datetime | None = None
    waiting: tuple[tuple[InboundMessage, Understanding | None], ...] = ()
    offered: tuple[str, ...] = ()
    spoken: int = 0
    filed: int = 0
    messages: int = 0
    draft_asked_at: datetime | None = None
    story: list[str] = field(default_factory=list)

    def tell(self, line: str) -> None:
        self.story.append(f"{self.now:%d %b %H:%M:%S} {line}")

    # -- what happens -------------------------------------------------------------

    def hears(self, utterance: Utterance) -> None:
        """The citizen says something, and the bot has its turn."""
        self.spoken, self.now = self.spoken + 1, self.now + timedelta(seconds=1)
        utterance = utterance.marked(self.spoken)
        self.tell(f"citizen: {utterance}")
        message = self._message(utterance)
        if message.content["choice"] or self.rulebook.words.command(utterance.text):
            self._alone(message, utterance.means)
        else:
            self.waiting = (*self.waiting, (message, utterance.means))
            self._turn()

    def _alone(self, message: InboundMessage, means: Understanding | None) -> None:
        """A button or a fixed word has a turn of its own, behind what has waited until then."""
        if self.waiting:
            self._turn(followed=True)
        held, wake_at = self.waiting, self.wake_at
        self.waiting = ((message, means),)
        self._turn()
        if held:
            self.waiting, self.wake_at = (*held, *self.waiting), wake_at

    def passes(self, time: timedelta) -> None:
        """Time goes by; the bot looks again whenever it wanted to."""
        until = self.now + time
        for _ in range(60):
            if self.wake_at is None or self.wake_at > until:
                break
            self.now, self.wake_at = max(self.now, self.wake_at), None
            self._turn() if self.waiting else self._silence()
        self.now = until

    def happens(self, what: str, which: int) -> None:
        """Something in the world changes without the citizen."""
        self.tell(f"-- {what} {which}")
        if what in ("held_by_person", "blocked", "opted_out"):
            self.situation = replace(self.situation, **{what: not getattr(self.situation, what)})
        elif what == "model":
            self.away = not self.away
        elif what == "recheck":
            self.situation = replace(self.situation, rechecking=("ktp_hilang", self.now))
        elif self.tickets:
            number = list(self.tickets)[which % len(self.tickets)]
            self._agency(self.tickets[number], Move(what))

    # -- turns ----------------------------------------------------------------------

    def _turn(self, *, followed: bool = False) -> None:
        situation, before = self._situation(), self.dialogue
        said = replace(self._together(), followed=followed)
        turn = self.respond(before, said, situation, self.rulebook.city)
        self._tell_turn(turn)
        self._note(pure_rules.broken(before, said, situation, turn, self.rulebook))
        if not turn.hold:
            self.waiting = ()
        self._take(turn)

    def _silence(self) -> None:
        situation, before = self._situation(), self.dialogue
        turn = still_waiting(before, self.now) or respond_to_silence(
            before, situation, self.rulebook.city, self.now
        )
        self._tell_turn(turn)
        self._note(pure_rules.broken_by_looking(before, situation, turn, self.rulebook))
        self._take(turn)

    def _take(self, turn: Turn) -> None:
        self.dialogue, self.wake_at = turn.dialogue, turn.wake_at
        if turn.replies:
            self.messages += 1  # all replies of a turn are one message
            self.offered = tuple(key for key, _ in turn.replies[-1].choices)
        if turn.action:
            self._perform(turn.action)
            if number := getattr(turn.action, "number", None):
                self.dialogue = replace(self.dialogue, recent=number, recent_at=self.now)
        self.draft_asked_at = pure_rules.asked_about_draft(self.dialogue, self.draft_asked_at, self.now)
        self._note(pure_rules.broken_by_waiting(self.dialogue, self.draft_asked_at, self.now))

    def _note(self, broken: Iterable[str]) -> None:
        """A broken rule ends the story."""
        for rule in broken:
            self.tell(f"BROKEN: {rule}")
            raise problem(rule)

    def _together(self) -> Said:
        """All that waits, as one; the model sees the weightiest of it."""
        messages = [message for message, _ in self.waiting]
        meanings = [means for _, means in self.waiting if means]
        means = None if self.away else max(meanings, key=pure_rules.weight, default=None)
        said = said_of.burst(messages, means, self.rulebook, self.now)
        quoted = next((m.content["quoted"] for m in reversed(messages) if m.content["quoted"]), None)
        return replace(said, quoted=quoted, understanding=means if said.text else None)

    def _message(self, utterance: Utterance) -> InboundMessage:
        named = self._number(utterance.names)
        options, picks = self.offered, utterance.picks
        content = Content(
            text=f"{utterance.text} {named}" if named else utterance.text,
            choice=options[picks % len(options)] if picks is not None and options else utterance.choice,
            location=utterance.pin,
            media=(Media("https://media.example/1", utterance.media),) if utterance.media else (),
            quoted=self._number(utterance.quotes),
        )
        return InboundMessage(received_at=self.now, channel="simulator", content=content.to_json())

    def _number(self, index: int | None) -> str | None:
        if index is None:
            return None
        mine = list(reversed(self.tickets))
        return mine[index] if 0 <= index < len(mine) else FOREIGN

    def _situation(self) -> Situation:
        return replace(
            self.situation,
            tickets=tuple(reversed(self.tickets.values())),
            answerable=self.rulebook.answerable(self.now),
            advice=self.rulebook.advice,
        )

    def _tell_turn(self, turn: Turn) -> None:
        replies = ", ".join(map(_short, turn.replies)) or "(silence)"
        pending = turn.dialogue.pending.asked if turn.dialogue.pending else "nothing"
        draft = f", draft {turn.dialogue.draft.story!r}" if turn.dialogue.draft else ""
        held = ", looked at again" if turn.hold else ""
        if (
            turn.hold
            and not turn.replies
            and len(self.waiting) == 1
            and self.story
            and "looked at again" in self.story[-1]
        ):
            return
        self.tell(f"bot: {replies}; does {turn.action}; asks {pending}{draft}{held}")

    # -- what actions do ------------------------------------------------------------

    def _agency(self, ticket: TicketView, move: Move) -> None:
        if move in moves_from(ticket.status):
            self._move(ticket.number, move)

    def _move(self, number: str, move: Move) -> None:
        ticket = self.tickets[number]
        status = after(ticket.status, move)
        closed = self.now if not is_open(status) else None
        asked = self.now if move in (Move.CLAIM, Move.ASK) else None
        self.tickets[number] = replace(
            ticket, status=status, is_open=is_open(status), closed_at=closed, asked_at=asked
        )

    @singledispatchmethod
    def _perform(self, action: acts.Action) -> None:
        """Actions that change nothing here."""

    @_perform.register
    def _(self, action: acts.FileReport) -> None:
        numbers = [
            self._open(action.draft.kind, code, urgent=action.urgent, sealed=action.sealed)
            for code in reports.services(action.draft, self.rulebook.city)
        ]
        self.dialogue = replace(self.dialogue, recent=numbers[0], recent_at=self.now)

    def _open(self, kind: str, service: str, *, urgent: bool = False, sealed: bool = False) -> str:
        self.filed += 1
        number = NUMBERS[self.filed % len(NUMBERS)]
        agency = self.rulebook.city.services[service].agency
        rated = kind == "lapor" and not sealed
        self.tickets[number] = TicketView(
            number, Status.RECEIVED, service, agency, self.now, self.now + timedelta(days=7), is_open=True,
            urgent=urgent, sealed=sealed, may_be_rated=rated,
        )  # fmt: skip
        return number

    @_perform.register
    def _(self, action: acts.AddToTicket) -> None:
        if action.answers and self.tickets[action.number].status == Status.NEEDS_INFO:
            self._move(action.number, Move.ANSWER)
        self._seal(action.number, action.seals)

    @_perform.register
    def _(self, action: acts.Confirm) -> None:
        self._move(action.number, Move.CONFIRM)
        self.tickets[action.number] = replace(self.tickets[action.number], may_be_rated=False)

    @_perform.register
    def _(self, action: acts.Deny) -> None:
        self._move(action.number, Move.DENY)
        self._seal(action.number, action.seals)

    def _seal(self, number: str, seals: bool) -> None:
        ticket = self.tickets[number]
        self.tickets[number] = replace(ticket, sealed=ticket.sealed or seals)

    @_perform.register
    def _(self, action: acts.JudgeAll) -> None:
        for number in action.numbers:
            self._move(number, Move.CONFIRM if action.done else Move.DENY)

    @_perform.register
    def _(self, action: acts.Withdraw) -> None:
        if Move.WITHDRAW in moves_from(self.tickets[action.number].status):
            self._move(action.number, Move.WITHDRAW)

    @_perform.register
    def _(self, action: acts.Correct) -> None:
        ticket = self.tickets[action.number]
        self.tickets[action.number] = replace(ticket, service=action.service or ticket.service)

    @_perform.register
    def _(self, action: acts.AnswerRecheck) -> None:
        self.situation = replace(self.situation, rechecking=None)
        if action.draft:
            number = self._open(action.draft.kind, action.draft.service or reports.FALLBACK_SERVICE)
            self.dialogue = replace(self.dialogue, recent=number, recent_at=self.now)

    @_perform.register
    def _(self, action: acts.SetOptOut) -> None:
        self.situation = replace(self.situation, opted_out=action.out)

    @_perform.register
    def _(self, action: acts.Erase) -> None:
        self.tickets.clear()
        self.situation, self.dialogue, self.offered = Situation(), Dialogue(), ()


def _short(reply: Reply) -> str:
    options = f" [{'/'.join(key for key, _ in reply.choices)}]" if reply.choices else ""
    return f"{reply.wording}{options}"
