"""Which passwords are too easily guessed, and how the others are kept."""

import pytest
from argon2 import PasswordHasher

from bot.accounts.passwords import NONE_YET, Passwords, is_easily_guessed

OWN = ("rina.sari@jakarta.example", "Rina Sari")


@pytest.mark.parametrize(
    "password",
    [
        "1234567890",
        "0987654321",
        "31081975310819",
        "aaaaaaaaaaaa",
        "password1234",
        "Password123!",
        "P A S S W O R D 1 2 3",
        "qwertyuiop",
        "1q2w3e4r5t",
        "indonesia1945",
        "jakarta2026!",
        "bismillah123",
        "admin.admin.admin",
        "katasandi2026",
        "rina.sari@jakarta.example",
        "rinasari1990",
        "SariRina123",
        "abcabcabcabc",
    ],
)
def test_what_is_tried_first_is_refused(password: str) -> None:
    assert is_easily_guessed(password, *OWN)


@pytest.mark.parametrize(
    "password",
    [
        "kata sandi panjang",
        "kuda laut menari pelan",
        "an invented password",
        "Xk7#pQ2mv9",
        "semangka-obeng-hujan",
        "ñandú über øre",
    ],
)
def test_what_nobody_tries_is_taken(password: str) -> None:
    assert not is_easily_guessed(password, *OWN)


def test_only_the_right_password_fits() -> None:
    passwords = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    kept = passwords.hash("kuda laut menari pelan")
    assert kept.startswith("$argon2id$")
    assert passwords.fits(kept, "kuda laut menari pelan")
    assert not passwords.fits(kept, "kuda laut menari")
    assert not passwords.fits("no hash at all", "kuda laut menari pelan")


def test_nothing_fits_where_no_password_was_chosen_yet() -> None:
    passwords = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    for password in ("", NONE_YET, "nobody has this password"):
        assert not passwords.fits(NONE_YET, password)
