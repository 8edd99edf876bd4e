"""Where a form may lead afterwards: only to a path of our own site."""

from urllib.parse import urlsplit

from flask import url_for


def inside(target: str) -> str:
    """``target`` where it is a path of this site, else the console's first page."""
    parts = urlsplit(target)
    safe = target.startswith("/") and not target.startswith(("//", "/\\")) and not parts.netloc
    return target if safe else url_for("console.home")
