"""Sentences and the shapes they go out in: wordings, templates, buttons, numbered plain text."""
