"""How the pages about announcements say numbers, money, spans of time and states."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from bot.announcements.announcements import DRAFT, RUNNING, STOPPED, WRITTEN
from bot.announcements.planning import Share
from bot.city.city import City
from bot.wording.forms import TEMPLATE
from handlers import spoken
from handlers.i18n import N_, counted, translated
from storage.models import Announcement

STATES = {
    DRAFT: N_("Belum dikirim"),
    RUNNING: N_("Sedang dikirim"),
    WRITTEN: N_("Selesai"),
    STOPPED: N_("Dihentikan"),
}
LOOKS = {DRAFT: "warn", RUNNING: "doing", STOPPED: "warn"}
A_MINUTE, AN_HOUR = 60, 3_600


def state(code: str) -> str:
    """How far an announcement is."""
    return translated(STATES[code])


def number(value: int) -> str:
    """``12.345``; in English ``12,345``."""
    return spoken.number(value)


def money(costs: Mapping[str, Decimal]) -> str:
    """Amounts by currency: ``Rp12.345``, ``3,50 USD``; empty where nothing has a price."""
    return " + ".join(_amount(amount, currency) for currency, amount in sorted(costs.items()))


def span(seconds: float) -> str:
    """About how long, in minutes and hours."""
    if seconds < A_MINUTE:
        return translated("kurang dari satu menit")
    minutes = round(seconds / A_MINUTE)
    hours, rest = divmod(minutes, A_MINUTE)
    parts = [counted("%(num)d jam", "%(num)d jam", hours)] * bool(hours)
    parts += [counted("%(num)d menit", "%(num)d menit", rest)] * bool(rest)
    return translated("sekitar %(span)s") % {"span": " ".join(parts)}


def way(share: Share) -> str:
    """By which way these people are reached."""
    if share.way.form == TEMPLATE:
        return translated("dengan template, di luar 24 jam")
    return translated("pengganti WhatsApp, di luar 24 jam") if share.way.instead else ""


def target(row: Announcement, city: City, areas: Iterable[str]) -> str:
    """Whom it is for: ``Banjir dan genangan di Manggarai, Kecamatan Setiabudi``."""
    service = city.services.get(row.service) if row.service else None
    what = service.name if service else (row.service or translated("Semua layanan"))
    where = ", ".join(areas)
    return translated("%(what)s di %(where)s") % {"what": what, "where": where} if where else what


def _amount(amount: Decimal, currency: str) -> str:
    if currency == "IDR":
        return f"Rp{number(int(amount.to_integral_value()))}"
    return f"{spoken.number(amount, 2)} {currency}"
