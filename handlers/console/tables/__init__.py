"""The console's lists as CSV: each beside its page, with the page's filters and for the same people.

A list's view is named after its page's, ``servants_csv`` after ``servants``; what the page does not show is not in
it. The queues, the audit, an agency's cases and the figures have theirs where their pages are.
"""

from handlers.console.tables import answers, citywide, people, reports, work

__all__ = ["answers", "citywide", "people", "reports", "work"]
