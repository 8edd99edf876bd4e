"""The coordinators' console: what waits for a person, and every ticket with what was said about it."""

from handlers.console import (
    blocked,
    cases,
    checks,
    duty,
    files,
    home,
    incidents,
    messages,
    people,
    praise,
    servants,
    tickets,
)
from handlers.console.room import blueprint

__all__ = [
    "blocked",
    "blueprint",
    "cases",
    "checks",
    "duty",
    "files",
    "home",
    "incidents",
    "messages",
    "people",
    "praise",
    "servants",
    "tickets",
]
