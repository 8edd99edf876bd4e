"""What people do about subscriptions: make one, try it, give it another secret, stop it, end it."""

import secrets as randomness
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy.orm import Session

from bot.city.city import COORDINATORS, City
from bot.errors import NotFoundError, RefusedError
from bot.subscribers import events, fanout, suspending
from bot.subscribers.secrets import new_secret
from storage.models import Subscription
from storage.queries import subscriptions as queries
from storage.queries.inserting import ring
from storage.queries.subscriptions import sender_of

log = structlog.get_logger()

LONGEST_NAME, LONGEST_URL = 80, 500
NO_NAME = "Beri nama langganan ini, paling panjang 80 huruf."
NO_TYPE = "Pilih jenis kejadian dari daftar."
NO_AGENCY = "Instansi itu tidak ada di config.yml."
# Why an address is refused, by the words of whoever looks at it.
ADDRESSES = {
    "url": "Tulis alamat lengkap tanpa spasi dan tanpa nama pengguna, misalnya https://sistem.contoh.id/hook.",
    "scheme": "Alamatnya harus https.",
    "port": "Port itu tidak boleh; pakai 443 atau 1024 ke atas.",
    "address": "Alamat itu tidak ada di internet umum, jadi tidak boleh dikirimi.",
}
UNKNOWN = "Langganan itu tidak ada, atau sudah diakhiri."
SUSPENDED_ALREADY = "Langganan ini sedang dihentikan; lanjutkan dulu."


# Says whether an address may be posted to; RefusedError with one sentence where not.
ChecksAddress = Callable[[str], None]


@dataclass(frozen=True)
class Wish:
    """What a new subscription is to be like: ``types`` empty for all, ``agency`` empty for the whole city."""

    name: str
    url: str
    types: tuple[str, ...] = ()
    agency: str = ""


def add(
    session: Session, city: City, wish: Wish, check: ChecksAddress, user_id: int | None, now: datetime
) -> Subscription:
    """A new subscription, from now on; its secret is shown this once. RefusedError where it cannot be."""
    if not wish.name.strip() or len(wish.name) > LONGEST_NAME:
        raise RefusedError(NO_NAME)
    if not set(wish.types) <= set(events.TYPES):
        raise RefusedError(NO_TYPE)
    if wish.agency and (wish.agency not in city.agencies or wish.agency == COORDINATORS):
        raise RefusedError(NO_AGENCY)
    if len(wish.url) > LONGEST_URL:
        raise RefusedError(ADDRESSES["url"])
    check(wish.url)
    made = Subscription(
        name=wish.name.strip(),
        url=wish.url,
        secret=new_secret(),
        kinds=in_order(wish.types),
        agency=wish.agency or None,
        created_at=now,
        created_by=user_id,
        through=queries.newest_event(session),
    )
    session.add(made)
    session.flush()
    log.info("subscription_made", subscription=made.id, user=user_id)
    return made


def rotate(session: Session, subscription_id: int, now: datetime) -> str:
    """Another secret; the one before signs as well for a day. NotFoundError for one that is not there."""
    found = of(session, subscription_id)
    found.secret_before, found.secret, found.rotated_at = found.secret, new_secret(), now
    log.info("subscription_secret_rotated", subscription=found.id)
    return found.secret


def suspend(session: Session, subscription_id: int, now: datetime) -> bool:
    """A person stops it; False when it stood still already. NotFoundError for one that is not there."""
    found = of(session, subscription_id)
    if found.suspended_at is not None:
        return False
    suspending.suspend(session, None, found, suspending.PERSON, now)
    return True


def resume(session: Session, subscription_id: int, now: datetime, *, from_now: bool) -> bool:
    """Take it up again; False when it was posted to anyway. NotFoundError for one that is not there."""
    found = of(session, subscription_id)
    if found.suspended_at is None:
        return False
    suspending.resume(session, found, now, from_now=from_now)
    ring(session)
    return True


def end(session: Session, subscription_id: int, now: datetime) -> bool:
    """End it for good, its address and secrets forgotten; False when it had ended before."""
    found = queries.locked(session, subscription_id)
    if found is None:
        return False
    found.ended_at, found.url, found.secret, found.secret_before = now, "", "", None
    queries.cancel_waiting(session, sender_of(found.id))
    queries.settle_dead(session, sender_of(found.id), now)
    log.info("subscription_ended", subscription=found.id)
    return True


def ping(session: Session, subscription_id: int, now: datetime) -> None:
    """Post a test event; RefusedError while it is suspended, NotFoundError for one that is not there."""
    found = of(session, subscription_id)
    if found.suspended_at is not None:
        raise RefusedError(SUSPENDED_ALREADY)
    key = f"hook:{found.id}:ping:{randomness.token_hex(8)}"
    body: dict[str, Any] = {
        "id": fanout.message_id(key),
        "type": events.PING,
        "at": now.isoformat(timespec="seconds").replace("+00:00", "Z"),
    }
    fanout.put(session, found.id, key, body, now, None)
    ring(session)


def of(session: Session, subscription_id: int) -> Subscription:
    """A subscription, locked; NotFoundError for one that is not there or has ended."""
    found = queries.locked(session, subscription_id)
    if found is None:
        raise NotFoundError(UNKNOWN)
    return found


def in_order(types: Iterable[str]) -> list[str]:
    """The types as they are kept; all of them are as good as none."""
    wanted = set(types)
    return [] if wanted == set(events.TYPES) else [one for one in events.TYPES if one in wanted]
