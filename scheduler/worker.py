"""The worker process: answers what came in, sends what is due, and ticks.

Loops in threads of their own, none of which waits for another: a slow provider must not hold up the answering,
nor a slow model the sending, nor a photo that is long in coming anything but other photos.
"""

import os
import signal
import socket
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from types import ModuleType

import structlog
from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy import delete, select
from sqlalchemy.exc import SQLAlchemyError

from bot.agencies import claim_sample
from bot.announcements import announcements
from bot.casework.rounds import Understands, Worker
from bot.clock import Clock
from bot.delivery.delivery import SENDERS, Courier
from bot.desk import holding
from bot.duty import duty
from bot.figures import counting, weekly
from bot.figures.warehouse import Warehouse
from bot.following import delivery_alerts, digests, followups, overdue_questions, rechecks
from bot.incidents import members
from bot.intake.media import MediaQueue, MediaSource
from bot.messages import Channel
from bot.rulebook import Rulebook
from scheduler.provider import AtProvider
from scheduler.waking import Bell, bell_for
from storage.database import Database
from storage.files import FileStore
from storage.leading import Leadership
from storage.models import Heartbeat

log = structlog.get_logger()

# Alarms go first.
DUE = (
    duty,
    followups,
    rechecks,
    holding,
    claim_sample,
    weekly,  # before the lists: what they have for the leadership stands in its report
    digests,
    overdue_questions,
    members,
    announcements,
)
# What nobody waits for by the second.
NOW_AND_THEN = (delivery_alerts, counting)
NOW_AND_THEN_S = 30
EXPORT_S = 60
TICK_S = 1
SETTLE_S = 5
HEARTBEAT_S = 5
MEDIA_LOOPS = 2
# After a failed round (the database is away) the loop takes a breath.
PAUSE_AFTER_FAILURE_S = 1.0
KEEP_HEARTBEATS_S = 3600


@dataclass(frozen=True)
class Parts:
    """What a worker process is made of."""

    database: Database
    rulebook: Rulebook
    nlu: Understands
    channels: dict[str, Channel]
    clock: Clock
    sources: dict[str, MediaSource]
    files: FileStore
    trial: frozenset[str] = frozenset()
    at_provider: AtProvider | None = None
    warehouse: Warehouse | None = None


def run(parts: Parts) -> None:
    """Work until SIGTERM or SIGINT; what is in hand then is finished first."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    name = f"{socket.gethostname()}:{os.getpid()}"
    with ThreadPoolExecutor(SENDERS, "send") as pool:
        courier = Courier(parts.database, parts.channels, parts.clock, name, pool, parts.rulebook, parts.trial)
        worker = Worker(parts.database, parts.rulebook, parts.nlu, parts.clock, name)
        leadership = Leadership(parts.database)
        scheduler = _scheduler(parts, courier, leadership, name, stop)
        media = MediaQueue(parts.database, parts.rulebook, parts.sources, parts.files, parts.clock, name)
        jobs = (worker.round, *courier.jobs(), *[media.round] * MEDIA_LOOPS)
        loops = [_start_loop(job, bell_for(parts.database), stop) for job in jobs]
        scheduler.start()
        log.info("worker_started", worker=name)
        stop.wait()
        scheduler.shutdown()
        leadership.release()
        for loop in loops:
            loop.join()
    log.info("worker_stopped", worker=name)


def _tick(parts: Parts, leadership: Leadership, jobs: Sequence[ModuleType] = DUE) -> None:
    """What is due is the leader's; claimed row by row all the same, so a change of leader doubles nothing.

    Alarms go first, and none of them is held up by another's failure.
    """
    if leadership.is_ours():
        for due in jobs:
            _guarded(partial(due.run_due, parts.database, parts.rulebook, parts.clock.now()))()


def _scheduler(
    parts: Parts, courier: Courier, leadership: Leadership, name: str, stop: threading.Event
) -> BackgroundScheduler:
    scheduler = BackgroundScheduler(timezone="UTC", job_defaults={"coalesce": True, "max_instances": 1})
    jobs: list[tuple[Callable[[], object], float]] = [
        (lambda: _tick(parts, leadership), TICK_S),
        (lambda: _tick(parts, leadership, NOW_AND_THEN), NOW_AND_THEN_S),
        (courier.settle, SETTLE_S),
        (lambda: beat(parts.database, name, parts.clock.now()), HEARTBEAT_S),
    ]
    if parts.warehouse:  # beside the others: the first night tells of everything there is
        jobs.append((partial(_export, parts.warehouse, parts.clock, leadership), EXPORT_S))
    if parts.at_provider:
        jobs += parts.at_provider.jobs(leadership, stop)
    for job, seconds in jobs:
        scheduler.add_job(
            _guarded(job), "interval", seconds=seconds, next_run_time=datetime.now(scheduler.timezone)
        )
    return scheduler


def _export(warehouse: Warehouse, clock: Clock, leadership: Leadership) -> None:
    if leadership.is_ours():
        warehouse.run_due(clock.now())


def beat(database: Database, name: str, now: datetime) -> None:
    """Say that this worker is alive, and forget workers that have long been gone."""
    with database.begin() as session:
        session.merge(Heartbeat(worker=name, at=now))
        old = [
            h.worker
            for h in session.scalars(select(Heartbeat))
            if (now - h.at).total_seconds() > KEEP_HEARTBEATS_S
        ]
        session.execute(delete(Heartbeat).where(Heartbeat.worker.in_(old)))


def _start_loop(job: Callable[[], int], bell: Bell, stop: threading.Event) -> threading.Thread:
    def loop() -> None:
        guarded = _guarded(job)
        while not stop.is_set():
            done = guarded()
            if done is None:
                stop.wait(PAUSE_AFTER_FAILURE_S)
            elif not done:
                bell.wait(stop)
        bell.close()

    thread = threading.Thread(target=loop, name=getattr(job, "__qualname__", "loop"))
    thread.start()
    return thread


def _guarded(job: Callable[[], object]) -> Callable[[], object]:
    """A round that fails is logged and tried again; only the process's end ends the work."""

    def guarded() -> object:
        try:
            return job()
        except SQLAlchemyError as error:
            log.error("database_failed", error=type(error).__name__)
        except Exception:
            log.exception("round_failed")
        return None

    return guarded
