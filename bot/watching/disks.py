"""How much room there is on this machine's disks where something of ours lies."""

import shutil
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path

from bot.watching.gauges import Value
from storage.files import existing


class Disks:
    """Looks at the disks under ``folders``, by what of ours lies there: ``media``, ``database``."""

    def __init__(self, folders: Mapping[str, Path]) -> None:
        self._folders = folders
        self._looking = threading.Lock()

    def values(self) -> list[Value]:
        """Size and free bytes of each; nothing while another thread looks.

        A disk on the network may hang, and who asks it hangs with it: that must be one thread, not each scrape's.
        """
        if not self._looking.acquire(blocking=False):
            return []
        try:
            return [value for what, folder in self._folders.items() for value in _of_disk(what, folder)]
        finally:
            self._looking.release()


def _of_disk(what: str, folder: Path) -> Iterator[Value]:
    try:
        disk = shutil.disk_usage(existing(folder))
    except OSError:
        return
    yield Value("disk_bytes", float(disk.total), (what,))
    yield Value("disk_free_bytes", float(disk.free), (what,))
