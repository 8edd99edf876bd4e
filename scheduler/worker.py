"""The worker process: answers what came in, sends what is due, and ticks.

Loops in threads of their own, none of which waits for another: a slow provider must not hold up the answering,
nor a slow model the sending, nor a photo that is long in coming anything but other photos.
"""

import os
import secrets
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
from sqlalchemy.exc import SQLAlchemyError

from bot.agencies import claim_sample
from bot.announcements import announcements
from bot.casework.rounds import Worker
from bot.clock import Clock
from bot.delivery.delivery import SENDERS, Courier
from bot.desk import holding
from bot.duty import duty
from bot.figures import counting, weekly
from bot.figures.warehouse import Warehouse
from bot.following import delivery_alerts, digests, followups, overdue_questions, rechecks, search_upkeep, set_back
from bot.history import nightly
from bot.incidents import members
from bot.intake.media import MediaQueue, MediaSource
from bot.messages import Channel
from bot.personal import reminding, sweeping
from bot.personal.ledger import Ledger
from bot.personal.retention import Retention
from bot.rulebook import Rulebook
from bot.subscribers import fanout
from bot.watching import meters
from bot.words import EMERGENCY_LANE
from nlu.patient import PatientNlu, Server
from scheduler.clock_watch import LOOK_EVERY_S, ClockWatch
from scheduler.lookout import Errand, Lookout
from scheduler.orphans import shorten_leases
from scheduler.provider import AtProvider
from scheduler.signs import beat, note_model
from scheduler.stopping import Stopping, give_back, leave
from scheduler.waking import bell_for
from storage.database import Database
from storage.files import FileStore
from storage.leading import Leadership
from storage.queries.claiming import ALL_LANES

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
    fanout,
)
# What nobody waits for by the second.
NOW_AND_THEN = (set_back, delivery_alerts, counting, nightly, sweeping, reminding, search_upkeep)
NOW_AND_THEN_S = 30
EMERGENCIES, ALL_BUT_EMERGENCIES = (EMERGENCY_LANE, EMERGENCY_LANE), (EMERGENCY_LANE + 1, ALL_LANES[1])
EXPORT_S = 60
LEDGER_S = 5
RETENTION_S = 60
TICK_S = 1
SETTLE_S = 5
HEARTBEAT_S = 5
NOTE_MODEL_S = 15
LOOK_FOR_NLU_S = 2  # no shorter than a look may take
MEDIA_LOOPS = 2


@dataclass(frozen=True)
class Parts:
    """What a worker process is made of. ``brief_nlu`` is the same server, given up early, for what cannot wait."""

    database: Database
    rulebook: Rulebook
    nlu: Server
    channels: dict[str, Channel]
    clock: Clock
    sources: dict[str, MediaSource]
    files: FileStore
    trial: frozenset[str] = frozenset()
    at_provider: AtProvider | None = None
    warehouse: Warehouse | None = None
    ledger: Ledger | None = None
    brief_nlu: Server | None = None


def run(parts: Parts) -> None:
    """Work until SIGTERM, SIGINT or SIGHUP; what is in hand then is finished first, or given back."""
    stopping = Stopping()
    stopping.listen()
    stop, name = stopping.asked, own_name()
    stopping.watch(partial(leave, parts.database, name, parts.clock))
    with ThreadPoolExecutor(SENDERS, "send") as pool:
        courier = Courier(
            parts.database, parts.channels, parts.clock, name, pool, parts.rulebook, parts.trial, stop.is_set
        )
        nlu, brief_nlu = PatientNlu(parts.nlu), PatientNlu(parts.brief_nlu or parts.nlu)
        worker = Worker(
            parts.database, parts.rulebook, nlu, parts.clock, name, lambda: nlu.is_away, lanes=ALL_BUT_EMERGENCIES
        )
        # A round of their own: a model that is slow to answer for the others must not hold emergencies up.
        urgent = Worker(parts.database, parts.rulebook, brief_nlu, parts.clock, name, lanes=EMERGENCIES)
        leadership = Leadership(parts.database)
        scheduler = _scheduler(parts, courier, leadership, name, stop)
        media = MediaQueue(parts.database, parts.rulebook, parts.sources, parts.files, parts.clock, name)
        errands = _errands(urgent, worker, courier, media)
        _guarded(partial(_keep_ledger, parts, leadership))()  # before anybody is written to
        _guarded(partial(shorten_leases, parts.database, name, parts.clock))()
        lookout = Lookout(parts.database, parts.clock, errands, bell_for(parts.database))
        loops = [_started(errand.run, stop) for errand in errands] + [_started(lookout.run, stop)]
        _every(scheduler, nlu.look, LOOK_FOR_NLU_S)
        _every(scheduler, brief_nlu.look, LOOK_FOR_NLU_S)
        scheduler.start()
        log.info("worker_started", worker=name)
        watch = ClockWatch(scheduler)
        while not stop.wait(LOOK_EVERY_S):
            watch.look()
        scheduler.shutdown()
        leadership.release()
        for loop in loops:
            loop.join()
    _guarded(partial(give_back, parts.database, name, parts.clock))()
    stopping.finished()
    log.info("worker_stopped", worker=name)


def own_name() -> str:
    """How this process is called in leases: containers and cloned machines share host names and process ids."""
    return f"{socket.gethostname()}:{os.getpid()}-{secrets.token_hex(3)}"


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
    # A run that is late is run: with APScheduler's second of grace a busy machine would skip it, and what runs
    # every ten minutes would wait for the next ten.
    how = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
    scheduler = BackgroundScheduler(timezone="UTC", job_defaults=how)
    jobs: list[tuple[Callable[[], object], float]] = [
        (lambda: _tick(parts, leadership), TICK_S),
        (lambda: _tick(parts, leadership, NOW_AND_THEN), NOW_AND_THEN_S),
        (courier.settle, SETTLE_S),
        (
            partial(_drop_what_is_old, Retention(parts.database, parts.rulebook), parts.clock, leadership),
            RETENTION_S,
        ),
        (lambda: beat(parts.database, name, parts.clock.now()), HEARTBEAT_S),
    ]
    if parts.rulebook.understands:  # not with the sign of life, which must not wait for a model that hangs
        jobs.append((partial(note_model, parts.database, name, parts.nlu), NOTE_MODEL_S))
    if parts.warehouse:  # beside the others: the first night tells of everything there is
        jobs.append((partial(_export, parts.warehouse, parts.clock, leadership), EXPORT_S))
    if parts.ledger:
        jobs.append((partial(_keep_ledger, parts, leadership), LEDGER_S))
    if parts.at_provider:
        jobs += parts.at_provider.jobs(leadership, stop)
    for job, seconds in jobs:
        _every(scheduler, job, seconds)
    return scheduler


def _every(scheduler: BackgroundScheduler, job: Callable[[], object], seconds: float) -> None:
    scheduler.add_job(_guarded(job), "interval", seconds=seconds, next_run_time=datetime.now(scheduler.timezone))


def _drop_what_is_old(retention: Retention, clock: Clock, leadership: Leadership) -> None:
    if leadership.is_ours():
        retention.run_due(clock.now())


def _keep_ledger(parts: Parts, leadership: Leadership) -> None:
    if parts.ledger and leadership.is_ours():
        parts.ledger.run_due(parts.clock.now())


def _export(warehouse: Warehouse, clock: Clock, leadership: Leadership) -> None:
    if leadership.is_ours():
        warehouse.run_due(clock.now())


def _errands(urgent: Worker, worker: Worker, courier: Courier, media: MediaQueue) -> list[Errand]:
    """What has a loop of its own, so that a slow provider holds up neither answers nor other lines."""
    rounds = [Errand(_guarded(each.round), each.is_any_due) for each in (urgent, worker)]
    lines = [
        Errand(_guarded(partial(courier.work, team)), partial(courier.is_any_due, team)) for team in courier.teams
    ]
    files = [Errand(_guarded(media.round), media.is_any_due) for _ in range(MEDIA_LOOPS)]
    return [*rounds, *lines, *files]


def _started(run: Callable[[threading.Event], None], stop: threading.Event) -> threading.Thread:
    thread = threading.Thread(target=run, args=(stop,))
    thread.start()
    return thread


def _guarded(job: Callable[[], object]) -> Callable[[], object]:
    """A round that fails is logged and tried again; only the process's end ends the work."""

    def guarded() -> object:
        try:
            return job()
        except SQLAlchemyError as error:
            meters.ROUNDS_FAILED.labels("database").inc()
            log.error("database_failed", error=type(error).__name__)
        except Exception:
            meters.ROUNDS_FAILED.labels("error").inc()
            log.exception("round_failed")
        return None

    return guarded
