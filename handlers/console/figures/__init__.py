"""The leadership's pages: the picture of the city, what it is made of, and the tickets behind every figure."""

from handlers.console.figures import behind, one, overview, table

__all__ = ["behind", "one", "overview", "table"]
