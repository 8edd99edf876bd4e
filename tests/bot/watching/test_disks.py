"""How full the disks are on which something of ours lies."""

import shutil
import threading
from pathlib import Path

from bot.watching.disks import Disks


class Hanging(dict[str, Path]):
    """Folders of a disk that does not answer before it is let go."""

    def __init__(self) -> None:
        self.asked, self.go = threading.Event(), threading.Event()

    def items(self):  # type: ignore[no-untyped-def]
        self.asked.set()
        assert self.go.wait(10)
        return super().items()


def test_size_and_room_of_a_folder_that_nobody_has_made_yet(tmp_path: Path) -> None:
    size, free = Disks({"media": tmp_path / "media" / "of" / "citizens"}).values()
    assert (size.gauge, size.labels, free.gauge, free.labels) == (
        "disk_bytes", ("media",), "disk_free_bytes", ("media",),
    )  # fmt: skip
    assert size.value == shutil.disk_usage(tmp_path).total
    assert 0 < free.value <= size.value


def test_a_disk_that_hangs_costs_one_thread_and_not_each_scrapes(tmp_path: Path) -> None:
    folders = Hanging()
    disks = Disks(folders)
    first = threading.Thread(target=disks.values)
    first.start()
    assert folders.asked.wait(10)
    assert disks.values() == [], "at once, though the first one still waits"
    folders.go.set()
    first.join()
    folders["media"] = tmp_path
    assert len(disks.values()) == 2
