"""Emergencies: the people on duty, their roster, what they are told, taking an alarm by reply."""
