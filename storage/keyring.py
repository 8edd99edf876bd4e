"""Encryption of personal columns and the keyed hash by which encrypted addresses are found again."""

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass, field
from functools import cached_property

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

MAC_BYTES = 32  # at the end of a Fernet token, over all that stands before
FINGERPRINT_LENGTH = 8
CHANNEL_PREFIX = ":"


class KeyringError(Exception):
    """The secret keys are missing or do not open what is stored."""


def _derive(secret: str, purpose: str) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=purpose.encode()).derive(secret.encode())


@dataclass(frozen=True)
class Keyring:
    """Keys derived from ``SECRET_KEY``: the first secret writes, all of them read.

    That holds for what is encrypted and for keyed hashes alike. So a secret is changed without a moment at which
    one process cannot find what another wrote: the new one is added at the end, then it comes to the front, then
    the old one is taken away (docs/keys.md).
    """

    secrets: tuple[str, ...]
    _fernet: MultiFernet = field(init=False, repr=False, compare=False)
    _hash_keys: tuple[bytes, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        secrets = tuple(secret for secret in self.secrets if secret)
        if not secrets:
            raise KeyringError("SECRET_KEY is empty; set it to a long random text before starting.")
        object.__setattr__(self, "secrets", secrets)
        keys = [Fernet(base64.urlsafe_b64encode(_derive(s, "columns"))) for s in secrets]
        object.__setattr__(self, "_fernet", MultiFernet(keys))
        object.__setattr__(self, "_hash_keys", tuple(_derive(s, "lookup") for s in secrets))

    def encrypt(self, text: str) -> bytes:
        return self.encrypt_bytes(text.encode("utf-8", "surrogatepass"))

    def decrypt(self, blob: bytes) -> str:
        return self.decrypt_bytes(blob).decode("utf-8", "surrogatepass")

    def encrypt_bytes(self, content: bytes) -> bytes:
        return self._fernet.encrypt(content)

    def decrypt_bytes(self, blob: bytes) -> bytes:
        """KeyringError when ``blob`` was written with another key or is damaged."""
        try:
            return self._fernet.decrypt(bytes(blob))
        except InvalidToken:
            raise KeyringError(
                "A stored value cannot be decrypted; is SECRET_KEY the one it was written with?"
            ) from None

    def renewed(self, blob: bytes) -> bytes:
        """The same content written with the first secret; KeyringError as :meth:`decrypt_bytes`."""
        try:
            return self._fernet.rotate(bytes(blob))
        except InvalidToken:
            raise KeyringError("A stored value cannot be decrypted, so it cannot be written anew.") from None

    def secret_of(self, blob: bytes) -> int | None:
        """Which of the secrets ``blob`` was written with, 0 for the first; None for none of them.

        Only its seal is looked at: a tenth of the work of reading it.
        """
        try:
            token = base64.urlsafe_b64decode(bytes(blob))
        except (binascii.Error, ValueError):
            return None
        sealed, mac = token[:-MAC_BYTES], token[-MAC_BYTES:]
        for number, key in enumerate(self._seal_keys):
            if hmac.compare_digest(hmac.digest(key, sealed, "sha256"), mac):
                return number
        return None

    @cached_property
    def _seal_keys(self) -> tuple[bytes, ...]:
        """The first half of a Fernet key signs, the second encrypts (its specification)."""
        return tuple(_derive(secret, "columns")[:16] for secret in self.secrets)

    @cached_property
    def fingerprints(self) -> tuple[str, ...]:
        """By which people tell the secrets apart; nobody can guess back from them."""
        return tuple(_derive(secret, "fingerprint").hex()[:FINGERPRINT_LENGTH] for secret in self.secrets)

    def lookup(self, value: str) -> str:
        """A keyed hash (64 hex digits) of ``value``: equal values meet, nobody can guess back from it."""
        return _keyed(self._hash_keys[0], value)

    def lookups(self, value: str) -> tuple[str, ...]:
        """All hashes under which ``value`` may be stored, that of the first secret first."""
        return tuple(_keyed(key, value) for key in self._hash_keys)

    def candidates(self, stored: str, address: str) -> tuple[str, ...]:
        """All hashes of what ``stored`` is the hash of, where that is ``address`` or the telephone in it.

        ``stored`` alone where it is the hash of neither.
        """
        if len(self._hash_keys) == 1:
            return (stored,)
        for value in spellings(address):
            hashes = self.lookups(value)
            if stored in hashes:
                return hashes
        return (stored,)


def spellings(address: str) -> tuple[str, ...]:
    """An address of any channel, and the telephone number that it may be: ``whatsapp:+62812``, ``62812``."""
    bare = address.rpartition(CHANNEL_PREFIX)[2]
    return tuple(dict.fromkeys((address, bare, f"+{bare.removeprefix('+')}")))


def _keyed(key: bytes, value: str) -> str:
    return hmac.new(key, value.encode(), hashlib.sha256).hexdigest()


class _Current:
    """The process's keyring: column types need it where SQLAlchemy calls them without any context."""

    keyring: Keyring | None = None


def use(keyring: Keyring) -> None:
    """Make ``keyring`` the one that this process's encrypted columns work with."""
    _Current.keyring = keyring


def current() -> Keyring:
    """The process's keyring; KeyringError before :func:`use` was called."""
    if _Current.keyring is None:
        raise KeyringError("No keyring is in use; call storage.keyring.use() at start.")
    return _Current.keyring
