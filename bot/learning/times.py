"""Times as offices write them: ISO, or day first."""

from datetime import datetime
from zoneinfo import ZoneInfo

DAY_FIRST = ("%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y")
CLOCKS = ("", " %H:%M", " %H:%M:%S", " %H.%M")


def parse_time(text: str, zone: ZoneInfo) -> datetime:
    """An aware time; without an offset it is the city's own. ValueError where it is none."""
    text = " ".join(text.split())
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = _day_first(text)
    return found if found.tzinfo else found.replace(tzinfo=zone)


def _day_first(text: str) -> datetime:
    for day in DAY_FIRST:
        for clock in CLOCKS:
            try:
                return datetime.strptime(text, day + clock)  # noqa: DTZ007 - the zone is added by the caller
            except ValueError:
                continue
    raise ValueError(f"no time: {text[:40]}")
