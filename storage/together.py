"""Small writes of several threads in one transaction: a commit takes a disk longer than all that is in it.

Who comes while nothing is being written begins at once, so a lone thread waits for nobody. Who comes meanwhile is
served with all others that did, by the first of them.
"""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Generic, TypeVar, cast

from sqlalchemy.orm import Session

Result = TypeVar("Result")
MOST = 64


class _Job(Generic[Result]):
    """What one thread wants written. ``woken``: something became of it, or this thread is to see to it."""

    def __init__(self, work: Callable[[Session], Result]) -> None:
        self.work, self.woken = work, threading.Event()
        self.is_tried = self.is_written = False
        self.result: Result | None = None


class Together:
    """Shares the transactions that ``begin`` opens, among those whom ``admit`` does not refuse at once."""

    def __init__(
        self, begin: Callable[[], AbstractContextManager[Session]], admit: Callable[[], object] = bool
    ) -> None:
        self._begin, self._admit = begin, admit
        self._lock = threading.Lock()
        self._waiting: deque[_Job[object]] = deque()
        self._is_led = False

    def write(self, work: Callable[[Session], Result]) -> Result:
        """Do ``work`` in a transaction and return when that is committed; whatever it raises.

        ``work`` only writes by its session, and may be done a second time, in a transaction of its own: where one
        fails nothing of the others is kept.
        """
        self._admit()
        job: _Job[Result] = _Job(work)
        if not self._is_first(cast(_Job[object], job)):
            job.woken.wait()
        if not job.is_tried:
            self._lead()
        if job.is_written:
            return cast(Result, job.result)
        with self._begin() as session:
            return work(session)

    def _is_first(self, job: _Job[object]) -> bool:
        with self._lock:
            self._waiting.append(job)
            first, self._is_led = not self._is_led, True
        return first

    def _lead(self) -> None:
        """Write what waits, our own first, and hand on to the first of those who have come meanwhile."""
        with self._lock:
            jobs = [self._waiting.popleft() for _ in range(min(MOST, len(self._waiting)))]
        try:
            self._write(jobs)
        finally:
            with self._lock:
                following = self._waiting[0] if self._waiting else None
                self._is_led = following is not None
            for job in (*jobs, *([following] if following else [])):
                job.woken.set()

    def _write(self, jobs: Sequence[_Job[object]]) -> None:
        """All or nothing. Where one of several fails, each thread does its own; alone it fails as it is."""
        for job in jobs:
            job.is_tried = True
        try:
            with self._begin() as session:
                for job in jobs:
                    job.result = job.work(session)
        except Exception:
            if len(jobs) == 1:
                raise
            return
        for job in jobs:
            job.is_written = True
