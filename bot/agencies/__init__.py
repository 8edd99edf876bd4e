"""What agencies do with a ticket: work, units, links that ended, claims and their evidence."""
