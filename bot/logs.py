"""Logging: one JSON line an event on standard error, with ids only, never texts, names or numbers.

``message`` is the id of a citizen's message and ``outbound`` that of one of ours, whichever process wrote the line
(``bot.watching.trail``).
"""

import io
import logging
import sys
import traceback
from contextlib import suppress

import structlog
from structlog.typing import EventDict, WrappedLogger


def set_up_logging() -> None:
    """Configure structlog and the standard library's logging for this process."""
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(message)s")
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            where_it_failed,
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.PrintLoggerFactory(Unfailing()),
        cache_logger_on_first_use=True,
    )


class Unfailing(io.StringIO):
    """Standard error, where a full disk or a closed pipe loses a line and not the work that it tells of."""

    def write(self, text: str) -> int:
        with suppress(OSError, ValueError):
            sys.stderr.write(text)
        return len(text)

    def flush(self) -> None:
        with suppress(OSError, ValueError):
            sys.stderr.flush()


def where_it_failed(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Write an exception as its kind and the lines it went through.

    Neither its message nor local variables: both may hold what a citizen wrote.
    """
    if event.pop("exc_info", None):
        kind, _, trace = sys.exc_info()
        frames = traceback.extract_tb(trace)
        event["exception"] = kind.__name__ if kind else "unknown"
        event["at"] = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
    return event
