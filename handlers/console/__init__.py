"""The coordinators' console: what waits for a person, and every ticket with what was said about it."""

from handlers.console import blocked, cases, duty, files, home, messages, people, praise, servants, tickets
from handlers.console.room import blueprint

__all__ = [
    "blocked",
    "blueprint",
    "cases",
    "duty",
    "files",
    "home",
    "messages",
    "people",
    "praise",
    "servants",
    "tickets",
]
