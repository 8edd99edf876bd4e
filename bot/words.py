"""Plain rules that need no model: commands, yes and no, and the signs of an emergency."""

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

EMERGENCY_LANE, NORMAL_LANE = 0, 1
LONGEST_YES_OR_NO = 12


class Command(StrEnum):
    """What a citizen can ask for with a fixed word."""

    STOP = "stop"
    START = "start"
    ERASE = "erase"
    MY_DATA = "my_data"


def _plain(text: str) -> str:
    return " ".join(re.findall(r"[\w]+", text.lower()))


def _any_word(patterns: list[str]) -> re.Pattern[str]:
    return re.compile(r"(?<!\w)(?:" + "|".join(patterns) + r")(?!\w)", re.MULTILINE)


@dataclass(frozen=True)
class Words:
    """The word lists of one city, as ``bot/texts/words.yml`` holds them."""

    data: dict[str, Any]

    @classmethod
    def load(cls, path: Path) -> "Words":
        return cls(yaml.safe_load(path.read_text(encoding="utf-8")))

    def command(self, text: str) -> Command | None:
        """The command that ``text`` is, when it says nothing else."""
        words = self._polite.sub(" ", _plain(text))
        return self._commands.get(" ".join(words.split())) if words else None

    def yes_or_no(self, text: str) -> bool | None:
        """True for a yes, False for a no, None where it is neither.

        A no among yeses ("sudah tapi masih bocor") is a no, but for "sudah tidak bocor lagi", which the words
        alone cannot tell. A long text is neither: it says more than that.
        """
        words = _plain(text).split()
        if not words or len(words) > LONGEST_YES_OR_NO:
            return None
        agrees, refuses = bool(set(words[:3]) & self._yes), bool(set(words) & self._no)
        if agrees and refuses and words[-1] in self._no_longer:
            return None
        return False if refuses else (True if agrees else None)

    def does_not_know(self, text: str) -> bool:
        """Whether the person says that they cannot tell."""
        return bool(self._unknown.search(_plain(text))) and len(text.split()) <= 8

    def is_emergency(self, text: str) -> bool:
        """Whether ``text`` shows the signs of life in danger now. Narrow on purpose: it acts alone."""
        lower = text.lower()
        return bool(self._emergency.search(lower)) and not self._not_emergency.search(lower)

    def lane(self, text: str) -> int:
        """The lane a message waits in; broader than :meth:`is_emergency`, since overtaking costs little."""
        return EMERGENCY_LANE if self._emergency.search(text.lower()) else NORMAL_LANE

    @cached_property
    def _commands(self) -> dict[str, Command]:
        return {phrase: Command(name) for name, phrases in self.data["commands"].items() for phrase in phrases}

    @cached_property
    def _polite(self) -> re.Pattern[str]:
        return _any_word([re.escape(word) for word in self.data["polite"]])

    @cached_property
    def _yes(self) -> frozenset[str]:
        return frozenset(self.data["agree"])

    @cached_property
    def _no(self) -> frozenset[str]:
        return frozenset(self.data["refuse"])

    @cached_property
    def _no_longer(self) -> frozenset[str]:
        return frozenset(self.data["no_longer"])

    @cached_property
    def _unknown(self) -> re.Pattern[str]:
        return _any_word(self.data["clueless"])

    @cached_property
    def _emergency(self) -> re.Pattern[str]:
        return _any_word(self.data["emergency"]["signs"])

    @cached_property
    def _not_emergency(self) -> re.Pattern[str]:
        return _any_word(self.data["emergency"]["not_if"])
