"""The coordinators' console: what waits for a person, and every ticket with what was said about it."""

from handlers.console import home, pulse
from handlers.console.agencies import cases, directory
from handlers.console.answers import answers, canned, examples
from handlers.console.citizens import blocked, praise, servants, takeover
from handlers.console.citywide import announcements, costs, incidents
from handlers.console.conversations import files, preview
from handlers.console.queues import bulk, checks, file, queues, saved_views, undelivered
from handlers.console.room import blueprint
from handlers.console.staff import account, accounts, audit_log, duty
from handlers.console.ticket import actions, map_points, page, presence
from handlers.console.unsure import messages, questions, triage

__all__ = [
    "account",
    "accounts",
    "actions",
    "announcements",
    "answers",
    "audit_log",
    "blocked",
    "blueprint",
    "bulk",
    "canned",
    "cases",
    "checks",
    "costs",
    "directory",
    "duty",
    "examples",
    "file",
    "files",
    "home",
    "incidents",
    "map_points",
    "messages",
    "page",
    "praise",
    "presence",
    "preview",
    "pulse",
    "questions",
    "queues",
    "saved_views",
    "servants",
    "takeover",
    "triage",
    "undelivered",
]
