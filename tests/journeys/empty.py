"""An empty database for each transcript."""

from pathlib import Path

from storage.database import Database


class Empty:
    """One database, emptied between transcripts: its statements stay compiled, which saves half the time."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._file = Path(str(database.engine.url.database))
        database.engine.dispose()
        self._template = self._file.read_bytes()

    def again(self) -> Database:
        self._database.engine.dispose()
        for suffix in ("-wal", "-shm"):
            Path(f"{self._file}{suffix}").unlink(missing_ok=True)
        self._file.write_bytes(self._template)
        return self._database
