"""The agencies: they accept, ask, send back, claim what is true or not, or do nothing at all."""

import math
from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import bindparam, select

from benchmarks.year.calendar import JAKARTA, office_time
from benchmarks.year.ledger import Matter
from benchmarks.year.town import Town
from bot.agencies import work
from bot.agencies.work import Desk
from bot.city.city import COORDINATORS
from bot.errors import BotError
from storage.models import Ticket

NOTE = "Sudah kami tindak lanjuti di lokasi."
TICKET = select(Ticket).where(Ticket.id == bindparam("id"))  # made once, since it is asked so often
WHY = "Bukan kewenangan kami."
QUESTION = "Boleh disebutkan patokan terdekatnya?"


class Agencies:
    """All of them, with one character and a pace each."""

    def __init__(self, town: Town, seed: str) -> None:
        self._town, self._is = town, town.profile.agencies
        self._random = Random(f"agencies {seed}")

    def hears(self, event: Any, matter: Matter) -> None:
        """Something happened to a ticket that an agency has, or had."""
        if event.kind in ("forward", "alarm_taken") and matter.status == "waiting":
            self._begin(matter, 1.0)
        elif event.kind == "deny":
            self._begin(matter, 0.6)
        elif event.kind == "answer" and matter.status == "in_progress":
            self._plan(matter, self._work_h(matter, 0.5), self._claim)
        elif matter.status not in ("waiting", "in_progress", "scheduled", "needs_info", "reopened"):
            matter.turn += 1
            if matter.status == "done" and self._happens(self._is.claims_closed):
                self._at(matter, 48.0, self._claim)

    def is_written(self, matter: Matter) -> None:
        """One more mail about a ticket: some wake up."""
        if matter.lies and matter.mails > 1 and self._happens(self._is.wakes_up):
            matter.lies = False
            self._plan(matter, 6.0, self._accept)

    def _begin(self, matter: Matter, hurry: float) -> None:
        """A ticket has come to the agency's desk."""
        matter.turn += 1
        matter.lies = self._happens(self._is.never_acts)
        if matter.lies:
            return
        passed_on = matter.misrouted
        soon = self._is.accept_h * hurry
        if self._happens(self._is.sends_back * (self._is.wrongly if passed_on else 1.0)):
            self._plan(matter, soon, self._send_back)
        elif self._happens(self._is.claims_without_accepting):
            self._plan(matter, self._work_h(matter, hurry), self._claim)
        else:
            self._plan(matter, soon, self._accept)

    def _accept(self, desk: Desk, matter: Matter) -> None:
        work.accept(desk)
        if self._happens(self._is.asks):
            self._plan(matter, 4.0, self._ask)
        elif self._happens(self._is.sets_date):
            self._plan(matter, 5.0, self._set_date)
        self._plan(matter, self._work_h(matter, 1.0), self._claim)

    def _send_back(self, desk: Desk, matter: Matter) -> None:
        work.send_back(desk, WHY)

    def _ask(self, desk: Desk, matter: Matter) -> None:
        work.ask(desk, QUESTION)

    def _set_date(self, desk: Desk, matter: Matter) -> None:
        day = desk.now.astimezone(JAKARTA).date() + timedelta(days=self._random.randint(2, 9))
        work.set_date(desk, day)

    def _claim(self, desk: Desk, matter: Matter) -> None:
        work.claim_done(desk, NOTE, None)
        share = self._is.again_false if matter.reopened else self._is.false_claim
        matter.told_truth = not self._happens(share)

    def _work_h(self, matter: Matter, hurry: float) -> float:
        return self._is.work_h * self._is.pace(matter.agency) * hurry * (0.1 if matter.urgent else 1.0)

    def _plan(self, matter: Matter, hours: float, act: Callable[[Desk, Matter], None]) -> None:
        if matter.agency != COORDINATORS:
            self._at(matter, hours * math.exp(self._random.gauss(0, self._is.work_spread)), act)

    def _at(self, matter: Matter, hours: float, act: Callable[[Desk, Matter], None]) -> None:
        turn = matter.turn
        at = self._town.clock.now() + timedelta(hours=min(hours, 24 * 200))
        if not self._happens(self._is.at_night):
            at = office_time(at)
        self._town.agenda.add(at, lambda now: self._do(matter, turn, act, now))

    def _do(self, matter: Matter, turn: int, act: Callable[[Desk, Matter], None], now: datetime) -> None:
        """Through the same door as the agency's page; what is refused has changed nothing."""
        if matter.turn != turn:
            return
        try:
            with self._town.database.begin() as session:
                ticket = session.scalars(TICKET, {"id": matter.id}).one()
                act(Desk(session, self._town.rulebook, ticket, ticket.agency, now), matter)
        except BotError:
            self._town.ledger.refused += 1

    def _happens(self, share: float) -> bool:
        return self._random.random() < share
