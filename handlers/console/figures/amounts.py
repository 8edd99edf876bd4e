"""Shares, lengths of time and money, as exact as anybody wants them, in the language of the page."""

from datetime import timedelta
from decimal import Decimal

from handlers import spoken
from handlers.i18n import counted, translated

FEW = 10
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def percent(share: float) -> str:
    """``82 %``."""
    return f"{spoken.number(round(100 * share))} %"


def span(length: timedelta) -> str:
    """``40 menit``, ``5,5 jam``, ``12 hari``: as exact as anybody wants it."""
    if length < HOUR:
        return counted("%(num)s menit", "%(num)s menit", max(1, round(length / MINUTE)))
    if length < 2 * DAY:
        return _hours(round(length / HOUR, 1))
    return _days(round(length / DAY, 1))


def _hours(hours: float) -> str:
    if _is_whole(hours):
        return counted("%(num)s jam", "%(num)s jam", round(hours))
    return translated("%(much)s jam") % {"much": spoken.number(hours, 1)}


def _days(days: float) -> str:
    if _is_whole(days):
        return counted("%(num)s hari", "%(num)s hari", round(days))
    return translated("%(much)s hari") % {"much": spoken.number(days, 1)}


def _is_whole(value: float) -> bool:
    """Whether nobody wants to know what stands behind the comma."""
    return value >= FEW or value == round(value)


def money(amount: Decimal, currency: str) -> str:
    """``Rp 1.234``: small change only of small amounts."""
    return spoken.money(round(amount, 0 if abs(amount) >= 100 else 2), currency)
