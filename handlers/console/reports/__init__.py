"""The leadership's weekly reports: as they were sent, to read and to print; and how this week stands."""

from handlers.console.reports import pages, sending

__all__ = ["pages", "sending"]
