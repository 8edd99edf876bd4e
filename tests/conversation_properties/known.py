"""Broken rules that are known and being mended: a sequence that meets one ends there, and counts as passed.

Each pattern is as narrow as can be and begins with its line in the list of defects. Empty when all is mended.
"""

import re

KNOWN: dict[str, str] = {}


class KnownDefectError(Exception):
    """The story has come to something that is known to be wrong."""


def problem(rule: str) -> Exception:
    """What to raise for a broken rule."""
    is_known = any(re.match(pattern, rule) for pattern in KNOWN.values())
    return KnownDefectError(rule) if is_known else AssertionError(rule)
