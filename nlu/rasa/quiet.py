"""Settings that keep Rasa and its libraries quiet and light; to be applied before Rasa is imported."""

import gc
import logging
import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

_ENVIRONMENT = {
    "RASA_TELEMETRY_ENABLED": "false",
    "LOG_LEVEL": "ERROR",
    "LOG_LEVEL_LIBRARIES": "ERROR",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "TF_ENABLE_ONEDNN_OPTS": "0",
    "CUDA_VISIBLE_DEVICES": "-1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "TF_NUM_INTRAOP_THREADS": "1",
    "TF_NUM_INTEROP_THREADS": "1",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    "RASA_MAX_CACHE_SIZE": "0",
}


def settle_environment() -> None:
    """No telemetry, no chatter, one thread a library (the machine's cores are for other processes too)."""
    os.environ.update(_ENVIRONMENT)
    # A filter would not do: sanic and others set theirs anew while they are imported.
    warnings.showwarning = lambda *_, **__: None


@contextmanager
def light_imports() -> Iterator[None]:
    """Imports inside are quicker: no garbage collection, and no jax, which TensorFlow can do without.

    TensorFlow asks for jax only to convert models for phones, and carries on when it is missing.
    """
    sys.modules.setdefault("jax", None)  # type: ignore[arg-type]
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def settle_logging() -> None:
    """Errors only: Rasa's debug log prints the messages people wrote. Call after importing Rasa."""
    from rasa.utils.common import configure_logging_and_warnings
    from rasa.utils.log_utils import configure_structlog

    configure_logging_and_warnings(logging.ERROR)
    configure_structlog(logging.ERROR)
