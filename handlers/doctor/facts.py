"""Facts about a live installation, as plain values."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Answers:
    """Status codes of our public address: its health page (and whether that is ours), an unsigned webhook."""

    health: int
    is_ours: bool
    forged: int


@dataclass(frozen=True)
class Store:
    """The database: its kind, whether it has all migrations, console accounts, seconds since a worker was seen.

    ``unknown_services``: those of open tickets that config.yml has no more.
    ``ledger``: how the erasure ledger stands: ``well``, ``none``, ``behind``, ``cut`` or ``damaged``.
    """

    kind: str
    migrated: bool
    accounts: int = 0
    worker_silent_s: float | None = None
    ledger: str = "well"
    unknown_services: tuple[str, ...] = ()


@dataclass(frozen=True)
class Kept:
    """Citizens' files can be kept at ``where``; ``moving``: some are still in the folder that was used before."""

    where: str
    moving: bool = False


@dataclass(frozen=True)
class Account:
    """A Twilio account: ``active``, ``suspended`` or ``closed``; ``Trial`` or ``Full``."""

    status: str
    type: str


@dataclass(frozen=True)
class Hooks:
    """Where Twilio turns to. ``status_url`` is None where there is no such setting."""

    url: str = ""
    method: str = "POST"
    fallback_url: str = ""
    fallback_method: str = "POST"
    status_url: str | None = None


@dataclass(frozen=True)
class Service:
    """A Messaging Service that a sender belongs to; ``overrides``: its hooks count, not the sender's own."""

    name: str
    overrides: bool
    hooks: Hooks


@dataclass(frozen=True)
class Sender:
    """A sender of the account: a phone number or a WhatsApp sender."""

    address: str
    hooks: Hooks
    online: bool = True
    state: str = ""
    application: str = ""


@dataclass(frozen=True)
class Content:
    """A template of the account: WhatsApp's verdict with its reason, and the placeholders in its text."""

    status: str
    reason: str = ""
    placeholders: frozenset[str] = frozenset()
