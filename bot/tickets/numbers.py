"""Ticket numbers: six random Crockford base32 characters and a check character, as in ``JK-7Q2M9X-4``."""

import re
import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 6
CHECK_MODULUS = 37  # Crockford's check: prime, so every wrong and every swapped character is noticed
LOOKALIKES = str.maketrans("OIL", "011")


def new_number(prefix: str) -> str:
    """A random number. Where the check would be one of Crockford's five extra symbols, another is drawn."""
    while True:
        body = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
        check = _check_value(body)
        if check < len(ALPHABET):
            return f"{prefix}-{body}-{ALPHABET[check]}"


def find_numbers(text: str, prefix: str) -> tuple[str, ...]:
    """Every valid ticket number in ``text``, however it is spaced or cased; what fails its check is left out."""
    pattern = rf"(?<![0-9A-Z]){re.escape(prefix)}[\s_-]*([0-9A-Z]{{{LENGTH}}})[\s_-]*([0-9A-Z])(?![0-9A-Z])"
    candidates = (
        (m[1].translate(LOOKALIKES), m[2].translate(LOOKALIKES)) for m in re.finditer(pattern, text.upper())
    )
    found = (f"{prefix}-{body}-{check}" for body, check in candidates if _is_valid(body, check))
    return tuple(dict.fromkeys(found))


def _is_valid(body: str, check: str) -> bool:
    known = set(body + check) <= set(ALPHABET)
    return known and _check_value(body) == ALPHABET.index(check)


def _check_value(body: str) -> int:
    value = 0
    for character in body:
        value = value * len(ALPHABET) + ALPHABET.index(character)
    return value % CHECK_MODULUS
