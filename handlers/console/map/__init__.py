"""The map of open tickets: the page, its table, and the marks that its script asks for."""

from handlers.console.map import page, points, table

__all__ = ["page", "points", "table"]
