"""Citizens' requests about their own data: taken at the counter, done in the law's time, with a receipt."""

from handlers.console.personal import doing, pages, taking

__all__ = ["doing", "pages", "taking"]
