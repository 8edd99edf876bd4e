"""Chained histories: what was written into a ticket's history and the audit, sealed so that a change shows."""
