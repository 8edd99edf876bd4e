"""Periods and keys in words, in the language of the page."""

from collections.abc import Mapping
from datetime import date

from babel.dates import format_date

from bot.figures.period import Kind, Period
from handlers import spoken
from handlers.console.figures.window import A_DAY, Window
from handlers.i18n import N_, translated
from handlers.phrases import Phrases
from storage.queries.figures.reading import AGENCY, ALL, AREA, CHANNEL, SERVICE

KINDS: Mapping[Kind, str] = {
    Kind.WEEK: N_("Pekan"),
    Kind.MONTH: N_("Bulan"),
    Kind.QUARTER: N_("Triwulan"),
    Kind.YEAR: N_("Tahun"),
}
PRESENT: Mapping[Kind, str] = {
    Kind.WEEK: N_("Pekan ini"),
    Kind.MONTH: N_("Bulan ini"),
    Kind.QUARTER: N_("Triwulan ini"),
    Kind.YEAR: N_("Tahun ini"),
}
LAST: Mapping[Kind, str] = {
    Kind.WEEK: N_("Pekan lalu"),
    Kind.MONTH: N_("Bulan lalu"),
    Kind.QUARTER: N_("Triwulan lalu"),
    Kind.YEAR: N_("Tahun lalu"),
}
THE_ONE_BEFORE: Mapping[Kind, str] = {
    Kind.WEEK: N_("pekan sebelumnya"),
    Kind.MONTH: N_("bulan sebelumnya"),
    Kind.QUARTER: N_("triwulan sebelumnya"),
    Kind.YEAR: N_("tahun sebelumnya"),
}
SAME_DAYS_BEFORE: Mapping[Kind, str] = {
    Kind.WEEK: N_("hari yang sama pekan sebelumnya"),
    Kind.MONTH: N_("tanggal yang sama bulan sebelumnya"),
    Kind.QUARTER: N_("hari yang sama triwulan sebelumnya"),
    Kind.YEAR: N_("tanggal yang sama tahun sebelumnya"),
}
DIMENSIONS: Mapping[str, str] = {
    AGENCY: N_("Instansi"),
    SERVICE: N_("Layanan"),
    AREA: N_("Kelurahan"),
    CHANNEL: N_("Saluran"),
}
BY: Mapping[str, str] = {
    AGENCY: N_("Menurut instansi"),
    SERVICE: N_("Menurut layanan"),
    AREA: N_("Menurut kelurahan"),
    CHANNEL: N_("Menurut saluran"),
}
QUARTERS = ("I", "II", "III", "IV")
# An empty key cannot stand in an address.
NO_KEY = "-"


def key_in_address(key: str) -> str:
    return key or NO_KEY


def key_of_address(text: str) -> str:
    return "" if text == NO_KEY else text


def key_name(say: Phrases, dimension: str, key: str) -> str:
    """What a key is called; the whole city's is empty."""
    if dimension == ALL:
        return say.city.name
    if dimension == AREA:
        return key or translated("Tanpa kelurahan")
    named = {AGENCY: say.agency, SERVICE: say.service, CHANNEL: say.channel}
    return named[dimension](key)


def period_name(period: Period) -> str:
    """``16–22 Nov 2026``, ``November 2026``, ``Triwulan IV 2026``, ``2026``."""
    first = period.first
    if period.kind is Kind.WEEK:
        return days(first, period.last)
    if period.kind is Kind.MONTH:
        return spoken.month(first)
    if period.kind is Kind.QUARTER:
        values = {"number": QUARTERS[first.month // 3], "year": first.year}
        return translated("Triwulan %(number)s %(year)s") % values
    return str(first.year)


def days(first: date, last: date) -> str:
    """``16–22 Nov 2026``, with as much of the first day as differs."""
    if first == last:
        return spoken.day(first)
    pattern = "d" if (first.year, first.month) == (last.year, last.month) else "d MMM"
    if first.year != last.year:
        pattern = "d MMM y"
    return f"{format_date(first, pattern, locale=spoken.page_language())}–{spoken.day(last)}"


def called(window: Window) -> str:
    """As people speak of it: ``Pekan ini``, ``Bulan lalu``, else by its name."""
    period = window.period
    if period.first <= window.today <= period.last:
        return translated(PRESENT[period.kind])
    if period.last + A_DAY <= window.today <= period.after.last:
        return translated(LAST[period.kind])
    if period.kind is Kind.WEEK:
        return translated("Pekan %(days)s") % {"days": period_name(period)}
    if period.kind is Kind.YEAR:
        return translated("Tahun %(year)s") % {"year": period.first.year}
    return period_name(period)


def compared_with(window: Window) -> str:
    """What the comparison is with: ``pekan sebelumnya``, or as much of it as there is of this one."""
    table = THE_ONE_BEFORE if window.is_whole else SAME_DAYS_BEFORE
    return translated(table[window.period.kind])


def step_label(period: Period) -> str:
    """As short as an axis needs it: ``16 Nov``, ``Nov``, ``IV/26``, ``2026``."""
    if period.kind is Kind.QUARTER:
        return f"{QUARTERS[period.first.month // 3]}/{period.first:%y}"
    patterns = {Kind.WEEK: "d MMM", Kind.MONTH: "MMM", Kind.YEAR: "y"}
    return str(format_date(period.first, patterns[period.kind], locale=spoken.page_language()))
