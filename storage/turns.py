"""Who writes next on SQLite, where one transaction at a time does.

SQLite's own waiting looks ever more seldom, a tenth of a second apart in the end, and nobody queues: whoever has
waited longest is passed by all who come. While several threads write one transaction after the other it gets no
turn in ten seconds, and a webhook is refused. Here everybody looks as often as the next.
"""

import sqlite3
import time

from sqlalchemy import Connection

TO_WRITE = "BEGIN IMMEDIATE"
LOOK_EVERY_MS = 3


def begin(connection: Connection, wait_ms: int) -> None:
    """Begin to write within ``wait_ms`` (which is the connection's own time-out too), else OperationalError."""
    cursor, until = connection.connection.cursor(), time.monotonic() + wait_ms / 1000
    cursor.execute(f"PRAGMA busy_timeout={min(LOOK_EVERY_MS, wait_ms)}")
    try:
        while time.monotonic() < until:
            try:
                cursor.execute(TO_WRITE)
                return
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                    break
        connection.exec_driver_sql(TO_WRITE)  # which says what is wrong as SQLAlchemy does
    finally:
        cursor.execute(f"PRAGMA busy_timeout={wait_ms}")
        cursor.close()
