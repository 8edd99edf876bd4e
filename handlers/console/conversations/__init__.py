"""A conversation as the pages show it: its thread, files, and the box for a reply."""
