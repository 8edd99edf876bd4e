"""Emergencies and their times: the page, and the list as a table to take away."""

from handlers.console.emergencies import page, table

__all__ = ["page", "table"]
