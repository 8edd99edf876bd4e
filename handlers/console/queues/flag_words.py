"""What is odd about a claim, in words for coordinators: they say what to look at, and accuse nobody."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from bot.agencies.evidence import Kind
from handlers import spoken
from handlers.i18n import N_, translated
from handlers.phrases import Phrases

TOO_EARLY = N_("Menurut fotonya, foto diambil %(taken)s, sebelum pekerjaan ini diminta (%(begun)s).")
# By whether the other photo is a citizen's.
USED_BEFORE = {
    True: N_("Foto ini mirip foto dari warga sebelumnya."),
    False: N_("Foto ini mirip foto hasil kerja sebelumnya."),
}
USED_IN = {
    True: N_("Foto ini mirip foto dari warga pada laporan %(number)s."),
    False: N_("Foto ini mirip foto hasil kerja pada laporan %(number)s."),
}
USED_ELSEWHERE = {
    True: N_("Foto ini mirip foto dari warga pada laporan lain."),
    False: N_("Foto ini mirip foto hasil kerja pada laporan lain."),
}


def sentence(flag: Mapping[str, Any], say: Phrases, numbers: Mapping[int, str]) -> str:
    """``flag`` as ``bot.agencies.evidence`` keeps it; ``numbers`` has those tickets that may be named."""
    match Kind(flag["kind"]):
        case Kind.MISSING:
            return translated("Layanan ini meminta foto hasil, dan klaim ini tanpa foto.")
        case Kind.USED_BEFORE:
            return _whose(flag, numbers)
        case Kind.ELSEWHERE:
            far = {"distance": _distance(flag["metres"])}
            return translated("Menurut fotonya, foto diambil %(distance)s dari lokasi laporan.") % far
        case Kind.OUTSIDE_CITY:
            return translated("Menurut fotonya, foto diambil di luar kota.")
        case Kind.TOO_EARLY:
            times = {"taken": _moment(flag["taken_at"], say), "begun": _moment(flag["begun_at"], say)}
            return translated(TOO_EARLY) % times
        case Kind.TOO_OLD:
            taken = {"taken": _moment(flag["taken_at"], say)}
            return translated("Menurut fotonya, foto diambil %(taken)s, jauh sebelum klaim ini.") % taken


def tickets_in(flags: Collection[Mapping[str, Any]]) -> set[int]:
    """The ids of the tickets that the words for these flags may name."""
    return {flag["ticket_id"] for flag in flags if flag.get("ticket_id") is not None}


def _whose(flag: Mapping[str, Any], numbers: Mapping[int, str]) -> str:
    by, number = bool(flag["by_citizen"]), numbers.get(flag["ticket_id"])
    if flag["ticket_id"] is None:
        return translated(USED_BEFORE[by])
    return translated(USED_IN[by]) % {"number": number} if number else translated(USED_ELSEWHERE[by])


def _distance(metres: int) -> str:
    return f"{metres} m" if metres < 1_000 else f"{spoken.number(metres / 1_000, 1)} km"


def _moment(text: str, say: Phrases) -> str:
    return say.moment(datetime.fromisoformat(text))
