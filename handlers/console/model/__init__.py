"""What the model did: alone, with a question, left to people, and wrong."""

from handlers.console.model import page, table

__all__ = ["page", "table"]
