"""A city of a few lines, for tests that change its configuration."""

from copy import deepcopy
from typing import Any

SMALL: dict[str, Any] = {
    "name": "Kota Kecil",
    "ticket_prefix": "KK",
    "office_hours": {"opens": "07:30", "closes": "16:00"},
    "deadlines": {"verify": "3 working days", "answer": "5 working days", "solve": "7 days"},
    "agencies": {
        "bina_marga": {"name": "Bina Marga", "email": "bina.marga@jakarta.example"},
        "dlh": {
            "name": "Lingkungan Hidup",
            "email": "dlh@jakarta.example",
            "units": {"malam": "malam@jakarta.example"},
        },
    },
    "services": {
        "jalan_rusak": {"name": "Jalan rusak", "agency": "bina_marga", "needs_place": True},
        "sampah": {"name": "Sampah", "agency": "dlh"},
        "lainnya": {"name": "Lainnya", "agency": "dlh"},
    },
}


def small_city(**changes: Any) -> dict[str, Any]:
    """Its configuration as YAML gives it, with ``changes`` at the top level."""
    return deepcopy(SMALL) | changes
