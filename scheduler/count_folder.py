"""The folder in which the processes of one machine count together for ``/metrics`` (``bot.watching.slots``).

In memory where there is a place for that, and gone with the supervisor: counts begin anew, as Prometheus expects.
"""

import atexit
import shutil
import tempfile
from collections.abc import MutableMapping
from pathlib import Path

NAME = "PROMETHEUS_MULTIPROC_DIR"
IN_MEMORY = Path("/dev/shm")  # noqa: S108


def prepare(env: MutableMapping[str, str]) -> None:
    """Name a new folder in ``env``, unless one is named there; without room for one each process counts alone."""
    if env.get(NAME):
        return
    try:
        folder = tempfile.mkdtemp(prefix="suarakota-counts-", dir=IN_MEMORY if IN_MEMORY.is_dir() else None)
    except OSError:
        return
    env[NAME] = folder
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
