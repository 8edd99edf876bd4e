"""Figures as people read them in a letter: numbers, shares, spans, money and days, in one language. Pure."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from babel.dates import format_date
from babel.numbers import format_decimal

NONE = "–"
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
IN_WORDS = ("nol", "satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan", "sepuluh")


@dataclass(frozen=True)
class Said:
    """How one city says things: in its first language, by its own clock."""

    language: str
    zone: ZoneInfo

    def number(self, value: float | Decimal | None, places: int = 0) -> str:
        """``12.345`` and ``3,5``."""
        if value is None:
            return NONE
        pattern = "#,##0" + ("." + "0" * places if places else "")
        return str(format_decimal(value, pattern, locale=self.language))

    def signed(self, value: float, places: int = 0) -> str:
        """``+12`` and ``−3``."""
        return f"{'+' if value > 0 else '−'}{self.number(abs(value), places)}"

    def percent(self, share: float | None) -> str:
        return NONE if share is None else f"{self.number(share * 100)} %"

    def span(self, span: timedelta | None) -> str:
        """``40 menit``, ``5,5 jam``, ``3 hari``: as exact as anybody wants it."""
        if span is None:
            return NONE
        if span < HOUR:
            return f"{self.number(max(1, round(span / MINUTE)))} menit"
        if span < 2 * DAY:
            return f"{self._short(span / HOUR)} jam"
        return f"{self._short(span / DAY)} hari"

    def money(self, amount: Decimal, currency: str) -> str:
        """``Rp 1.234``; cents only of small sums."""
        said = self.number(amount, 2 if amount % 1 and abs(amount) < 1000 else 0)
        return f"Rp {said}" if currency == "IDR" else f"{currency} {said}"

    def day(self, day: date) -> str:
        """``16 November 2026``."""
        return str(format_date(day, "d MMMM y", locale=self.language))

    def days(self, first: date, last: date) -> str:
        """``16–22 November 2026``, with as much of the first day as differs."""
        if first == last:
            return self.day(first)
        same_year, same_month = first.year == last.year, (first.year, first.month) == (last.year, last.month)
        pattern = "d" if same_month else "d MMMM" if same_year else "d MMMM y"
        return f"{format_date(first, pattern, locale=self.language)}–{self.day(last)}"

    def weekday(self, day: date) -> str:
        """``Sen``."""
        return str(format_date(day, "EEE", locale=self.language))

    def moment(self, at: datetime) -> str:
        """``Kam 19 Nov, 14.05``."""
        local = at.astimezone(self.zone)
        return f"{format_date(local.date(), 'EEE d MMM', locale=self.language)}, {local:%H.%M}"

    def few(self, count: int) -> str:
        """Small numbers in words, as a letter has them."""
        return IN_WORDS[count] if 0 <= count < len(IN_WORDS) and self.language == "id" else self.number(count)

    def _short(self, value: float) -> str:
        rounded = round(value, 1)
        return self.number(rounded, 0 if rounded >= 10 or rounded == int(rounded) else 1)
