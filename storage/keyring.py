"""Encryption of personal columns and the keyed hash by which encrypted addresses are found again."""

import base64
import hashlib
import hmac
from dataclasses import dataclass, field

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


class KeyringError(Exception):
    """The secret keys are missing or do not open what is stored."""


def _derive(secret: str, purpose: str) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=purpose.encode()).derive(secret.encode())


@dataclass(frozen=True)
class Keyring:
    """Keys derived from ``SECRET_KEY``: the first secret encrypts, all of them decrypt.

    The hash key comes from the *last* (oldest) secret, so that putting a new secret in front rotates the
    encryption without losing the look-up of addresses.
    """

    secrets: tuple[str, ...]
    _fernet: MultiFernet = field(init=False, repr=False, compare=False)
    _hash_key: bytes = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not any(self.secrets):
            raise KeyringError("SECRET_KEY is empty; set it to a long random text before starting.")
        keys = [Fernet(base64.urlsafe_b64encode(_derive(s, "columns"))) for s in self.secrets]
        object.__setattr__(self, "_fernet", MultiFernet(keys))
        object.__setattr__(self, "_hash_key", _derive(self.secrets[-1], "lookup"))

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

    def lookup(self, value: str) -> str:
        """A keyed hash (64 hex digits) of ``value``: equal values meet, nobody can guess back from it."""
        return hmac.new(self._hash_key, value.encode(), hashlib.sha256).hexdigest()


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
