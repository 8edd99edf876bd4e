"""Messages that got through by no way, for whoever looks at their list."""

import itertools
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from storage.models import Conversation, OutboundMessage

_keys = itertools.count()


def dead_letter(session: Session, now: datetime, conversation_id: int | None = None, **fields: Any) -> int:
    """A failed message; its id."""
    talk = session.get_one(Conversation, conversation_id) if conversation_id else None
    usual: dict[str, Any] = {
        "key": f"dead:{next(_keys)}",
        "channel": talk.channel if talk else "email",
        "recipient": talk.address if talk else "bina.marga@jakarta.example",
        "conversation_id": conversation_id,
        "wording": "report_filed" if talk else "mail",
        "body": {"text": "Laporan Anda sudah dicatat.", "subject": "[JK] Jalan rusak: laporan warga"},
        "created_at": now,
        "due_at": now,
        "state": "failed",
        "failure": "account",
        "error": "63007",
        "attempts": 1,
    }
    row = OutboundMessage(**(usual | fields))
    session.add(row)
    session.flush()
    return row.id
