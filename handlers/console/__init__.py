"""The coordinators' console: what waits for a person, and every ticket with what was said about it."""

from handlers.console import emergencies, figures, home, intake, map, model, personal, pulse, reports, tables
from handlers.console.agencies import cases, directory
from handlers.console.answers import answers, canned, examples
from handlers.console.citizens import blocked, praise, servants, takeover
from handlers.console.citywide import announcements, costs, incidents
from handlers.console.conversations import files, preview
from handlers.console.queues import bulk, checks, file, queues, saved_views, undelivered
from handlers.console.room import blueprint
from handlers.console.staff import account, accounts, api_keys, audit_log, duty
from handlers.console.systems import subscriptions
from handlers.console.ticket import actions, map_points, page, presence
from handlers.console.unsure import messages, questions, triage

__all__ = [
    "account",
    "accounts",
    "actions",
    "announcements",
    "answers",
    "api_keys",
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
    "emergencies",
    "examples",
    "figures",
    "file",
    "files",
    "home",
    "incidents",
    "intake",
    "map",
    "map_points",
    "messages",
    "model",
    "page",
    "personal",
    "praise",
    "presence",
    "preview",
    "pulse",
    "questions",
    "queues",
    "reports",
    "saved_views",
    "servants",
    "subscriptions",
    "tables",
    "takeover",
    "triage",
    "undelivered",
]
