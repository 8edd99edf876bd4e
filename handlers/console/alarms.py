"""Emergencies that nobody has taken: on top of the console until somebody does."""

from dataclasses import dataclass
from datetime import datetime

from flask_login import current_user
from sqlalchemy.orm import Session

from bot.duty import duty
from bot.duty.notes import ALARMS
from bot.duty.roster import ROLES
from handlers.console.sight import sees
from handlers.i18n import N_, translated
from handlers.phrases import Phrases
from storage.models import Alarm
from storage.queries import duty as queries

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
    alarms, me = duty.untaken(session, SHOWN), int(current_user.id)
    hidden = [alarm.ticket_id for alarm in alarms if not sees(alarm.ticket)]
    told = queries.told_about(session, me, hidden, ALARMS)
    return [_waiting(say, alarm, is_mine=sees(alarm.ticket) or alarm.ticket_id in told) for alarm in alarms]


def _waiting(say: Phrases, alarm: Alarm, *, is_mine: bool) -> Waiting:
    """``is_mine``: as ``bot.duty.duty.may_take`` will decide when it is taken."""
    ticket = alarm.ticket
    seen = sees(ticket)
    pin = N_("Pin di peta") if ticket.latitude is not None else N_("Lokasi belum disebutkan")
    return Waiting(
        alarm.id,
        ticket.number,
        alarm.created_at,
        alarm.rounds,
        service=say.service(ticket.service) if seen else translated(N_("Perkara tersegel")),
        place=(ticket.place or translated(pin)) if seen else "",
        is_open_to_me=seen,
        is_mine_to_take=is_mine,
    )
