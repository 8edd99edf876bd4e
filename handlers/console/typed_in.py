"""What several forms of the console ask for, read the same everywhere."""

from flask import request

from bot.errors import RefusedError
from bot.tickets.numbers import find_numbers
from handlers.edge import edge
from handlers.i18n import N_

NO_NUMBER = N_("Tulis nomor laporan, misalnya JK-7Q2M9X-4.")
NOT_SURE = N_("Centang dulu bahwa Anda yakin, lalu kirim lagi.")


def confirmed() -> None:
    """RefusedError where the box that says "I am sure" is not ticked."""
    if request.form.get("sure") != "yes":
        raise RefusedError(NOT_SURE)


def number_of(typed: str) -> str:
    """The number of a ticket in what was typed; RefusedError where there is none."""
    found = find_numbers(typed, edge().rulebook.city.ticket_prefix)
    if not found:
        raise RefusedError(NO_NUMBER)
    return found[0]
