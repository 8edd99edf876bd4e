"""A believable city to look at everything full: ``make demo``."""
