"""What is counted while it happens, by each process; ``handlers.metrics`` hands it out.

Labels are words of the code or of the city's configuration, never anything that came from outside.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, Counter, Histogram, disable_created_metrics
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from bot.watching.slots import count_together

# Before the first metric: each asks when it is made where it is to count.
TOGETHER = count_together()
disable_created_metrics()  # type: ignore[no-untyped-call]
OWN = CollectorRegistry()

QUICK = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
PATIENT = (0.25, 0.5, 1, 2, 4, 8, 15, 30, 60, 120, 300, 900, 3600)
SURE = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1)

REQUESTS = Counter(
    "suarakota_http_requests", "Requests, by view and class of status.", ("endpoint", "status"), registry=OWN
)
REQUEST_SECONDS = Histogram(
    "suarakota_http_request_seconds", "How long requests took, by room.", ("room",), buckets=QUICK, registry=OWN
)
STORED = Counter(
    "suarakota_messages_stored",
    "Messages that webhooks brought; again: they were known.",
    ("channel", "again"),
    registry=OWN,
)
STAGE_SECONDS = Histogram(
    "suarakota_stage_seconds",
    "How long the stages of a worker's round took: claim and understand a round, decide and write a turn.",
    ("stage",),
    buckets=QUICK,
    registry=OWN,
)
TURNS = Counter("suarakota_turns", "Turns of conversations, by what they came to.", ("decision",), registry=OWN)
PROCESSED = Counter(
    "suarakota_messages_processed", "Messages that a turn dealt with, by lane.", ("lane",), registry=OWN
)
ANSWERED_SECONDS = Histogram(
    "suarakota_answered_seconds",
    "From the arrival of a message to the end of the turn that dealt with it, by lane.",
    ("lane",),
    buckets=PATIENT,
    registry=OWN,
)
CONFIDENCE = Histogram(
    "suarakota_confidence", "How sure the model was of its first guess.", buckets=SURE, registry=OWN
)
NLU_FAILED = Counter("suarakota_nlu_unavailable", "Questions to the NLU server without an answer.", registry=OWN)
TURNS_FAILED = Counter("suarakota_turns_failed", "Turns that ended in an error.", registry=OWN)
SENDS = Counter(
    "suarakota_sends",
    "Attempts to send, by channel: sent, or the class of the failure.",
    ("channel", "result"),
    registry=OWN,
)
SEND_SECONDS = Histogram(
    "suarakota_send_seconds", "How long the provider took.", ("channel",), buckets=QUICK, registry=OWN
)
REPORTED = Counter(
    "suarakota_reports", "What providers said became of messages, where it was news.", ("state",), registry=OWN
)
STORE_FAILED = Counter(
    "suarakota_media_store_unavailable",
    "Files of citizens that the store did not take or let go of.",
    registry=OWN,
)
ROUNDS_FAILED = Counter(
    "suarakota_rounds_failed", "Rounds and ticks of a worker that ended in an error.", ("why",), registry=OWN
)


def counted() -> Collector:
    """All counts of this machine's processes, or of this process alone where they have no folder together."""
    return OWN if TOGETHER is None else MultiProcessCollector(None, str(TOGETHER))  # type: ignore[no-untyped-call]


@contextmanager
def timed(stage: str) -> Iterator[None]:
    """Note how long one stage of a round takes, also when it fails."""
    begun = time.perf_counter()
    try:
        yield
    finally:
        STAGE_SECONDS.labels(stage).observe(time.perf_counter() - begun)
