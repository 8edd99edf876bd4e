"""The coordinators' console: what waits for a person, and every ticket with what was said about it."""

from handlers.console import (
    announcements,
    blocked,
    cases,
    checks,
    costs,
    duty,
    files,
    home,
    incidents,
    messages,
    people,
    praise,
    servants,
    tickets,
    undelivered,
)
from handlers.console.room import blueprint

__all__ = [
    "announcements",
    "blocked",
    "blueprint",
    "cases",
    "checks",
    "costs",
    "duty",
    "files",
    "home",
    "incidents",
    "messages",
    "people",
    "praise",
    "servants",
    "tickets",
    "undelivered",
]
