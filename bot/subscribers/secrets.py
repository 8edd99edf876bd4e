"""Secrets that posts are signed with, as the Standard Webhooks convention writes them: whsec_ and Base64."""

import base64
import binascii
import secrets

PREFIX = "whsec_"
BYTES, LEAST, MOST = 32, 24, 64


def new_secret() -> str:
    """A secret that nobody has had before: 256 random bits."""
    return PREFIX + base64.b64encode(secrets.token_bytes(BYTES)).decode()


def key_in(secret: str) -> bytes:
    """The bytes that sign; ValueError for what is no secret of this form."""
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except binascii.Error:
        key = b""
    if not secret.startswith(PREFIX) or not LEAST <= len(key) <= MOST:
        raise ValueError("A secret is whsec_ and the Base64 of 24 to 64 bytes.")
    return key
