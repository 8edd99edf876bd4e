"""Several reports about one thing: likeness, duplicates, joining, parting, floods of reports."""
