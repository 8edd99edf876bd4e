"""Dates, numbers and money as the language of the present page writes them; outside of pages in Indonesian."""

from datetime import date, datetime
from decimal import Decimal

from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal
from flask import has_request_context
from flask_babel import get_locale

INDONESIAN = "id"
MOMENTS = {INDONESIAN: "d MMM y, HH.mm"}
MOMENT, DAY, MONTH = "d MMM y, HH:mm", "d MMM y", "MMMM y"


def page_language() -> str:
    """The code of the language that is spoken now."""
    return str(get_locale()) if has_request_context() else INDONESIAN


def moment(local: datetime) -> str:
    """``24 Nov 2026, 14.05``; in English ``24 Nov 2026, 14:05``. ``local`` is in the city's zone."""
    language = page_language()
    return str(format_datetime(local, MOMENTS.get(language, MOMENT), locale=language, tzinfo=local.tzinfo))


def day(local: date) -> str:
    """``24 Nov 2026``."""
    return str(format_date(local, DAY, locale=page_language()))


def month(first: date) -> str:
    """``November 2026``."""
    return str(format_date(first, MONTH, locale=page_language()))


def number(value: float | Decimal, places: int = 0) -> str:
    """``12.345`` and ``3,5``; in English ``12,345`` and ``3.5``. Always with so many ``places``."""
    pattern = "#,##0" + ("." + "0" * places if places else "")
    return str(format_decimal(value, pattern, locale=page_language()))


def money(amount: Decimal, currency: str) -> str:
    """``Rp 1.234,50``, ``USD 3,50``; no cents where there are none."""
    said = number(amount, 2 if amount % 1 else 0)
    return f"Rp {said}" if currency == "IDR" else f"{currency} {said}"
