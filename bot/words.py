"""Plain rules that need no model: commands, yes and no, and the signs of an emergency."""

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Any

from bot import yaml_text

# Who goes first: emergencies, replies, what we say by ourselves, one text to many.
EMERGENCY_LANE, NORMAL_LANE, UNASKED_LANE, BULK_LANE = 0, 1, 2, 3
LONGEST_YES_OR_NO = 12
FEWEST_TELLING_WORDS = 2
LONGEST_ASKING_BACK = 6


class Command(StrEnum):
    """What a citizen can ask for with a fixed word."""

    STOP = "stop"
    START = "start"
    ERASE = "erase"
    MY_DATA = "my_data"
    CHANGE = "change"
    COPY = "copy"
    RESTRICT = "restrict"
    WITHDRAW_CONSENT = "withdraw_consent"


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
        return cls(yaml_text.load(path.read_text(encoding="utf-8")))

    def command(self, text: str) -> Command | None:
        """The command that ``text`` is, when it says nothing else."""
        words = self._polite.sub(" ", _plain(text))
        return self._commands.get(" ".join(words.split())) if words else None

    def yes_or_no(self, text: str) -> bool | None:
        """True for a yes, False for a no, None where it is neither.

        A no among yeses ("sudah tapi masih bocor") is a no, but for "sudah tidak bocor lagi", which the words
        alone cannot tell, and "sudah beres belum?", which asks. A long text is neither: it says more than that.
        """
        words = _plain(text).split()
        if not words or len(words) > LONGEST_YES_OR_NO or self._whether.search(_plain(text)):
            return None
        agrees, refuses = bool(set(words[:3]) & self._yes), bool(set(words) & self._no)
        if agrees and refuses and words[-1] in self._no_longer:
            return None
        return False if refuses else (True if agrees else None)

    def begins_with_yes(self, text: str) -> bool:
        """Whether the first words are a yes, whatever comes behind."""
        return bool(set(_plain(text).split()[:2]) & self._yes)

    def is_bare_yes(self, text: str) -> bool:
        """Whether ``text`` is a yes or an "ok" and nothing else, politeness aside."""
        words = _plain(text)
        rest = self._polite.sub(" ", words).split()
        return bool(set(words.split()) & self._yes) and set(rest) <= self._yes

    def is_bare_consent(self, text: str) -> bool:
        """Whether ``text`` is a yes to a wish and nothing else; a "sudah" says that something is done."""
        return self.is_bare_yes(text) and not set(_plain(text).split()) & self._finished

    def does_not_know(self, text: str) -> bool:
        """Whether the person says that they cannot tell."""
        return bool(self._unknown.search(_plain(text))) and len(text.split()) <= 8

    def is_emergency(self, text: str) -> bool:
        """Whether ``text`` shows the signs of life in danger now. Narrow on purpose: it acts alone."""
        lower = text.lower()
        return bool(self._emergency.search(lower)) and not self._not_emergency.search(lower)

    def names_place(self, text: str) -> bool:
        """Whether ``text`` shows the signs of an address or a landmark."""
        return bool(self._place.search(text.lower()))

    def corrects(self, text: str) -> bool:
        """Whether somebody takes back something that they said before."""
        return bool(self._corrects.search(text.lower()))

    def means_there(self, text: str) -> bool:
        """Whether somebody means the place that was named before."""
        return bool(self._there.search(text.lower()))

    def means_here(self, text: str) -> bool:
        """Whether the place that is told is only "here"."""
        return self._here.fullmatch(_plain(text)) is not None

    def says_fixed(self, text: str) -> bool:
        """Whether ``text`` says in so many words that something is in order again."""
        return bool(self._fixed.search(text.lower()))

    def says_not_yet(self, text: str) -> bool:
        """Whether something is said to be as it was."""
        return bool(self._not_yet.search(text.lower()))

    def says_again(self, text: str) -> bool:
        """Whether something is said to be back, or never to have gone; "nyala lagi" is good news."""
        return bool(self._again.search(self._fixed.sub(" ", text.lower())))

    def puts_off(self, text: str) -> bool:
        """Whether somebody has not looked yet, and will: neither a yes nor a no."""
        return bool(self._puts_off.search(text.lower()))

    def asks_to_wait(self, text: str) -> bool:
        """Whether somebody says no more than that the answer will come."""
        return self._wait.fullmatch(_plain(text)) is not None

    def asks_back(self, text: str) -> bool:
        """Whether somebody asks what our question means."""
        return len(text.split()) <= LONGEST_ASKING_BACK and bool(self._asks_back.search(text.lower()))

    def means_elsewhere(self, text: str) -> bool:
        """Whether somebody says that theirs is at another place than what we speak of."""
        return bool(self._elsewhere.search(text.lower()))

    def means_another(self, text: str) -> bool:
        """Whether somebody says no more than that it is something else."""
        return self._another.fullmatch(_plain(text)) is not None

    def means_all(self, text: str) -> bool:
        """Whether ``text`` begins with "all of them", or says "done" of all of them."""
        return bool(self._all.search(_plain(text)))

    def emergency_service(self, text: str) -> str | None:
        """What kind of emergency the words alone tell of; None where they tell none."""
        lower = text.lower()
        return next((code for code, signs in self._emergency_services.items() if signs.search(lower)), None)

    def new_name(self, text: str) -> str | None:
        """The name that somebody wants to be known by from now on; None where nobody says so."""
        found = self._new_name.fullmatch(" ".join(text.split()))
        return found["name"].strip(" .,!\"'") or None if found else None

    def hides_name(self, text: str) -> bool:
        """Whether somebody wants their name kept from the agency."""
        return bool(self._hide_name.search(text.lower()))

    def only_hides_name(self, text: str) -> bool:
        """Whether that wish is all that ``text`` says."""
        rest, wishes = self._hide_name.subn(" ", text.lower())
        said = set(self._polite.sub(" ", _plain(rest)).split())
        return wishes > 0 and said <= self._beside_hide_name

    def is_sealed(self, text: str) -> bool:
        """Whether ``text`` shows the signs of a matter for few eyes only."""
        return bool(self._sealed.search(text.lower()))

    def is_self_harm(self, text: str) -> bool:
        """Whether somebody speaks of ending their own life."""
        return bool(self._self_harm.search(text.lower()))

    def is_english(self, text: str) -> bool | None:
        """Whether ``text`` is English; None where it has too few telling words.

        Function words decide, since people mix English nouns into everything.
        """
        words = _plain(text).split()
        english = sum(word in self._english for word in words)
        indonesian = sum(word in self._indonesian for word in words)
        if english + indonesian < FEWEST_TELLING_WORDS:
            return None
        return english > 2 * indonesian

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
        return frozenset(self.data["agree"]) | self._finished

    @cached_property
    def _finished(self) -> frozenset[str]:
        return frozenset(self.data["finished"])

    @cached_property
    def _no(self) -> frozenset[str]:
        return frozenset(self.data["refuse"])

    @cached_property
    def _no_longer(self) -> frozenset[str]:
        return frozenset(self.data["no_longer"])

    @cached_property
    def _whether(self) -> re.Pattern[str]:
        return _any_word(self.data["whether"])

    @cached_property
    def _unknown(self) -> re.Pattern[str]:
        return _any_word(self.data["clueless"])

    @cached_property
    def _place(self) -> re.Pattern[str]:
        return _any_word(self.data["place"])

    @cached_property
    def _again(self) -> re.Pattern[str]:
        return _any_word(self.data["again"])

    @cached_property
    def _not_yet(self) -> re.Pattern[str]:
        return _any_word(self.data["not_yet"])

    @cached_property
    def _corrects(self) -> re.Pattern[str]:
        return _any_word(self.data["corrects"])

    @cached_property
    def _there(self) -> re.Pattern[str]:
        return _any_word(self.data["there"])

    @cached_property
    def _here(self) -> re.Pattern[str]:
        return re.compile("|".join(self.data["here"]))

    @cached_property
    def _fixed(self) -> re.Pattern[str]:
        return _any_word(self.data["fixed"])

    @cached_property
    def _puts_off(self) -> re.Pattern[str]:
        return _any_word(self.data["puts_off"])

    @cached_property
    def _wait(self) -> re.Pattern[str]:
        return re.compile("|".join(self.data["wait"]))

    @cached_property
    def _elsewhere(self) -> re.Pattern[str]:
        return _any_word(self.data["elsewhere"])

    @cached_property
    def _another(self) -> re.Pattern[str]:
        return re.compile("|".join(self.data["another"]))

    @cached_property
    def _asks_back(self) -> re.Pattern[str]:
        return _any_word(self.data["asks_back"])

    @cached_property
    def _all(self) -> re.Pattern[str]:
        return re.compile("^(?:" + "|".join(self.data["all_of_them"]) + r")\b")

    @cached_property
    def _emergency_services(self) -> dict[str, re.Pattern[str]]:
        return {code: _any_word(signs) for code, signs in self.data["emergency"]["services"].items()}

    @cached_property
    def _new_name(self) -> re.Pattern[str]:
        return re.compile(self.data["new_name"], re.IGNORECASE)

    @cached_property
    def _hide_name(self) -> re.Pattern[str]:
        return _any_word(self.data["hide_name"])

    @cached_property
    def _beside_hide_name(self) -> frozenset[str]:
        return frozenset(self.data["beside_hide_name"])

    @cached_property
    def _sealed(self) -> re.Pattern[str]:
        return _any_word([*self.data["sealed"], *self.data["self_harm"]])

    @cached_property
    def _self_harm(self) -> re.Pattern[str]:
        return _any_word(self.data["self_harm"])

    @cached_property
    def _english(self) -> frozenset[str]:
        return frozenset(self.data["english"])

    @cached_property
    def _indonesian(self) -> frozenset[str]:
        return frozenset(self.data["indonesian"])

    @cached_property
    def _emergency(self) -> re.Pattern[str]:
        return _any_word(self.data["emergency"]["signs"])

    @cached_property
    def _not_emergency(self) -> re.Pattern[str]:
        return _any_word(self.data["emergency"]["not_if"])
