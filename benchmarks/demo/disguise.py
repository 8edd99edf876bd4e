"""Other people, places and words for a copy: what was said by somebody simulated is said by somebody else.

The words are those of the language model's training messages, which were written by hand for this project.
"""

import json
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from random import Random
from typing import Any

from benchmarks.demo.places import Place, somewhere
from bot.privacy import mask
from bot.settings import ROOT
from bot.tickets.numbers import new_number

DATA = ROOT / "nlu" / "rasa" / "data"
FEWEST_WORDS, MOST_WORDS = 5, 70
GIVEN = (
    "Sari", "Budi", "Dewi", "Agus", "Rina", "Joko", "Tini", "Wawan", "Yanti", "Slamet", "Ratna", "Hendra",
    "Lestari", "Bambang", "Wulan", "Eko", "Fitri", "Rudi", "Nur", "Asep", "Maya", "Iwan", "Siti", "Dedi",
    "Ayu", "Yusuf", "Ningsih", "Arif", "Endang", "Fajar", "Mega", "Taufik", "Lina", "Surya", "Indah", "Rahmat",
    "Novi", "Andi", "Putri", "Gilang",
)  # fmt: skip
FAMILY = (
    "Contoh", "Santoso", "Wijaya", "Lestari", "Hidayat", "Kurnia", "Saputra", "Rahayu", "Permana", "Utami",
    "Nugroho", "Siregar", "Simanjuntak", "Halim", "Maulana", "Pratama", "Sulastri", "Gunawan", "Setiawan",
    "Purnama",
)  # fmt: skip
NAMED = 0.7
PINNED = 0.45


@cache
def words(kind: str, service: str) -> tuple[str, ...]:
    """What people write about ``service``; empty where nobody wrote anything without naming a place."""
    return tuple(_all_words().get((kind, service), ()))


@cache
def _all_words() -> dict[tuple[str, str], list[str]]:
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for path in sorted(DATA.rglob("*.jsonl")):
        for line in path.read_text("utf-8").splitlines():
            message = json.loads(line)
            if message["place"] is None and FEWEST_WORDS <= len(message["text"].split()) <= MOST_WORDS:
                found[message["intent"], message["service"] or ""].append(message["text"])
    return found


@dataclass
class Disguise:
    """What replaces what for one copy of one conversation. ``person``: its number among all that write.

    ``earlier``: so long before the pattern's everything happened.
    """

    random: Random
    person: int
    earlier: timedelta
    pairs: list[tuple[str, str]] = field(default_factory=list)
    places: dict[int, Place] = field(default_factory=dict)
    name: str | None = None

    def of_ticket(self, ticket: dict[str, Any], prefix: str) -> None:
        """Another number, place and story for ``ticket``."""
        place = self.places[ticket["id"]] = somewhere(self.random)
        self.pairs.append((ticket["number"], new_number(prefix)))
        story = self._story(ticket, place)
        if story:
            self.pairs.append((ticket["story"], story))
        if ticket["place"]:
            self.pairs.append((ticket["place"], str(place)))

    def of_question(self, text: str) -> None:
        """Another question that no standing answer is for."""
        self.pairs.append((text, self.random.choice(words("tanya", ""))))

    def _story(self, ticket: dict[str, Any], place: Place) -> str:
        choice = words(ticket["kind"], ticket["service"]) or words("lapor", ticket["service"])
        if not choice or not ticket["story"]:
            return ""
        said = self.random.choice(choice)
        return f"{said.rstrip()} di {place}" if ticket["place"] and ticket["place"] in ticket["story"] else said

    def settle(self) -> None:
        """The longest first: a story may contain its place."""
        self.pairs.sort(key=lambda pair: -len(pair[0]))
        if self.random.random() < NAMED:
            self.name = f"{self.random.choice(GIVEN)} {self.random.choice(FAMILY)}"

    @property
    def phone(self) -> str:
        """A number that nobody has: Indonesia's 0800 is for companies, and shorter."""
        return f"+62800{self.person:08d}"

    def text(self, said: str) -> str:
        for old, new in self.pairs:
            said = said.replace(old, new)
        return said

    def value(self, value: Any) -> Any:
        """Text, or all text within a JSON value."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {key: self.value(entry) for key, entry in value.items()}
        return [self.value(entry) for entry in value] if isinstance(value, list) else value

    def masked(self, said: str) -> str:
        return mask(self.text(said))
