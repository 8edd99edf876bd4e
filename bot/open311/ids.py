"""The ids by which others know a ticket or an update: the row's id, enciphered. Nothing to count up or to store.

They are not the ticket numbers: a number and four digits of a telephone open the citizen's page, and a public list
of numbers would leave the four digits alone in the way. The key is the installation's own and never changes:
SECRET_KEY may be changed at any time, and others keep these ids for years.
"""

import base64
import hashlib
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import ECB
from sqlalchemy.orm import Session

from storage.models import PublicIdKey
from storage.queries.inserting import insert_once

REQUEST, UPDATE = "request", "update"
SHAPE = re.compile(r"[a-z2-7]{26}", re.ASCII)
# What stands in a block beside the id: who draws one at random hits it once in 2 to the power of 64 times.
_MARK = bytes(8)
_BLOCK = 16
_ONLY = 1


@dataclass(frozen=True)
class Ids:
    """Row ids to public ones and back."""

    key: str = field(repr=False)

    def names(self, kind: str, row_ids: Sequence[int]) -> list[str]:
        """The ids that others see, in the order of ``row_ids``."""
        encryptor = self._cipher(kind).encryptor()
        blocks = encryptor.update(b"".join(_MARK + row_id.to_bytes(8, "big") for row_id in row_ids))
        return [_text(blocks[start : start + _BLOCK]) for start in range(0, len(blocks), _BLOCK)]

    def name(self, kind: str, row_id: int) -> str:
        """The id that others see."""
        return self.names(kind, [row_id])[0]

    def row_id(self, kind: str, name: str) -> int | None:
        """The row that a public id means; None for what we never gave out."""
        if not SHAPE.fullmatch(name):
            return None
        block = base64.b32decode(name.upper() + "======")
        plain = self._cipher(kind).decryptor().update(block)
        found = int.from_bytes(plain[len(_MARK) :], "big")
        return found if plain.startswith(_MARK) and found < 2**63 and _text(block) == name else None

    def _cipher(self, kind: str) -> Cipher[ECB]:
        # Each id is exactly one block, never a part of a message: this is the bare permutation that AES is.
        return Cipher(AES(hashlib.sha256(f"{self.key}:{kind}".encode()).digest()), ECB())  # noqa: S305


def kept(session: Session) -> Ids | None:
    """The installation's ids; None before the first."""
    found = session.get(PublicIdKey, _ONLY)
    return Ids(found.key) if found else None


def make(session: Session) -> Ids:
    """The same, with a key drawn where there is none yet, whoever else does so at the same moment."""
    insert_once(session, PublicIdKey, {"id": _ONLY, "key": secrets.token_hex(32)})
    return Ids(session.get_one(PublicIdKey, _ONLY).key)


def _text(block: bytes) -> str:
    return base64.b32encode(block).decode().rstrip("=").lower()
