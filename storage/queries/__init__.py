"""Statements that more than one use case needs, or that must be exactly right: claims and inserts."""
