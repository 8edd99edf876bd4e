"""Lists of what waits: queues, filters, saved views, claims to check, undelivered messages."""
