"""The coordinators: they pass on what came back, answer what waits for a person, and take alarms."""

import math
from datetime import datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import select

from benchmarks.year.calendar import office_time
from benchmarks.year.ledger import BY_HAND, Matter
from benchmarks.year.town import Town
from bot.desk import coordination
from bot.duty import duty
from bot.errors import BotError
from storage.models import Alarm, Ticket, User

ANSWER = "Terima kasih, pertanyaan Anda sudah kami cek. Silakan datang ke kelurahan pada jam kerja."
NOT_FOR_ANSWERS = ("hold", "block")


class Coordinators:
    """One desk in office hours, and somebody with a telephone at any hour."""

    def __init__(self, town: Town, user: int, seed: str) -> None:
        self._town, self._is, self._user = town, town.profile.coordinators, user
        self._random = Random(f"coordinators {seed}")
        self.answered = 0

    def hears(self, event: Any, matter: Matter) -> None:
        """Something happened to a ticket: is it on the desk's list now?"""
        if event.status == BY_HAND and event.kind in ("filed", "send_back"):
            matter.misrouted |= event.kind == "send_back"
            self._plan(self._is.pass_on_h, lambda now: self._pass_on(matter, now))
        if event.kind == "filed" and matter.urgent:
            minutes = self._is.take_alarm_min * math.exp(self._random.gauss(0, self._is.spread))
            at = self._town.clock.now() + timedelta(minutes=minutes)
            self._town.agenda.add(at, lambda now: self._take_alarm(matter, now))

    def finds(self, handover: Any) -> None:
        """Something waits for a person's answer."""
        if handover.reason not in NOT_FOR_ANSWERS:
            self._plan(self._is.answer_h, lambda now: self._answer(handover.id, now))

    def _plan(self, hours: float, act: Any) -> None:
        length = timedelta(hours=hours * math.exp(self._random.gauss(0, self._is.spread)))
        self._town.agenda.add(office_time(self._town.clock.now() + length), act)

    def _pass_on(self, matter: Matter, now: datetime) -> None:
        agencies = list(self._town.rulebook.city.agencies)
        own = self._town.rulebook.city.services[matter.service].agency
        to = self._random.choice(agencies) if matter.misrouted else own
        try:
            with self._town.database.begin() as session:
                ticket = session.get_one(Ticket, matter.id)
                coordination.pass_on(session, self._town.rulebook, ticket, to, self._user, now)
        except BotError:
            self._town.ledger.refused += 1

    def _answer(self, handover_id: int, now: datetime) -> None:
        try:
            with self._town.database.begin() as session:
                coordination.answer(session, self._town.rulebook, handover_id, ANSWER, self._user, now)
            self.answered += 1
        except BotError:
            self._town.ledger.refused += 1

    def _take_alarm(self, matter: Matter, now: datetime) -> None:
        with self._town.database.begin() as session:
            alarm = session.scalar(select(Alarm).where(Alarm.ticket_id == matter.id))
            if alarm:
                duty.take(session, self._town.rulebook, alarm, session.get_one(User, self._user), now)
