"""The HTTP edge, through Flask's test client on a real SQLite file."""
