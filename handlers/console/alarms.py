"""Emergencies that nobody has taken: on top of the console until somebody does."""

from dataclasses import dataclass
from datetime import datetime

from flask_login import current_user
from sqlalchemy.orm import Session

from bot import duty
from bot.duty_roster import ROLES
from handlers.console.sight import sees
from handlers.phrases import Phrases
from storage.models import Alarm, User

SHOWN = 50


@dataclass(frozen=True)
class Waiting:
    """One alarm as the list shows it. Of a sealed one others than those named for it see the number only."""

    id: int
    number: str
    since: datetime
    rounds: int
    service: str
    place: str
    is_open_to_me: bool
    is_mine_to_take: bool


def waiting_alarms(session: Session, say: Phrases) -> list[Waiting]:
    """What the present user sees of the untaken alarms, the longest waiting first."""
    if current_user.role not in ROLES:
        return []
    user = session.get_one(User, int(current_user.id))
    return [_waiting(session, say, alarm, user) for alarm in duty.untaken(session, SHOWN)]


def _waiting(session: Session, say: Phrases, alarm: Alarm, user: User) -> Waiting:
    ticket = alarm.ticket
    seen = sees(ticket)
    pin = "Pin di peta" if ticket.latitude is not None else "Lokasi belum disebutkan"
    return Waiting(
        alarm.id,
        ticket.number,
        alarm.created_at,
        alarm.rounds,
        service=say.service(ticket.service) if seen else "Perkara tersegel",
        place=(ticket.place or pin) if seen else "",
        is_open_to_me=seen,
        is_mine_to_take=duty.may_take(session, alarm, user),
    )
