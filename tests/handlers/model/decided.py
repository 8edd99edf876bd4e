"""Messages that the model read and people decided."""

from typing import Any

from storage.models import Conversation, Example, Handover, InboundMessage
from tests.handlers.city_hall import CityHall

WORDS = "rahasia warga tentang got depan rumah"


def read(
    hall: CityHall,
    intent: str = "lapor",
    service: str | None = "sampah",
    sure: float = 0.4,
    model: str = "m-1",
    **more: Any,
) -> int:
    """A message that the model read; its id."""
    handover = hall.handover(WORDS, "unsure")
    with hall.database.begin() as session:
        row = session.get_one(Handover, handover)
        message = session.get_one(InboundMessage, row.inbound_id)
        services = [[service, sure]] if service else []
        message.understanding = {
            "model": model,
            "intents": [[intent, sure]],
            "services": services,
            "faqs": [],
            **more,
        }
        return message.id


def decided(hall: CityHall, message_id: int, intent: str = "lapor", service: str | None = "saluran_air") -> int:
    """Somebody at the desk says what it means; the id of its citizen."""
    with hall.database.begin() as session:
        message = session.get_one(InboundMessage, message_id)
        session.add(
            Example(
                inbound_id=message_id,
                text=WORDS,
                intent=intent,
                service=service,
                created_by=hall.user_id(),
                created_at=hall.now,
            )
        )
        return session.get_one(Conversation, message.conversation_id).citizen_id
