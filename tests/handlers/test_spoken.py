"""Dates, numbers and money as each language writes them; in commands and mails as Indonesian does."""

from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from flask_babel import force_locale

from handlers import spoken
from handlers.console.citywide import announcement_words
from tests.handlers.city_hall import CityHall

AT = datetime(2026, 8, 5, 9, 5, tzinfo=ZoneInfo("Asia/Jakarta"))


def said() -> list[str]:
    return [
        spoken.moment(AT),
        spoken.day(date(2026, 5, 2)),
        spoken.month(date(2026, 12, 1)),
        spoken.number(12_345),
        spoken.number(3.14, 1),
        spoken.money(Decimal("1234.5"), "IDR"),
        spoken.money(Decimal("3"), "USD"),
        announcement_words.span(3_660),
    ]


def test_in_indonesian() -> None:
    assert said() == ["5 Agu 2026, 09.05", "2 Mei 2026", "Desember 2026", "12.345", "3,1", "Rp 1.234,50", "USD 3",
                      "sekitar 1 jam 1 menit"]  # fmt: skip


def test_in_english(hall: CityHall) -> None:
    with hall.app.test_request_context(), force_locale("en"):
        assert said() == ["5 Aug 2026, 09:05", "2 May 2026", "December 2026", "12,345", "3.1", "Rp 1,234.50",
                          "USD 3", "about 1 hour 1 minute"]  # fmt: skip
        assert announcement_words.span(7_320) == "about 2 hours 2 minutes"


def test_where_there_is_an_app_but_no_page(hall: CityHall) -> None:
    """As in a command."""
    with hall.app.app_context():
        assert spoken.moment(AT) == "5 Agu 2026, 09.05"
