"""Citizens who write all the time while something is done to the city, and never give up.

with stream(place, webhooks, per_second=20) as writing:
    ...                      # the fault
audit(place, writing.sent)   # all of them were acknowledged in the end
"""

import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.faults.mixed import Form, forms_of
from tests.faults.posting import Webhooks
from tests.journeys.town import Town

AT_ONCE = 64  # who insists holds nobody else up
INSISTS_FOR_S = 240
PAUSE_S = 1.0
MOST = 20_000


@dataclass
class Writing:
    """What was written so far: ``forms`` of the webhooks, in the order in which they were first posted."""

    webhooks: Webhooks
    forms: list[Form] = field(default_factory=list)
    _posting: list[Future[None]] = field(default_factory=list)
    _pool: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(AT_ONCE))
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def sent(self) -> set[str]:
        with self._lock:
            return {form["MessageSid"] for form in self.forms}

    def write(self, *forms: Form) -> None:
        """Post each, again and again until it is acknowledged."""
        for form in forms:
            with self._lock:
                self.forms.append(form)
                self._posting.append(self._pool.submit(self.webhooks.insist, form, INSISTS_FOR_S, PAUSE_S))

    def acknowledged(self) -> None:
        """Wait until every message that was written has been acknowledged; AssertionError where one is not."""
        with self._lock:
            posting = list(self._posting)
        for future in posting:
            future.result(INSISTS_FOR_S + 30)

    def close(self) -> None:
        self._pool.shutdown(cancel_futures=True)


@contextmanager
def writing_to(webhooks: Webhooks) -> Iterator[Writing]:
    """Messages as a test writes them; at the end all are acknowledged."""
    writing = Writing(webhooks)
    try:
        yield writing
        writing.acknowledged()
    finally:
        writing.close()


@contextmanager
def stream(
    place: Town, webhooks: Webhooks, per_second: float, most: int = MOST, seed: int = 12
) -> Iterator[Writing]:
    """The city's usual mixture, so many messages a second, until the block ends; all are acknowledged then."""
    forms, over = forms_of(place, most, seed), threading.Event()
    with writing_to(webhooks) as writing:
        thread = threading.Thread(target=_go_on, args=(writing, forms, per_second, over), daemon=True)
        thread.start()
        try:
            yield writing
        finally:
            over.set()
            thread.join()


def _go_on(writing: Writing, forms: Sequence[Form], per_second: float, over: threading.Event) -> None:
    began = time.monotonic()
    for number, form in enumerate(forms):
        if over.wait(max(0.0, began + number / per_second - time.monotonic())):
            return
        writing.write(form)
