"""Why a ticket went where it went: the city's rule that matched, in words."""

from bot.city.city import City, Rule, When
from handlers.phrases import Phrases
from storage.models import Ticket

OWN = "Tanpa aturan khusus: instansi layanan ini."
GONE = "Menurut aturan yang sudah tidak ada lagi di config.yml."


def why_there(ticket: Ticket, say: Phrases) -> str | None:
    """One sentence about the routing of ``ticket`` when it was filed; None where nothing was kept of it."""
    filed = next((event for event in ticket.events if event.kind == "filed"), None)
    if filed is None or "rule" not in filed.data:
        return None
    place = filed.data["rule"]
    if place is None:
        return OWN
    if place >= len(say.city.routing):
        return GONE
    rule = say.city.routing[place]
    return f"Aturan {place + 1} di config.yml: {_conditions(rule.when, say)} ke {_target(rule, say.city)}."


def _conditions(when: When, say: Phrases) -> str:
    services = [say.service(code) for code in when.service] if when.service else None
    hours = [f"{when.hours[0]:%H.%M}-{when.hours[1]:%H.%M}"] if when.hours else None
    named = {
        "maksud": when.intent,
        "layanan": services,
        "kelurahan": when.kelurahan,
        "wilayah": when.city,
        "kanal": when.channel,
        "menyebut": when.names,
        "pukul": hours,
    }
    return ", ".join(f"{name} {' atau '.join(values)}" for name, values in named.items() if values) or "semua"


def _target(rule: Rule, city: City) -> str:
    if "@" in rule.to:
        return rule.to
    agency, _, unit = rule.to.partition("/")
    name = city.agency_name(agency)
    return f"{name} ({unit.replace('_', ' ')})" if unit else name
