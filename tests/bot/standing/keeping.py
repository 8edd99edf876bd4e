"""Keeping standing answers, as the tests do it."""

from datetime import date, datetime
from typing import Any

from bot.rulebook import Rulebook
from bot.standing import standing
from bot.standing.standing import Kept
from storage.database import Database
from storage.models import StandingAnswer, User
from tests.support.clock import MoveableClock

TOPIC = "ktp_baru"
WITH_CHECK = "ktp_status"
WITH_HELPED = "ktp_hilang"
NEW_TEXT = "KTP pertama sekarang bisa dibuat di mal pelayanan, gratis. Bawa KK."
QUESTION = "Apakah perpustakaan kota buka hari Minggu?"
ASKS = "cara bikin KTP pertama gimana"


def kept(**more: Any) -> Kept:
    """An answer as somebody would type it."""
    values: dict[str, Any] = {
        "topic": TOPIC,
        "text_id": NEW_TEXT,
        "text_en": "A first KTP is made at the service mall, free of charge. Bring your KK.",
        "owner": "dukcapil",
        "source": "Pengumuman Dukcapil 12/2026",
        "valid_until": date(2027, 6, 30),
        "verified": True,
    }
    return Kept(**{**values, **more})


def asked(**more: Any) -> Kept:
    """An answer to a question of its own."""
    return kept(topic=None, question=QUESTION, text_id="Ya, pukul 9 sampai 15.", text_en=None, **more)


def person(database: Database, clock: MoveableClock, email: str) -> int:
    with database.begin() as session:
        user = User(email=email, password_hash="-", created_at=clock.now())
        session.add(user)
        session.flush()
        return user.id


def keep(database: Database, rulebook: Rulebook, what: Kept, user_id: int, now: datetime) -> int:
    with database.begin() as session:
        return standing.keep(session, rulebook, what, user_id, now).id


def row_of(database: Database, answer_id: int) -> StandingAnswer:
    with database.read() as session:
        return session.get_one(StandingAnswer, answer_id)
