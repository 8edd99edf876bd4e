"""Emergencies and the people on duty: told at once, and again until one of them takes it.

Nothing here asks the language model, and no quiet hours hold it up.
"""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

import structlog
from sqlalchemy import update
from sqlalchemy.orm import Session

from bot.due import Due, carry_out
from bot.duty import notes
from bot.duty.notes import ALARMS
from bot.duty.roster import to_tell
from bot.following import followups
from bot.outgoing.outbox import Note
from bot.outgoing.ways import to_phone
from bot.rulebook import Rulebook
from bot.status import OPEN, is_open
from bot.tickets import tickets
from bot.tickets.tickets import By
from bot.words import EMERGENCY_LANE
from storage.database import Database
from storage.models import Alarm, OutboundMessage, Ticket, User
from storage.queries import duty as queries
from storage.queries.inserting import insert_once

log = structlog.get_logger()

BATCH = 50
TAKERS = ("coordinator", "administrator", "sealed_officer")


class Taking(StrEnum):
    """What became of somebody's wish to take an alarm."""

    TAKEN = "taken"
    YOURS = "yours"
    OTHERS = "others"
    CLOSED = "closed"


def raise_alarm(session: Session, ticket: Ticket, now: datetime) -> None:
    """Have the people on duty told of ``ticket`` with the next tick, once however often this is called."""
    insert_once(session, Alarm, {"ticket_id": ticket.id, "created_at": now, "rounds": 0, "next_at": now})


def ring_again(session: Session, ticket: Ticket, now: datetime) -> None:
    """Have the people on duty told once more, with the next tick, where nobody has taken the alarm yet."""
    waiting = update(Alarm).where(Alarm.ticket_id == ticket.id, Alarm.taken_at.is_(None))
    session.execute(waiting.values(next_at=now).execution_options(synchronize_session=False))


def untaken(session: Session, limit: int = 50) -> Sequence[Alarm]:
    """The alarms that wait for somebody, the longest waiting first, with their tickets."""
    return queries.untaken(session, OPEN, limit)


def run_due(database: Database, rulebook: Rulebook, now: datetime) -> int:
    """Tell the people on duty of the alarms that are due at ``now``; how many alarms that were."""

    def tell_all(session: Session, alarms: Sequence[Alarm]) -> int:
        for alarm in alarms:
            _round(session, rulebook, alarm, now)
        return len(alarms)

    def put_off(alarm: Alarm) -> None:
        """No longer than until its next round: an emergency does not wait an hour."""
        alarm.next_at = rulebook.city.working_calendar.add(now, rulebook.city.duty.repeat)

    due = Due[Alarm](
        "alarm",
        take=lambda session, only: queries.due_alarms(session, now, BATCH, only),
        id_of=lambda alarm: alarm.id,
        do=tell_all,
        put_off=put_off,
    )
    return carry_out(database, due)


def take(session: Session, rulebook: Rulebook, alarm: Alarm, user: User, now: datetime) -> Taking:
    """``user`` takes the alarm if nobody has; colleagues and the citizen are told so."""
    session.refresh(alarm, with_for_update=True)
    if alarm.taken_at is not None:
        return Taking.YOURS if alarm.taken_by == user.id else Taking.OTHERS
    ticket = alarm.ticket
    if not is_open(ticket.status):
        return Taking.CLOSED
    alarm.taken_at, alarm.taken_by, alarm.next_at = now, user.id, None
    tickets.record(session, ticket, "alarm_taken", By(f"user:{user.id}", now))
    _tell_colleagues(session, rulebook, alarm, now)
    _tell_citizen(session, rulebook, alarm, now)
    log.info("alarm_taken", alarm=alarm.id, user=user.id, rounds=alarm.rounds)
    return Taking.TAKEN


def may_take(session: Session, alarm: Alarm, user: User) -> bool:
    """Whether the alarm is this person's business; a sealed one is for those named for it and those alerted."""
    if user.role not in TAKERS or user.disabled_at is not None:
        return False
    if not alarm.ticket.sealed or user.role == "sealed_officer":
        return True
    return queries.was_told(session, user.id, alarm.ticket_id, ALARMS)


def _round(session: Session, rulebook: Rulebook, alarm: Alarm, now: datetime) -> None:
    _drop_unsent(session, alarm)  # what is stuck is overtaken by this round, or by the end of it all
    if alarm.taken_at is not None or not is_open(alarm.ticket.status):
        alarm.next_at = None
        return
    alarm.rounds += 1
    policy, calendar = rulebook.city.duty, rulebook.city.working_calendar
    alarm.next_at = calendar.add(now, policy.repeat) if alarm.rounds < policy.rounds else None
    people = to_tell(session, now, sealed=alarm.ticket.sealed, widely=alarm.rounds > policy.widen_after)
    _alert(session, rulebook, alarm, people, now)
    if alarm.next_at is None:
        log.error("alarm_not_taken", alarm=alarm.id, rounds=alarm.rounds)


def _alert(session: Session, rulebook: Rulebook, alarm: Alarm, people: Sequence[User], now: datetime) -> None:
    if not people:
        log.error("alarm_without_duty", alarm=alarm.id, round=alarm.rounds)
        return
    before = {_user_of(row): row for row in queries.told(session, alarm.ticket_id, ALARMS)}
    if not before:
        tickets.record(session, alarm.ticket, "alarm_sent", By("bot", now), {"people": len(people)})
    for user in people:
        note = notes.alarm(rulebook, alarm, user)
        to_phone(session, rulebook, user, note, now, before.get(user.id))


def _tell_colleagues(session: Session, rulebook: Rulebook, alarm: Alarm, now: datetime) -> None:
    """What was not sent yet is not sent any more; who was alerted hears that it is being handled."""
    _drop_unsent(session, alarm)
    rows = queries.told(session, alarm.ticket_id, ALARMS)
    alerted = {_user_of(row) for row in rows if row.state not in ("cancelled", "failed")}
    for user in queries.reachable(session, TAKERS):
        if user.id in alerted and user.id != alarm.taken_by:
            to_phone(session, rulebook, user, notes.handled(alarm, user), now)


def _drop_unsent(session: Session, alarm: Alarm) -> None:
    unsent = update(OutboundMessage).where(
        OutboundMessage.ticket_id == alarm.ticket_id,
        OutboundMessage.wording.in_(ALARMS),
        OutboundMessage.state == "waiting",
    )
    session.execute(unsent.values(state="cancelled").execution_options(synchronize_session=False))


def _tell_citizen(session: Session, rulebook: Rulebook, alarm: Alarm, now: datetime) -> None:
    """At any hour: whoever is in need wants to know that somebody is there."""
    ticket = alarm.ticket
    values = {"number": ticket.number, "service": rulebook.city.services[ticket.service].name}
    note = Note(f"taken:{alarm.id}", "follow_taken", values, ticket_id=ticket.id, lane=EMERGENCY_LANE)
    followups.tell_unasked(session, rulebook, ticket, note, now)


def _user_of(row: OutboundMessage) -> int:
    """Keys of alarms end with whom they are for."""
    return int(row.key.rpartition(":")[2])
