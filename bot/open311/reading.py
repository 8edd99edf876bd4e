"""Reads the fields of a request. What is wrong is collected, a sentence for each field; nothing is guessed."""

import re
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, time, tzinfo

from bot.messages import legible
from bot.open311.errors import UnfitError

EARLIEST, LATEST = 1990, 2100
# The sign before a zone is read as a space where a client forgot to encode it.
_LOST_PLUS = re.compile(r"(?<=\d) (?=\d\d:\d\d$)")
_WHOLE, _DECIMAL = re.compile(r"\d{1,9}", re.ASCII), re.compile(r"[+-]?\d{1,6}(\.\d{1,30})?", re.ASCII)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d)?", re.ASCII)


class Fields:
    """The fields of one request. Reading a wrong one notes a sentence and gives None; :meth:`check` raises."""

    def __init__(self, values: Callable[[str], list[str]]) -> None:
        self._values = values
        self.sentences: list[str] = []

    def text(self, name: str, most: int, *, lines: bool = False) -> str:
        """What stands there, without characters that nobody sees; empty where nothing does."""
        said = legible(self._first(name)).strip()
        said = said if lines else " ".join(said.split())
        if len(said) > most:
            self.wrong(name, f"has at most {most} characters")
            return ""
        return said

    def codes(self, name: str, known: Iterable[str], most: int = 100) -> tuple[str, ...] | None:
        """Codes with commas between them, all of which are known; None where the field is not given."""
        given = self._listed(name)
        if not given:
            return None
        known = frozenset(known)
        if any(code not in known for code in given):
            self.wrong(name, "names something that there is not")
        if len(given) > most:
            self.wrong(name, f"names at most {most}")
        return tuple(dict.fromkeys(given))

    def listed(self, name: str, most: int) -> tuple[str, ...] | None:
        """Whatever stands there with commas between; None where the field is not given."""
        given = self._listed(name)
        if len(given) > most:
            self.wrong(name, f"names at most {most}")
        return tuple(dict.fromkeys(given))[:most] or None

    def whole(self, name: str, least: int, most: int) -> int | None:
        text = self._first(name).strip()
        if not text:
            return None
        if not _WHOLE.fullmatch(text) or not least <= int(text) <= most:
            self.wrong(name, f"is a whole number from {least} to {most}")
            return None
        return int(text)

    def decimal(self, name: str, least: float, most: float) -> float | None:
        text = self._first(name).strip()
        return self._decimal(name, text, least, most) if text else None

    def decimals(self, name: str, count: int, most: float) -> tuple[float, ...] | None:
        """So many decimals with commas between them."""
        text = self._first(name).strip()
        if not text:
            return None
        parts = text.split(",")
        if len(parts) != count:
            self.wrong(name, f"is {count} numbers with commas between them")
            return None
        found = [self._decimal(name, part.strip(), -most, most) for part in parts]
        return None if None in found else tuple(number for number in found if number is not None)

    def moment(self, name: str, zone: tzinfo, *, ends: bool = False) -> datetime | None:
        """A time; without a zone it is the city's. A day alone is its beginning, or its end where ``ends``."""
        text = _LOST_PLUS.sub("+", self._first(name).strip())
        if not text:
            return None
        found = _read_moment(text, zone, ends=ends)
        if found is None:
            self.wrong(name, "is a time as 2026-11-24T10:00:00+07:00, or a day as 2026-11-24")
        return found

    def wrong(self, name: str, why: str) -> None:
        """Note that a field is not as it must be: ``why`` says how."""
        self.sentences.append(f"{name} {why}.")

    def check(self) -> None:
        """UnfitError where anything that was read is wrong."""
        if self.sentences:
            raise UnfitError(tuple(dict.fromkeys(self.sentences)))

    def is_given(self, name: str) -> bool:
        return bool(self._first(name).strip())

    def _decimal(self, name: str, text: str, least: float, most: float) -> float | None:
        if not _DECIMAL.fullmatch(text) or not least <= float(text) <= most:
            self.wrong(name, f"is a number from {least:g} to {most:g}")
            return None
        return float(text)

    def _first(self, name: str) -> str:
        return next(iter(self._values(name)), "")

    def _listed(self, name: str) -> list[str]:
        parts = (part.strip() for value in self._values(name) for part in value.split(","))
        return [part for part in parts if part]


def _read_moment(text: str, zone: tzinfo, *, ends: bool) -> datetime | None:
    try:
        if _DAY.fullmatch(text):
            found = datetime.combine(date.fromisoformat(text), time.max if ends else time.min, zone)
        elif _MOMENT.fullmatch(text):
            found = datetime.fromisoformat(text)
        else:
            return None
    except ValueError:
        return None
    if not EARLIEST <= found.year <= LATEST:
        return None
    return (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC)
