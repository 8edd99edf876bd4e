"""What people tell an officer: at the counter, by telephone, in a letter, in a post. Filed as messages are."""
