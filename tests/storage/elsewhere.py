"""Where a backup is restored: another database and another folder, both empty."""

from dataclasses import dataclass
from pathlib import Path

from storage.database import Database


@dataclass(frozen=True)
class Elsewhere:
    database: Database
    media: Path
