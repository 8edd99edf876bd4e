"""Rasa graph components of this project, and the plain code that they wrap."""
