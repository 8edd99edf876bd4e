"""Messages as a channel hands them in, with usual values for what a test does not care about."""

from typing import Any

from bot.messages import SMS, WHATSAPP, Content, Incoming
from tests.standins.citizen import new_sid
from tests.support.settings import OUR_SMS, OUR_WHATSAPP

PHONE = "+628000001234"


def by_whatsapp(text: str = "halo", phone: str = PHONE, **changes: Any) -> Incoming:
    usual: dict[str, Any] = {
        "channel": WHATSAPP,
        "external_id": new_sid(),
        "address": f"whatsapp:{phone}",
        "our_address": OUR_WHATSAPP,
        "content": Content(text=text),
        "phone": phone,
        "raw": {"Body": text},
    }
    return Incoming(**(usual | changes))


def by_sms(text: str = "halo", phone: str = PHONE, **changes: Any) -> Incoming:
    return by_whatsapp(text, phone, **({"channel": SMS, "address": phone, "our_address": OUR_SMS} | changes))


def without_phone(text: str = "halo", user: str = "US.1234", **changes: Any) -> Incoming:
    """From somebody of whom WhatsApp tells no number."""
    return by_whatsapp(text, **({"address": f"whatsapp:{user}", "phone": None} | changes))
