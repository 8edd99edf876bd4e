"""What happened: how the last message was understood, what it came to, and what is to follow."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.conversation.meaning import decide, is_emergency
from bot.messages import Content
from bot.rulebook import Rulebook
from bot.status import is_open
from bot.words import EMERGENCY_LANE
from handlers.phrases import Phrases
from handlers.simulator import labels
from handlers.simulator.rules import why_there
from nlu.client import Guess, Understanding
from storage.models import Conversation, FollowUp, Handover, InboundMessage, OutboundMessage, Ticket, TicketEvent
from storage.queries.simulator import Chat

Json = dict[str, Any]
SHOWN_GUESSES = 3
EXCERPT = 90
NO_MODEL = "Tidak ada model bahasa; petugas yang membaca."


def happened(chat: Chat, rulebook: Rulebook, now: datetime) -> Json | None:
    """All about the last message and this citizen's tickets; None before the first message."""
    if not chat.inbound:
        return None
    last = chat.inbound[-1]
    story = Story(rulebook, Phrases(rulebook.city, now), last)
    return {
        "message": story.message(),
        "note": story.note(chat.conversation),
        "again_at": _time(chat.conversation.wake_at) if chat.conversation and last.state == "held" else None,
        "guesses": story.guesses(),
        "decision": story.decision(),
        "handover": story.handover(chat.handovers),
        "tickets": [story.ticket(ticket, chat.follow_ups) for ticket in chat.tickets],
        "states": story.states(chat.outbound),
    }


@dataclass(frozen=True)
class Story:
    """Tells about ``last``, the latest message of one citizen."""

    rulebook: Rulebook
    say: Phrases
    last: InboundMessage

    def message(self) -> Json:
        last = self.last
        return {
            "id": last.external_id,
            "text": _excerpt(last),
            "at": last.received_at.isoformat(),
            "urgent": last.lane == EMERGENCY_LANE,
            "state": labels.READING.get(last.state, last.state),
            "outcome": labels.OUTCOMES.get(last.outcome, last.outcome) if last.outcome else None,
        }

    def note(self, conversation: Conversation | None) -> str | None:
        """Why there is no understanding, or why nothing was answered yet."""
        if self.last.state == "new":
            return "Pesan tersimpan dan menunggu worker."
        if self.last.state == "held":
            return labels.AWAY if conversation and conversation.dialogue.get("excused") else labels.HELD
        if self.last.understanding is not None:
            return None
        if not self.last.text:
            return "Tidak ada teks yang perlu dipahami."
        return "Diproses tanpa model bahasa." if self.rulebook.understands else NO_MODEL

    def guesses(self) -> list[Json]:
        """The model's best guesses, each kind with the confidence from which it is taken at its word."""
        known, bars = self.last.understanding or {}, self.rulebook.city.thresholds
        kinds = (
            ("Maksud", "intents", bars.intent),
            ("Layanan", "services", bars.service),
            ("Jawaban baku", "faqs", bars.answer),
        )
        return [self._ranking(kind, bar, known[key]) for kind, key, bar in kinds if known.get(key)]

    def _ranking(self, kind: str, threshold: float, ranking: list[tuple[str, float]]) -> Json:
        guesses = [
            {"label": self.say.service(code).replace("_", " "), "confidence": confidence}
            for code, confidence in ranking[:SHOWN_GUESSES]
        ]
        return {"kind": kind, "threshold": threshold, "guesses": guesses}

    def decision(self) -> str | None:
        """How far the machine goes with the model's word alone."""
        if self.last.understanding is None:
            return None
        understood, bars = understanding_of(self.last.understanding), self.rulebook.city.thresholds
        words = self.rulebook.words.is_emergency(self.last.text)
        emergency = is_emergency(understood, words, bars)
        return labels.EMERGENCY if emergency else labels.DECISIONS[decide(understood, self.rulebook.city)]

    def handover(self, handovers: Sequence[Handover]) -> Json | None:
        """What waits for a person."""
        waiting = next((handover for handover in handovers if handover.answered_at is None), None)
        if waiting is None:
            return None
        return {"reason": self.say.reason(waiting.reason), "due_at": waiting.due_at.isoformat()}

    def ticket(self, ticket: Ticket, follow_ups: Sequence[FollowUp]) -> Json:
        return {
            "number": ticket.number,
            "status": self.say.standing(ticket),
            "open": is_open(ticket.status),
            "touched": ticket.id == self.last.ticket_id,
            "urgent": ticket.urgent,
            "service": self.say.service(ticket.service),
            "agency": self.say.agency(ticket.agency),
            "place": ticket.place,
            "routing": why_there(ticket, self.say),
            "deadlines": [
                {"label": "Verifikasi", "at": ticket.verify_by.isoformat()},
                {"label": "Jawaban", "at": ticket.answer_by.isoformat()},
                {"label": "Selesai", "at": ticket.solve_by.isoformat()},
            ],
            "ahead": self._ahead([step for step in follow_ups if step.ticket_id == ticket.id]),
            "history": [self._event(event) for event in ticket.events],
        }

    def _ahead(self, steps: Sequence[FollowUp]) -> list[Json]:
        """One line a kind of step, at its first time, with how often it may come."""
        first = {step.kind: step for step in reversed(steps)}
        times = Counter(step.kind for step in steps)
        return [
            {
                "label": self.say.planned(kind),
                "state": f"paling banyak {times[kind]} kali" if times[kind] > 1 else None,
                "at": first[kind].due_at.isoformat(),
            }
            for kind in dict.fromkeys(step.kind for step in steps)
        ]

    def _event(self, event: TicketEvent) -> Json:
        return {
            "label": self.say.event(event),
            "actor": self.say.actor(event.actor),
            "at": event.at.isoformat(),
            "note": self.say.note(event, masked=False),
        }

    def states(self, outbound: Sequence[OutboundMessage]) -> list[Json]:
        """The last message and what was sent since, each with how far it came."""
        read = labels.READING.get(self.last.state, self.last.state)
        mine = {"label": "Pesan warga", "state": read, "at": self.last.received_at.isoformat()}
        since = [row for row in outbound if row.created_at >= self.last.received_at]
        return [mine, *(self._sent(row) for row in since)]

    def _sent(self, row: OutboundMessage) -> Json:
        error = f" ({row.error})" if row.error else ""
        at = row.delivered_at or row.sent_at or row.due_at
        return {"label": "Balasan", "state": self.say.delivery(row.state) + error, "at": at.isoformat()}


def understanding_of(record: Json) -> Understanding:
    """What was kept of an understanding, as the decisions take it."""
    intents, services, faqs = (
        tuple(Guess(label, confidence) for label, confidence in record[kind])
        for kind in ("intents", "services", "faqs")
    )
    return Understanding(intents, services, faqs, tuple(record["also"]), model=record["model"])


def _excerpt(row: InboundMessage) -> str:
    content = Content.from_json(row.content)
    types = {item.content_type.partition("/")[0] for item in content.media}
    things = (
        "Lokasi" if content.location else "",
        *(name for kind, name in labels.MEDIA.items() if kind in types),
    )
    text = content.text or " dan ".join(filter(None, things)) or content.choice or ""
    return text if len(text) <= EXCERPT else f"{text[:EXCERPT].rstrip()}…"


def _time(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
