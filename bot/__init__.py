"""What the system decides: pure decisions as plain functions, and the use cases that carry them out."""
