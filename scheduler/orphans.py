"""What workers of this machine held when they died: whoever starts here next has it taken over soon.

Leases of other machines end by themselves.
"""

import os
from datetime import timedelta

import structlog

from bot.clock import Clock
from storage.database import Database
from storage.queries.releasing import holders, shorten

log = structlog.get_logger()

# What killed a worker may kill the next one: in between other messages have their turn.
AFTER = timedelta(seconds=5)


def shorten_leases(database: Database, name: str, clock: Clock) -> None:
    """Have the leases of this machine's dead workers end soon; ``name``: of this worker, which holds nothing yet.

    One that only seems to be dead, since another machine has the same name, is merely overtaken.
    """
    host, own = _place_of(name)
    with database.read() as session:
        held = holders(session)
    for owner in held:
        machine, number = _place_of(owner)
        if machine == host and (number == own or not _is_alive(number)):
            with database.begin() as session:
                left = shorten(session, owner, clock.now(), AFTER)
            log.warning("worker_died", worker=owner, **left._asdict())


def _place_of(name: str) -> tuple[str, str]:
    """The machine and the process id in a worker's name."""
    machine, _, process = name.rpartition(":")
    return machine, process.partition("-")[0]


def _is_alive(number: str) -> bool:
    try:
        os.kill(int(number), 0)
    except (ProcessLookupError, ValueError, OverflowError):
        return False
    except PermissionError:
        return True  # somebody else's
    return True
