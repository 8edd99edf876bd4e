"""Civil servants who may report for others, known by the number that they write from; only its hash is kept."""

from datetime import datetime

import structlog
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from bot.duty.roster import e164
from bot.errors import RefusedError
from bot.messages import legible
from storage import keyring
from storage.models import CivilServant
from storage.queries.inserting import insert_once
from storage.queries.phones import under_one_hash

log = structlog.get_logger()

LONGEST_NAME, LONGEST_UNIT = 80, 120


def register(
    session: Session, name: str, unit: str, phone: str, country: str, user_id: int, now: datetime
) -> bool:
    """Let somebody report for others from now on; False where just this was registered before.

    ``country`` is that of a number without a country code. RefusedError where something is missing, where it is no
    telephone number, or one that is registered under another name or unit.
    """
    name = _needed(name, LONGEST_NAME, "nama")
    unit = _needed(unit, LONGEST_UNIT, "unit kerja")
    hashes = keyring.current().lookups(e164(phone, country))
    under_one_hash(session, hashes)
    phone_hash = hashes[0]
    values = {"phone_hash": phone_hash, "name": name, "unit": unit, "created_at": now, "created_by": user_id}
    new_id = insert_once(session, CivilServant, values)
    if new_id is not None:
        log.info("servant_registered", servant=new_id, user=user_id)
        return True
    known = session.scalars(select(CivilServant).where(CivilServant.phone_hash == phone_hash)).one()
    if (known.name, known.unit) != (name, unit):
        raise RefusedError("Nomor itu sudah terdaftar dengan nama atau unit lain; hapus dulu yang lama.")
    return False


def remove(session: Session, servant_id: int, user_id: int) -> bool:
    """From their next report on they report for themselves; False where there is no such entry any more."""
    gone = delete(CivilServant).where(CivilServant.id == servant_id).returning(CivilServant.id)
    if session.scalar(gone) is None:
        return False
    log.info("servant_removed", servant=servant_id, user=user_id)
    return True


def _needed(text: str, longest: int, what: str) -> str:
    text = " ".join(legible(text).split())
    if not text or len(text) > longest:
        raise RefusedError(f"Tulis {what}, paling panjang {longest} huruf.")
    return text
