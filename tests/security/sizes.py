"""How much is tried: a little in ``make test``, all of it with SECURITY=full in the environment."""

import os

FULL = os.environ.get("SECURITY") == "full"


def many(short: int, full: int) -> int:
    """So many are tried."""
    return full if FULL else short
