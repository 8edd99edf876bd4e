"""In which form a message goes out, decided when it is sent: WhatsApp's window may have closed meanwhile."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.messages import WHATSAPP, Choice, Outgoing
from storage.models import OutboundMessage

# WhatsApp takes free text this long after the citizen's last message, and approved templates later.
FREE_TEXT_FOR = timedelta(hours=24)
TEXT, BUTTONS, TEMPLATE = "text", "buttons", "template"


def form_of(row: OutboundMessage, at: datetime) -> str | None:
    """How ``row`` may be sent at ``at``; None where the window is shut and no template of it can be sent."""
    until = window_until(row)
    if until is not None and at >= until:
        return TEMPLATE if has_template(row.body) else None
    return BUTTONS if row.body.get("in_session") else TEXT


def window_until(row: OutboundMessage) -> datetime | None:
    """Until when free text reaches this person; None where it always does.

    The provider knows best: once it has said that the window is shut (63016), it is.
    """
    if row.channel != WHATSAPP:
        return None
    if row.body.get("shut"):
        return datetime.min.replace(tzinfo=UTC)
    if row.conversation is not None and row.conversation.channel == WHATSAPP:
        return (row.conversation.last_inbound_at or row.created_at) + FREE_TEXT_FOR
    until = row.body.get("free_until")
    return datetime.fromisoformat(until) if until else None


def outgoing(row: OutboundMessage, form: str | None = TEXT) -> Outgoing:
    """A row of the outbox as the channels take it in ``form``."""
    body = row.body
    content = {TEMPLATE: body, BUTTONS: body.get("in_session") or {}}.get(form or TEXT, {})
    return Outgoing(
        id=row.id,
        channel=row.channel,
        recipient=row.recipient,
        sender=row.sender,
        text=body["text"],
        choices=tuple(Choice(**choice) for choice in body.get("choices", ())),
        hint=body.get("hint", ""),
        label=body.get("label", ""),
        subject=body.get("subject", ""),
        html=body.get("html", ""),
        message_id=body.get("message_id", ""),
        template=content.get("template"),
        variables=content.get("variables", {}),
        interactive=form == BUTTONS,
    )


def has_template(body: Mapping[str, Any]) -> bool:
    """An approved template with all its values: WhatsApp refuses one of which a value is empty."""
    values = (body.get("variables") or {}).values()
    return bool(body.get("template")) and all(str(value).strip() for value in values)
