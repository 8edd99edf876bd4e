"""Agencies: their officers' cases behind a log-in, and the directory of agencies."""
