"""One round of the worker: claim conversations, understand what was said, answer each in its own transaction."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import Protocol

import structlog
from sqlalchemy.orm import Session

from bot.case import Case
from bot.casework import handing_on
from bot.casework.bursts import Burst, bursts_of
from bot.casework.casework import carry_out
from bot.casework.situation import quoted_ticket, situation_of
from bot.clock import Clock
from bot.conversation import Dialogue, respond, respond_to_silence, still_waiting
from bot.conversation.turn import AskPerson, Reply, Turn
from bot.duty import command
from bot.intake import flood, inbox, said_of
from bot.messages import OPEN311
from bot.open311 import filing
from bot.rulebook import Rulebook
from bot.standing.kept import CurrentRulebook
from bot.watching import meters, trail
from nlu.client import NluUnavailableError, Understanding
from storage.database import Database
from storage.models import Conversation, InboundMessage
from storage.queries.claiming import ALL_LANES, Lease, claim_conversations, hold_lease, is_any_due
from storage.queries.unread import unread

log = structlog.get_logger()

BATCH = 32
TOGETHER_S = 0.02  # webhooks wait no longer for the one who may write
# Between two of these: who waits for his turn to write looks every two or three milliseconds.
GAP_S = 0.004
LEASE = timedelta(seconds=60)
ATTEMPTS = 3


class Understands(Protocol):
    """Whatever can tell what texts mean; NluUnavailableError when it cannot at the moment."""

    def understand(self, texts: Sequence[str]) -> list[Understanding]: ...


@dataclass(frozen=True)
class Worker:
    """What a round needs. ``owner`` names the process in leases; ``has_no_model``: its model is away just now;
    ``lanes``: the first and the last that it works on."""

    database: Database
    rulebook: Rulebook
    nlu: Understands
    clock: Clock
    owner: str
    has_no_model: Callable[[], bool] = field(default=lambda: False)
    lanes: tuple[int, int] = ALL_LANES

    @cached_property
    def _current(self) -> CurrentRulebook:
        """The rulebook with the standing answers that people keep, as of the last claim."""
        return CurrentRulebook(self.rulebook)

    def round(self) -> int:
        """Do what is due; how many conversations that were."""
        if self.lanes != ALL_LANES and not self._sees_any():
            return 0
        had_none = self.has_no_model()
        with meters.timed("claim"):
            claimed, begun = self._claim(others_first=had_none), self.clock.now()
        bursts = self._first_units(claimed)
        understandings = self._understand([burst.text for burst in bursts])
        gone = self._handed_on(bursts) if self.has_no_model() and not had_none else frozenset()
        turns = [turn for turn in zip(bursts, understandings, strict=True) if turn[0].lease not in gone]
        while turns:
            del turns[: self._answer_some(turns, begun)]
        return len(bursts)

    def _handed_on(self, bursts: Sequence[Burst]) -> frozenset[Lease]:
        """Those for which the model is needed that has just failed, if there is somebody to take them."""
        now, words = self.clock.now(), self.rulebook.words
        needing = [burst.lease for burst in bursts if burst.needs_model(words)]
        return handing_on.hand_on(self.database, self.owner, needing, now)

    def is_any_due(self, session: Session, now: datetime) -> bool:
        """Whether there seems to be something for a round."""
        return is_any_due(session, now, self.lanes)

    def _sees_any(self) -> bool:
        """Rounds that share the work look before they lock."""
        with self.database.read() as session:
            return self.is_any_due(session, self.clock.now())

    def _first_units(self, bursts: list[Burst]) -> list[Burst]:
        """Each burst up to where a second matter begins, which then has a turn of its own."""
        bursts = [burst.fixed_words_first(self.rulebook.words) for burst in bursts]
        several = [message.text for burst in bursts if burst.is_divisible for message in burst.messages]
        meanings = iter(self._understand(several))
        return [burst.first_unit(meanings) if burst.is_divisible else burst for burst in bursts]

    def _claim(self, *, others_first: bool = False) -> list[Burst]:
        now = self.clock.now()
        with self.database.begin() as session:
            inbox.place_new(session, now, costs=self.rulebook.city.costs)
            patience = handing_on.patience(session, self.owner, now) if others_first else timedelta(0)
            leases = claim_conversations(session, self.owner, now, BATCH, LEASE, patience, self.lanes)
            if leases:
                self._current.refresh(session)
            cap = self.rulebook.city.limits.messages_a_minute
            found = unread(session, [lease.conversation_id for lease in leases], cap)
            flooded = flood.hold_back(session, self.rulebook, found, now)
        bursts = bursts_of(leases, [message for message, _ in found if message.state != "done"])
        words = self.rulebook.words
        return [b.emergencies_first(words) if b.lease.conversation_id in flooded else b for b in bursts]

    def _understand(self, texts: list[str]) -> list[Understanding | None]:
        """Understandings in order; None for empty texts, and for all of them while the server is away."""
        wanted = [text for text in texts if text]
        if not wanted or not self.rulebook.understands:
            return [None] * len(texts)
        try:
            with meters.timed("understand"):
                understood = iter(self.nlu.understand(wanted))
        except NluUnavailableError as error:
            meters.NLU_FAILED.inc()
            log.warning("nlu_unavailable", reason=str(error), messages=len(wanted))
            return [None] * len(texts)
        return [next(understood) if text else None for text in texts]

    def _answer_some(self, turns: Sequence[tuple[Burst, Understanding | None]], begun: datetime) -> int:
        """Answer the first of ``turns``; how many that were.

        Where only one may write at a time, as many as a moment allows share a transaction: a commit takes the disk
        longer than all of them take. When one fails, each has a transaction of its own.
        """
        if not self.database.is_sqlite:
            self._answer(*turns[0], begun)
            return 1
        done: list[Done | None] = []
        try:
            with self.database.several() as begin:
                until = time.monotonic() + TOGETHER_S
                while len(done) < len(turns) and (not done or time.monotonic() < until):
                    with begin() as session:
                        done.append(self._take(session, *turns[len(done)]))
        except Exception:
            alone = turns[: len(done) + 1]
            for burst, understanding in alone:
                self._answer(burst, understanding, begun)
            return len(alone)
        for (burst, understanding), each in zip(turns, done, strict=False):
            self._tell(burst, understanding, each, begun)
        time.sleep(GAP_S)
        return len(done)

    def _answer(self, burst: Burst, understanding: Understanding | None, begun: datetime) -> None:
        """Answer one burst; a failure concerns this conversation alone, and a person in the end."""
        try:
            with self.database.begin() as session:
                done = self._take(session, burst, understanding)
        except Exception:
            meters.TURNS_FAILED.inc()
            with trail.of_turn(burst.lease.conversation_id, burst.messages):
                log.exception("turn_failed")
            self._set_aside(burst)
            return
        self._tell(burst, understanding, done, begun)

    def _take(self, session: Session, burst: Burst, understanding: Understanding | None) -> "Done | None":
        with trail.of_turn(burst.lease.conversation_id, burst.messages), meters.timed("turn"):
            return answer_burst(session, self._current.value, burst, understanding, self.clock.now())

    def _tell(
        self, burst: Burst, understanding: Understanding | None, done: "Done | None", begun: datetime
    ) -> None:
        if done:
            with trail.of_turn(burst.lease.conversation_id, burst.messages):
                trail.turned(done.messages, done.turn, understanding, begun, self.clock.now())

    def _set_aside(self, burst: Burst) -> None:
        now = self.clock.now()
        with self.database.begin() as session:
            conversation = hold_lease(session, burst.lease)
            if conversation is None:
                return
            conversation.attempts += 1
            conversation.lease_until = None
            conversation.wake_at = now + timedelta(seconds=2**conversation.attempts)
            if conversation.attempts >= ATTEMPTS:
                _give_to_person(session, self.rulebook, conversation, burst, now)


@dataclass(frozen=True)
class Done:
    """What became of a burst: its messages as they are now, and its turn; None where nobody was to talk with."""

    messages: Sequence[InboundMessage]
    turn: Turn | None = None


def answer_burst(
    session: Session, rulebook: Rulebook, burst: Burst, understanding: Understanding | None, now: datetime
) -> Done | None:
    """Decide and carry out one turn; nothing happens when the lease has gone to somebody else."""
    conversation = hold_lease(session, burst.lease)
    if conversation is None:
        return None
    messages = [session.merge(message, load=False) for message in burst.messages]
    if conversation.channel == OPEN311:  # nobody to talk with: a report, and what it is about stands in it
        filing.file(Case(session, rulebook, conversation, messages, now), understanding)
        return Done(messages)
    with meters.timed("decide"):
        case = Case(session, rulebook, conversation, messages, now)
        turn = _decided(case, burst, understanding)
    with meters.timed("write"):
        carry_out(case, turn)
    for message in messages:  # behind the rest, so that each message is written once
        message.understanding = said_of.for_record(understanding, message.text)
    return Done(messages, turn)


def _decided(case: Case, burst: Burst, understanding: Understanding | None) -> Turn:
    """What is to be done about a burst, or about silence."""
    session, rulebook, conversation, messages, now = (
        case.session, case.rulebook, case.conversation, case.messages, case.now
    )  # fmt: skip
    dialogue = Dialogue.from_json(conversation.dialogue)
    situation = situation_of(session, rulebook, conversation, now)
    if messages and (taken := _taken_on_duty(session, rulebook, conversation, messages, now)):
        return Turn(dialogue, (taken,), outcome="duty")
    if messages:
        said = said_of.burst(messages, understanding, rulebook, now)
        said = replace(said, followed=burst.followed, quoted=quoted_ticket(session, messages))
        return respond(dialogue, said, situation, rulebook.city)
    return still_waiting(dialogue, now) or respond_to_silence(dialogue, situation, rulebook.city, now)


def _taken_on_duty(
    session: Session,
    rulebook: Rulebook,
    conversation: Conversation,
    messages: Sequence[InboundMessage],
    now: datetime,
) -> Reply | None:
    """The reply to somebody on duty who takes an emergency; None for everybody and everything else."""
    texts = (str(message.content.get("text", "")) for message in messages)
    taken = (command.command(session, rulebook, conversation, text, now) for text in texts)
    return next((reply for reply in taken if reply), None)


def _give_to_person(
    session: Session, rulebook: Rulebook, conversation: Conversation, burst: Burst, now: datetime
) -> None:
    messages = [session.merge(message, load=False) for message in burst.messages]
    case = Case(session, rulebook, conversation, messages, now)
    carry_out(case, Turn(Dialogue(), (), AskPerson("error", burst.text), outcome="error"))
