"""Desk intake: what is told at the counter, by telephone, in letters and in posts; its receipt; posts to check."""

from handlers.console.intake import checking, pages, receipts

__all__ = ["checking", "pages", "receipts"]
