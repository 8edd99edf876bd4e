"""Who works in the city of the demonstration: an account of each role, shifts, colleagues' sentences."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bot.city.city import City
from handlers.auth import create_user
from storage.models import Shift

PEOPLE = (
    ("rina@jakarta.example", "coordinator", None),
    ("joko@jakarta.example", "coordinator", None),
    ("dewi@jakarta.example", "sealed_officer", None),
    ("pimpinan@jakarta.example", "leadership", None),
    ("petugas.dlh@jakarta.example", "agency_officer", "dlh"),
    ("petugas.binamarga@jakarta.example", "agency_officer", "bina_marga"),
)


def hire(session: Session, city: City, password: str, now: datetime) -> None:
    """Accounts with one password for all of them, and the administrator's."""
    for email, role, agency in (("admin@jakarta.example", "administrator", None), *PEOPLE):
        user = create_user(session, email, password, role, now, agency)
        session.flush()
        if role == "coordinator":
            session.add(Shift(user_id=user.id, starts_at=now, ends_at=now + timedelta(days=3)))
