"""What is odd about a claim, in words for coordinators: they say what to look at, and accuse nobody."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from bot.evidence import Kind
from handlers.phrases import Phrases


def sentence(flag: Mapping[str, Any], say: Phrases, numbers: Mapping[int, str]) -> str:
    """``flag`` as ``bot.evidence`` keeps it; ``numbers`` has those tickets that may be named."""
    match Kind(flag["kind"]):
        case Kind.MISSING:
            return "Layanan ini meminta foto hasil, dan klaim ini tanpa foto."
        case Kind.USED_BEFORE:
            return f"Foto ini mirip foto {_whose(flag, numbers)}."
        case Kind.ELSEWHERE:
            return f"Menurut fotonya, foto diambil {_distance(flag['metres'])} dari lokasi laporan."
        case Kind.OUTSIDE_CITY:
            return "Menurut fotonya, foto diambil di luar kota."
        case Kind.TOO_EARLY:
            return (
                f"Menurut fotonya, foto diambil {_moment(flag['taken_at'], say)}, "
                f"sebelum pekerjaan ini diminta ({_moment(flag['begun_at'], say)})."
            )
        case Kind.TOO_OLD:
            return f"Menurut fotonya, foto diambil {_moment(flag['taken_at'], say)}, jauh sebelum klaim ini."


def tickets_in(flags: Collection[Mapping[str, Any]]) -> set[int]:
    """The ids of the tickets that the words for these flags may name."""
    return {flag["ticket_id"] for flag in flags if flag.get("ticket_id") is not None}


def _whose(flag: Mapping[str, Any], numbers: Mapping[int, str]) -> str:
    who = "dari warga" if flag["by_citizen"] else "hasil kerja"
    if flag["ticket_id"] is None:
        return f"{who} sebelumnya"
    return f"{who} pada laporan {numbers.get(flag['ticket_id'], 'lain')}"


def _distance(metres: int) -> str:
    return f"{metres} m" if metres < 1_000 else f"{metres / 1_000:.1f} km".replace(".", ",")


def _moment(text: str, say: Phrases) -> str:
    return say.moment(datetime.fromisoformat(text))
