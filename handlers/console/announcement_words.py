"""How the pages about announcements say numbers, money, spans of time and states in Indonesian."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from bot.announcement_plan import Share
from bot.announcements import DRAFT, RUNNING, STOPPED, WRITTEN
from bot.city import City
from bot.forms import TEMPLATE
from storage.models import Announcement

STATES = {
    DRAFT: "Belum dikirim",
    RUNNING: "Sedang dikirim",
    WRITTEN: "Selesai",
    STOPPED: "Dihentikan",
}
LOOKS = {DRAFT: "warn", RUNNING: "doing", STOPPED: "warn"}
A_MINUTE, AN_HOUR = 60, 3_600


def number(value: int) -> str:
    """``12.345``."""
    return f"{value:,}".replace(",", ".")


def money(costs: Mapping[str, Decimal]) -> str:
    """Amounts by currency: ``Rp12.345``, ``3,50 USD``; empty where nothing has a price."""
    return " + ".join(_amount(amount, currency) for currency, amount in sorted(costs.items()))


def span(seconds: float) -> str:
    """About how long, in minutes and hours."""
    if seconds < A_MINUTE:
        return "kurang dari satu menit"
    minutes = round(seconds / A_MINUTE)
    hours, rest = divmod(minutes, A_MINUTE)
    parts = [f"{hours} jam"] * bool(hours) + [f"{rest} menit"] * bool(rest)
    return f"sekitar {' '.join(parts)}"


def way(share: Share) -> str:
    """By which way these people are reached."""
    if share.way.form == TEMPLATE:
        return "dengan template, di luar 24 jam"
    return "pengganti WhatsApp, di luar 24 jam" if share.way.instead else ""


def target(row: Announcement, city: City, areas: Iterable[str]) -> str:
    """Whom it is for: ``Banjir dan genangan di Manggarai, Kecamatan Setiabudi``."""
    service = city.services.get(row.service) if row.service else None
    what = service.name if service else (row.service or "Semua layanan")
    where = ", ".join(areas)
    return f"{what} di {where}" if where else what


def _amount(amount: Decimal, currency: str) -> str:
    if currency == "IDR":
        return f"Rp{number(int(amount.to_integral_value()))}"
    whole, _, part = f"{amount:.2f}".partition(".")
    return f"{number(int(whole))},{part} {currency}"
