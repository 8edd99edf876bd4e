"""A live installation that the doctor finds nothing wrong with, and how tests read what it says."""

from collections.abc import Iterable
from typing import Any

from bot.city.city import City, city_from
from handlers.doctor.findings import Finding, Mark
from tests.support.cities import small_city
from tests.support.clock import at

NOON = at("2026-11-24T12:00+07:00")
SECRET = "a secret of thirty-two characters"


def wrongs(findings: Iterable[Finding]) -> list[str]:
    return [finding.text for finding in findings if finding.mark is Mark.WRONG]


def marks(findings: Iterable[Finding]) -> list[Mark]:
    return [finding.mark for finding in findings]


def own_city(**changes: Any) -> City:
    """The small city with addresses of its own."""
    agencies = {"dlh": {"name": "Lingkungan Hidup", "email": "dlh@kota.go.id"}}
    services = {"sampah": {"name": "Sampah", "agency": "dlh"}, "lainnya": {"name": "Lain", "agency": "dlh"}}
    return city_from(small_city(agencies=agencies, services=services, **changes))
