"""What happened: how the last message was understood, what it came to, and what is to follow."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from bot.messages import Content
from bot.rulebook import Rulebook
from bot.status import LABELS, Status, is_open
from bot.words import EMERGENCY_LANE
from handlers.simulator import labels
from storage.models import Conversation, FollowUp, Handover, InboundMessage, OutboundMessage, Ticket, TicketEvent
from storage.queries.simulator import Chat

Json = dict[str, Any]
SHOWN_GUESSES = 3
EXCERPT = 90
NO_MODEL = "Tidak ada model bahasa; petugas yang membaca."


def happened(chat: Chat, rulebook: Rulebook) -> Json | None:
    """All about the last message and this citizen's tickets; None before the first message."""
    if not chat.inbound:
        return None
    last = chat.inbound[-1]
    return {
        "message": _message(last),
        "note": _note(last, chat.conversation, rulebook),
        "again_at": _time(chat.conversation.wake_at) if chat.conversation and last.state == "held" else None,
        "guesses": _guesses(last.understanding, rulebook),
        "handover": _handover(chat.handovers),
        "tickets": [_ticket(ticket, chat.follow_ups, rulebook, last) for ticket in chat.tickets],
        "states": _states(last, chat.outbound),
    }


def _message(row: InboundMessage) -> Json:
    return {
        "text": _excerpt(row),
        "at": row.received_at.isoformat(),
        "urgent": row.lane == EMERGENCY_LANE,
        "state": labels.READING.get(row.state, row.state),
        "outcome": labels.OUTCOMES.get(row.outcome, row.outcome) if row.outcome else None,
    }


def _excerpt(row: InboundMessage) -> str:
    content = Content.from_json(row.content)
    things = ("Lokasi" if content.location else "", "Foto" if content.media else "")
    text = content.text or " dan ".join(filter(None, things)) or content.choice or ""
    return text if len(text) <= EXCERPT else f"{text[:EXCERPT].rstrip()}…"


def _note(row: InboundMessage, conversation: Conversation | None, rulebook: Rulebook) -> str | None:
    """Why there is no understanding, or why nothing was answered yet."""
    if row.state == "new":
        return "Pesan tersimpan dan menunggu worker."
    if row.state == "held" and conversation and conversation.dialogue.get("excused"):
        return "Model bahasa sedang tidak terjangkau; pesan dibaca begitu ia kembali."
    if row.state == "held":
        return "Pesan ini tampak belum selesai; sistem menunggu lanjutannya sebentar."
    if row.understanding is None and not row.text:
        return "Tidak ada teks yang perlu dipahami."
    if row.understanding is None:
        return "Diproses tanpa model bahasa." if rulebook.understands else NO_MODEL
    return None


def _guesses(understanding: Json | None, rulebook: Rulebook) -> list[Json]:
    """The model's best guesses with the confidence from which each is taken at its word."""
    if understanding is None:
        return []
    bars, services = rulebook.city.thresholds, rulebook.city.services
    names = {code: service.name for code, service in services.items()}
    kinds = (
        ("Maksud", "intents", bars.intent),
        ("Layanan", "services", bars.service),
        ("Jawaban baku", "faqs", bars.answer),
    )
    return [
        {
            "kind": kind,
            "threshold": bar,
            "guesses": [
                {"label": names.get(code, code.replace("_", " ")), "confidence": confidence}
                for code, confidence in understanding[key][:SHOWN_GUESSES]
            ],
        }
        for kind, key, bar in kinds
        if understanding.get(key)
    ]


def _handover(handovers: Sequence[Handover]) -> Json | None:
    """What waits for a person."""
    waiting = next((handover for handover in handovers if handover.answered_at is None), None)
    if waiting is None:
        return None
    return {"reason": labels.REASONS.get(waiting.reason, waiting.reason), "due_at": waiting.due_at.isoformat()}


def _ticket(ticket: Ticket, follow_ups: Sequence[FollowUp], rulebook: Rulebook, last: InboundMessage) -> Json:
    city = rulebook.city
    service = city.services.get(ticket.service)
    return {
        "number": ticket.number,
        "status": LABELS[Status(ticket.status)],
        "open": is_open(ticket.status),
        "touched": ticket.id == last.ticket_id,
        "urgent": ticket.urgent,
        "service": service.name if service else ticket.service,
        "agency": city.agency_name(ticket.agency),
        "place": ticket.place,
        "deadlines": [
            {"label": "Verifikasi", "at": ticket.verify_by.isoformat()},
            {"label": "Jawaban", "at": ticket.answer_by.isoformat()},
            {"label": "Selesai", "at": ticket.solve_by.isoformat()},
        ],
        "ahead": [_ahead(step) for step in follow_ups if step.ticket_id == ticket.id],
        "history": [_event(event, rulebook) for event in ticket.events],
    }


def _ahead(step: FollowUp) -> Json:
    return {"label": labels.FOLLOW_UPS.get(step.kind, step.kind), "at": step.due_at.isoformat()}


def _event(event: TicketEvent, rulebook: Rulebook) -> Json:
    return {
        "label": labels.EVENTS.get(event.kind, event.kind),
        "actor": labels.actor(event.actor, rulebook.city),
        "at": event.at.isoformat(),
        "note": event.note if event.kind in labels.NOTED else None,
    }


def _states(last: InboundMessage, outbound: Sequence[OutboundMessage]) -> list[Json]:
    """The last message and what was sent since, each with how far it came."""
    read = labels.READING.get(last.state, last.state)
    mine = {"label": "Pesan warga", "state": read, "at": last.received_at.isoformat()}
    since = [row for row in outbound if row.created_at >= last.received_at]
    return [mine, *(_sent(row) for row in since)]


def _sent(row: OutboundMessage) -> Json:
    state = labels.SENDING.get(row.state, row.state)
    at = row.delivered_at or row.sent_at or row.due_at
    return {"label": "Balasan", "state": f"{state} ({row.error})" if row.error else state, "at": at.isoformat()}


def _time(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
