"""All that a use case goes by: the city, its sentences and word lists, and a few settings."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path

from bot.city import City, load_city
from bot.settings import ROOT, Settings
from bot.wording import Wording, load_wording
from bot.words import Words

TEXTS = ROOT / "bot"


@dataclass(frozen=True)
class Rulebook:
    """Loaded once at start and never changed. ``understands`` tells whether an NLU server is configured."""

    city: City
    wording: Wording
    words: Words
    base_url: str
    mail_from: str
    forward_delay: timedelta
    gives_unverified: bool
    understands: bool

    @cached_property
    def language(self) -> str:
        """The language of agencies and coordinators."""
        return self.city.languages[0]

    def answerable(self, now: datetime) -> frozenset[str]:
        """The topics whose standing answers may be given at ``now``."""
        return self.wording.answerable(now.astimezone(self.city.zone).date(), unverified=self.gives_unverified)


def load_rulebook(settings: Settings, texts: Path = TEXTS) -> Rulebook:
    """Read everything that ``settings`` points to; ConfigError with one sentence a mistake."""
    city = load_city(settings.config_file)
    return Rulebook(
        city=city,
        wording=load_wording(texts, city.languages, city.zone),
        words=Words.load(texts / "texts" / "words.yml"),
        base_url=settings.base_url,
        mail_from=settings.mail_from,
        forward_delay=settings.forward_delay,
        gives_unverified=settings.gives_unverified,
        understands=bool(settings.nlu_url),
    )
