"""Those who work here: accounts, duty, and the audit of what they did."""
