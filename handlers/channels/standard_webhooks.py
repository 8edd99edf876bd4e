"""Signatures as standardwebhooks.com has them: HMAC-SHA256 over id, time and body, in Base64, marked ``v1``."""

import base64
import hashlib
import hmac
from collections.abc import Iterable

from bot.subscribers.secrets import key_in

ID, TIMESTAMP, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"


def signature(secret: str, message_id: str, timestamp: str, body: bytes) -> str:
    """The signature of a message; ValueError for a secret that is none."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key_in(secret), signed, hashlib.sha256).digest()).decode()


def signed_headers(secrets: Iterable[str], message_id: str, at_s: float, body: bytes) -> dict[str, str]:
    """The three headers of a post made at ``at_s``, in seconds since 1970, signed with each of ``secrets``."""
    timestamp = str(int(at_s))
    signatures = [signature(secret, message_id, timestamp, body) for secret in secrets]
    return {ID: message_id, TIMESTAMP: timestamp, SIGNATURE: " ".join(signatures)}
