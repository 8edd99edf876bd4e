"""One citizen's chat as the page shows it: messages, what they came to, and the agencies' mail, as JSON."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import url_for

from bot.messages import CHANNELS, Content, Media
from bot.rulebook import Rulebook
from bot.wording.forms import outgoing
from bot.wording.plain_text import plain_text
from handlers.phrases import Phrases
from handlers.simulator import labels
from handlers.simulator.bill import bill
from handlers.simulator.files import SCHEME
from handlers.simulator.happened import happened
from handlers.simulator.people import PHOTO, VOICE
from storage.models import InboundMessage, OutboundMessage
from storage.queries.simulator import Chat

Json = dict[str, Any]
# The citizen's own ticks: stored is one, read by the worker two.
TICKS = {"new": "accepted", "held": "read", "done": "read"}
SAMPLES = {PHOTO: "simulator/photo.jpg", VOICE: "simulator/voice.ogg"}
UNSENT = ("waiting", "sending")
SHOWN = ("accepted", "delivered", "read", "failed", "in_doubt")


@dataclass(frozen=True)
class View:
    """For whom and when a page is made: ``look`` is the channel that the telephone stands for, ``kept`` the
    photos that can still be shown."""

    rulebook: Rulebook
    now: datetime
    look: str
    kept: frozenset[str] = frozenset()


def view_of(chat: Chat, mails: Sequence[OutboundMessage], view: View) -> Json:
    """Everything that changes on the page."""
    say = Phrases(view.rulebook.city, view.now)
    return {
        "messages": _messages(chat, view),
        "typing": _typing(chat),
        "waiting_since": _waiting_since(chat, view.now),
        "happened": happened(chat, view.rulebook, view.now),
        "bill": bill(chat, view.rulebook.city, view.look),
        "mails": [_mail(row, view.rulebook, say) for row in mails],
    }


def _messages(chat: Chat, view: View) -> list[Json]:
    """In the order in which a telephone would show them; what is due later is not there yet."""
    due = [row for row in chat.outbound if row.state in UNSENT and row.due_at <= view.now]
    shown = [*due, *(row for row in chat.outbound if row.state in SHOWN)]
    timed = [(row.received_at, 0, row.id, _said(row, view.kept)) for row in chat.inbound]
    answered = _texted if CHANNELS[view.look].is_sms else written
    timed += [(row.created_at, 1, row.id, answered(row)) for row in shown]
    return [message for *_, message in sorted(timed, key=lambda entry: entry[:3])]


def _said(row: InboundMessage, kept: frozenset[str]) -> Json:
    content = Content.from_json(row.content)
    pin = content.location
    return {
        "id": row.external_id,
        "mine": True,
        "at": row.received_at.isoformat(),
        "text": content.text,
        "state": TICKS.get(row.state, row.state),
        "media": [_media(item, kept) for item in content.media],
        "pin": {"lat": pin.latitude, "lon": pin.longitude, "label": pin.address} if pin else None,
        "choices": [],
    }


def written(row: OutboundMessage) -> Json:
    """A message of ours, with the choices that it offers."""
    return {
        "id": f"out-{row.id}",
        "mine": False,
        "at": (row.sent_at or row.created_at).isoformat(),
        "text": row.body["text"],
        "state": row.state,
        "media": [],
        "pin": None,
        "choices": row.body.get("choices", []),
    }


def _texted(row: OutboundMessage) -> Json:
    """An SMS has no buttons: what can be answered stands in it, as it is sent."""
    return written(row) | {"text": plain_text(outgoing(row)), "choices": []}


def _media(item: Media, kept: frozenset[str]) -> Json:
    """``url`` is None for a photo that is not kept any more."""
    kind = "voice" if item == VOICE else "photo"
    if item in SAMPLES:
        return {"kind": kind, "url": url_for("static", filename=SAMPLES[item])}
    file_id = item.url.removeprefix(SCHEME)
    return {"kind": kind, "url": url_for(".file", file_id=file_id) if file_id in kept else None}


def _typing(chat: Chat) -> bool:
    """Whether an answer is to be expected soon: something is unread, and the model is not away."""
    excused = bool(chat.conversation and chat.conversation.dialogue.get("excused"))
    states = {row.state for row in chat.inbound}
    return "new" in states or ("held" in states and not excused)


def _waiting_since(chat: Chat, now: datetime) -> str | None:
    """Since when something lies about that the worker should have taken."""
    unread = [row.received_at for row in chat.inbound if row.state == "new"]
    unsent = [row.due_at for row in chat.outbound if row.state in UNSENT and row.due_at <= now]
    return min([*unread, *unsent]).isoformat() if unread or unsent else None


def _mail(row: OutboundMessage, rulebook: Rulebook, say: Phrases) -> Json:
    text, base = row.body["text"], rulebook.base_url
    link = re.search(rf"{re.escape(base)}(/agency/[\w-]+)", text)
    return {
        "id": row.id,
        "at": (row.sent_at or row.created_at).isoformat(),
        "to": row.recipient,
        "name": labels.recipients(rulebook.city).get(row.recipient, row.recipient),
        "subject": row.body.get("subject", ""),
        "text": text,
        "link": link[1] if link else None,
        "url": link[0] if link else None,
        "state": say.delivery(row.state),
    }
