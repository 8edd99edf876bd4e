"""Passwords: how they are kept (Argon2id), and which are too easily guessed to be taken."""

import re
from itertools import pairwise

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST, LONGEST = 10, 200
# A password is more than a common word with a number behind it: so many different characters stay without them.
FEWEST = 5
# Stands where somebody has not chosen a password yet; nothing fits it.
NONE_YET = ""
COMMON = (
    "password", "passw0rd", "p4ssw0rd", "katasandi", "sandi", "rahasia", "qwertyuiop", "qwerty", "asdfghjkl",
    "zxcvbnm", "1q2w3e4r5t6y", "1q2w3e4r5t", "1q2w3e4r", "1qaz2wsx3edc", "1qaz2wsx", "q1w2e3r4t5", "letmein",
    "welcome", "selamat", "administrator", "admin", "koordinator", "coordinator", "petugas", "pengaduan",
    "suarakota", "dinas", "pemprov", "pemkot", "jakarta", "indonesia", "nusantara", "merdeka", "garuda",
    "bismillah", "alhamdulillah", "assalamualaikum", "sayangku", "sayang", "cintaku", "cinta", "iloveyou",
    "love", "keluarga", "anakku", "persija", "football", "bola", "monkey", "dragon", "sunshine", "princess",
    "superman", "baseball", "master", "changeme", "default", "secret", "login", "masuk", "user", "test", "coba",
    "abcdefgh", "abc",
)  # fmt: skip


class Passwords:
    """How passwords are hashed: Argon2id at the library's costs, which tests lower."""

    def __init__(self, hasher: PasswordHasher) -> None:
        self.use(hasher)

    def use(self, hasher: PasswordHasher) -> None:
        self.hash, self._verify, self.is_outdated = hasher.hash, hasher.verify, hasher.check_needs_rehash
        # Checked where there is no such account or no password yet: an answer takes as long as where there is.
        self._nobody = hasher.hash("nobody has this password")

    def fits(self, kept: str, password: str) -> bool:
        """Whether ``password`` is the one that ``kept`` was made of; as slow where ``kept`` is none."""
        try:
            self._verify(kept or self._nobody, password)
        except (VerificationError, InvalidHashError):
            return False
        return kept != NONE_YET


passwords = Passwords(PasswordHasher())


def is_easily_guessed(password: str, *own: str) -> bool:
    """Whether little is left of it without common words, rows of keys, and ``own`` words (e-mail, name)."""
    rest = re.sub(r"[\s._@+-]", "", password.lower())
    words = {word for text in own for word in re.split(r"[\s._@+-]", text.lower()) if len(word) > 2}
    if rest.isdigit():  # a date, a telephone number, a NIK
        return True
    for word in sorted({*COMMON, *words}, key=len, reverse=True):
        rest = rest.replace(word, "")
    rest = _without_rows(rest)
    return len(set(rest)) < FEWEST or rest.isdigit()


def _without_rows(text: str) -> str:
    """Without three or more characters that follow each other, as in ``aaa``, ``1234`` and ``cba``."""
    kept, row = "", text[:1]
    for before, after in pairwise(text):
        step = ord(after) - ord(before)
        goes_on = abs(step) <= 1 and (len(row) < 2 or step == ord(row[1]) - ord(row[0]))
        if not goes_on:
            kept, row = kept + (row if len(row) < 3 else ""), ""
        row += after
    return kept + (row if len(row) < 3 else "")
