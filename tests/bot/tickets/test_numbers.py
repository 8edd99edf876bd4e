"""Ticket numbers: found however they are typed, and no typing mistake goes unnoticed."""

import pytest

from bot.tickets.numbers import ALPHABET, find_numbers, new_number

NUMBERS = [new_number("JK") for _ in range(40)]
ONE = [pytest.param(number, id=f"{n}") for n, number in enumerate(NUMBERS)]  # named alike in every process


def body_and_check(number: str) -> str:
    return number.removeprefix("JK-").replace("-", "")


def spelt(characters: str) -> str:
    return f"JK-{characters[:-1]}-{characters[-1]}"


def test_a_new_number_has_the_documented_form() -> None:
    for number in NUMBERS:
        prefix, body, check = number.split("-")
        assert (prefix, len(body), len(check)) == ("JK", 6, 1)
        assert set(body + check) <= set(ALPHABET)


def test_new_numbers_cannot_be_counted_up() -> None:
    assert len({new_number("JK") for _ in range(500)}) == 500


@pytest.mark.parametrize("number", ONE[:10])
def test_a_number_is_found_however_it_is_typed(number: str) -> None:
    plain = number.replace("-", "")
    for typed in (
        number,
        number.lower(),
        plain,
        plain.lower(),
        number.replace("-", " "),
        number.replace("-", "_"),
        f"laporan {number} gimana?",
        f"({number})",
        f"no.{number},",
        number.replace("0", "O").replace("1", "I"),
        number.lower().replace("0", "o").replace("1", "l"),
    ):
        assert find_numbers(typed, "JK") == (number,), typed


@pytest.mark.parametrize("number", ONE)
def test_every_single_wrong_character_is_noticed(number: str) -> None:
    characters = body_and_check(number)
    for place, right in enumerate(characters):
        for wrong in set(ALPHABET) - {right}:
            mistyped = characters[:place] + wrong + characters[place + 1 :]
            assert find_numbers(spelt(mistyped), "JK") == (), mistyped


@pytest.mark.parametrize("number", ONE)
def test_every_swap_of_neighbours_within_the_body_is_noticed(number: str) -> None:
    characters = body_and_check(number)
    for place in range(5):
        left, right = characters[place], characters[place + 1]
        if left != right:
            swapped = characters[:place] + right + left + characters[place + 2 :]
            assert find_numbers(spelt(swapped), "JK") == (), swapped


def test_several_numbers_are_found_in_order_and_each_once() -> None:
    first, second = NUMBERS[:2]
    assert find_numbers(f"{second} dan {first}, juga {second}", "JK") == (second, first)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "JK",
        "JK-",
        "jk 123",
        "saya tinggal di JKT48",
        "JK-UUUUUU-U",
        "XJK-000000-0",
        "JK-000000-00",
        "AB-000000-0",
    ],
)
def test_what_is_no_number_is_not_found(text: str) -> None:
    assert find_numbers(text, "JK") == ()


def test_all_zeros_is_the_smallest_valid_number() -> None:
    assert find_numbers("JK-000000-0", "JK") == ("JK-000000-0",)
