"""What is counted for the leadership, and how it is read again."""
