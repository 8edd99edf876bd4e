"""What an idle loop waits on must outlive the disk: a loop whose thread has ended is never missed by anybody."""

import sqlite3
import threading
import time
from pathlib import Path

from scheduler.waking import AT_LEAST_EVERY_S, SqliteBell


def test_a_file_that_cannot_be_read_is_waited_for(tmp_path: Path) -> None:
    file, stop = tmp_path / "broken.db", threading.Event()
    file.write_bytes(b"no database at all " * 1_000)
    bell, began = SqliteBell(str(file)), time.monotonic()
    bell.wait(stop)
    assert time.monotonic() - began >= AT_LEAST_EVERY_S, "it does not spin"
    file.unlink()
    with sqlite3.connect(file) as connection:
        connection.execute("CREATE TABLE t (n)")
    bell.wait(stop)
    with sqlite3.connect(file) as connection:
        connection.execute("INSERT INTO t VALUES (1)")
    began = time.monotonic()
    bell.wait(stop)
    assert time.monotonic() - began < AT_LEAST_EVERY_S, "and it rings again"
    bell.close()
