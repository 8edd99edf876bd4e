"""The coordinators' console: what waits for a person, and every ticket with what was said about it."""

from handlers.console import home, messages, tickets
from handlers.console.room import blueprint

__all__ = ["blueprint", "home", "messages", "tickets"]
