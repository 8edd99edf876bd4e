"""A year of a city on a virtual clock: the real code and database, invented people. ``make simulate-year``."""
