"""Requests signed with a shared secret: HMAC-SHA256 over the time, a full stop and what is signed, in hexadecimal.

``X-Timestamp`` holds the seconds since 1970, ``X-Signature`` the signature. The time is signed so that a request
that somebody has seen cannot be sent again later.
"""

import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping
from datetime import datetime

from handlers.channels.gate import ForgedRequestError

TIMESTAMP, SIGNATURE = "X-Timestamp", "X-Signature"
WINDOW_S = 300


def signature(secret: str, timestamp: str, signed: bytes) -> str:
    """The signature of ``signed`` at ``timestamp``."""
    return hmac.new(secret.encode(), timestamp.encode() + b"." + signed, hashlib.sha256).hexdigest()


def signed_headers(secret: str, at_s: float, signed: bytes) -> dict[str, str]:
    """The two headers for a request made at ``at_s``, in seconds since 1970."""
    timestamp = str(int(at_s))
    return {TIMESTAMP: timestamp, SIGNATURE: signature(secret, timestamp, signed)}


def check(secrets: Iterable[str], headers: Mapping[str, str], body: bytes, now: datetime) -> None:
    """ForgedRequestError unless one of ``secrets`` signed ``body`` within five minutes of ``now``."""
    timestamp, given = headers.get(TIMESTAMP, ""), headers.get(SIGNATURE, "")
    if not re.fullmatch(r"[0-9]{1,12}", timestamp):
        raise ForgedRequestError("no timestamp")
    # Every secret is tried, so that the time taken does not tell which one it was.
    fits = [hmac.compare_digest(signature(secret, timestamp, body).encode(), given.encode()) for secret in secrets]
    if not any(fits):
        raise ForgedRequestError("wrong signature")
    if abs(now.timestamp() - int(timestamp)) > WINDOW_S:
        raise ForgedRequestError("too old or from the future; do both clocks go right?")
