"""Kills processes of a running town with -9, at random moments; a seed gives the same dice."""

import os
import random
import signal
import socket
import time
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, or_, select

from storage.database import Database
from storage.models import Conversation, MediaFile, OutboundMessage
from tests.journeys.town import Process, Town

# How often each is hit, beside the others of its group. "everything": the supervisor and all below it at once,
# as systemd does with a unit whose main process has died; it is started again, as systemd does.
TAKES_IN = {"web": 1, "web process": 2}
WORKS = {"worker": 6, "nlu": 3, "everything": 2}
LOOK_EVERY_S, LOOK_AGAIN_S = 0.1, 0.01
WAITS_FOR_WORK_S = 5
LEASED = (Conversation, OutboundMessage, MediaFile)


@dataclass
class Killer:
    """``kills``: how often each kind was hit; ``amid_work``: those that met it at work: web with webhooks
    ``in_flight``, the others with conversations, replies or files in a worker's hands."""

    place: Town
    database: Database
    in_flight: Callable[[], int]
    seed: int = 12
    kills: Counter[str] = field(default_factory=Counter)
    amid_work: Counter[str] = field(default_factory=Counter)

    def run(self, kinds: Mapping[str, int], times: int, progress: Callable[[], float]) -> None:
        """Kill so often, each of ``kinds`` at least once, at random moments of what ``progress`` measures from 0
        to 1."""
        dice = random.Random(self.seed)
        targets = [*kinds, *dice.choices([*kinds], [*kinds.values()], k=times)][:times]
        dice.shuffle(targets)
        for moment, target in zip(sorted(dice.random() for _ in targets), targets, strict=True):
            while progress() < moment:
                time.sleep(LOOK_EVERY_S)
            self._kill_one(target, dice)

    def _kill_one(self, target: str, dice: random.Random) -> None:
        """One that works, if one does within a while, else one that idles; it may have to rise first."""
        until = time.monotonic() + WAITS_FOR_WORK_S
        while True:
            running = self.place.processes()
            victims = running if target == "everything" else [one for one in running if one.kind == target]
            working = self._at_work(victims, running)
            if working or (victims and time.monotonic() > until):
                break
        self.kills[target] += 1
        self.amid_work[target] += bool(working)
        self._end(victims if target == "everything" else [dice.choice(working or victims)])

    def _at_work(self, victims: list[Process], running: list[Process]) -> list[Process]:
        """Those that work, as soon as any does; nobody when none has within a moment."""
        for _ in range(20):
            if working := [one for one in victims if self._is_at_work(one, running)]:
                return working
            time.sleep(LOOK_AGAIN_S)
        return []

    def _end(self, victims: list[Process]) -> None:
        for victim in victims:  # the supervisor first, so that it raises nobody
            with suppress(ProcessLookupError):
                os.kill(victim.pid, signal.SIGKILL)
        if victims[0].pid == self.place.supervisor.pid:
            self.place.supervisor.wait()
            self.place.start_again()

    def _is_at_work(self, one: Process, running: list[Process]) -> bool:
        """Web: webhooks have no answer yet. Worker: it holds something by a lease that runs. Model: some worker
        holds a conversation."""
        if one.kind.startswith("web"):
            return self.in_flight() > 0
        if one.kind == "worker":
            return self._holds([one], *LEASED)
        return one.kind == "nlu" and self._holds(
            [other for other in running if other.kind == "worker"], Conversation
        )

    def _holds(self, workers: list[Process], *tables: Any) -> bool:
        owners = [f"{socket.gethostname()}:{worker.pid}-" for worker in workers]
        held = [
            or_(*(t.lease_owner.startswith(owner) for owner in owners)) & (t.lease_until > datetime.now(UTC))
            for t in tables
            if owners
        ]
        with self.database.read() as session:
            return any(session.scalar(select(func.count()).where(condition)) for condition in held)
