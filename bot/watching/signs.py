"""What workers' signs of life come to: how many are alive where, who leads, whose language model answers.

By machine: a worker's own name has its process id, which would make a new series at every start.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from bot.watching.gauges import Value
from bot.watching.load import age
from storage.queries.watching import ANSWERS, Waiting

ALIVE = timedelta(seconds=30)


def of_workers(
    lines: Iterable[Waiting], now: datetime, leader_age: float | None, *, is_sqlite: bool
) -> Iterator[Value]:
    """How many live on each machine, 0 where all of them died, and whether one ticks."""
    beats = _beats(lines)
    hosts: dict[str, int] = {}
    for beat in beats:
        hosts[_host(beat)] = hosts.get(_host(beat), 0) + _is_alive(beat, now)
    yield from (Value("workers_alive", float(count), (host,)) for host, count in sorted(hosts.items()))
    if newest := max((beat.oldest for beat in beats if beat.oldest), default=None):
        yield Value("worker_heartbeat_age_seconds", age(newest, now) or 0.0)
    yield Value("leader_present", float(any(hosts.values()) if is_sqlite else leader_age is not None))
    if leader_age is not None:
        yield Value("leader_age_seconds", leader_age)


def of_models(lines: Iterable[Waiting], now: datetime) -> Iterator[Value]:
    """Whether any worker of a machine had an answer; what one said that is gone now does not count."""
    saying = [beat for beat in _beats(lines) if beat.other and _is_alive(beat, now)]
    for host in sorted({_host(beat) for beat in saying}):
        answers = any(beat.other == ANSWERS for beat in saying if _host(beat) == host)
        yield Value("nlu_answers", float(answers), (host,))


def _beats(lines: Iterable[Waiting]) -> list[Waiting]:
    return [line for line in lines if line.what == "heartbeat"]


def _host(beat: Waiting) -> str:
    return (beat.one or "").rpartition(":")[0]


def _is_alive(beat: Waiting, now: datetime) -> bool:
    return beat.oldest is not None and now - beat.oldest <= ALIVE
