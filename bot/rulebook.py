"""All that a use case goes by: the city, its sentences and word lists, and a few settings."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path

from bot.announcements.areas import Areas, areas_of
from bot.city import ladder
from bot.city.city import City, load_city
from bot.conversation.state import Advice
from bot.errors import ConfigError
from bot.settings import ROOT, Settings
from bot.wording.wording import Wording, load_wording
from bot.words import Words

TEXTS = ROOT / "bot"
NOWHERE = Areas()
LAYOUTS = ("mail.txt", "mail.html", "list.txt", "list.html", "report.txt", "report.html")


@dataclass(frozen=True)
class Rulebook:
    """Loaded once at start and never changed. ``understands`` tells whether an NLU server is configured.

    ``texts`` is the folder that the sentences came from; the layouts of e-mails are there too. ``sms_line``: the
    channel that sends SMS here, if any does. ``areas``: all kelurahan.
    """

    city: City
    wording: Wording
    words: Words
    base_url: str
    mail_from: str
    forward_delay: timedelta
    gives_unverified: bool
    understands: bool
    texts: Path
    sms_line: str | None = None
    areas: Areas = NOWHERE

    @cached_property
    def language(self) -> str:
        """The language of agencies and coordinators."""
        return self.city.languages[0]

    @cached_property
    def advice(self) -> dict[str, Advice]:
        """What goes with the standing answers that have something going with them."""
        return {
            topic: Advice(answer.service, answer.check.days if answer.check else None, answer.helped)
            for topic, answer in self.wording.answers.items()
            if answer.check or answer.helped
        }

    def answerable(self, now: datetime) -> frozenset[str]:
        """The topics whose standing answers may be given at ``now``."""
        return self.wording.answerable(now.astimezone(self.city.zone).date(), unverified=self.gives_unverified)


def load_rulebook(settings: Settings) -> Rulebook:
    """Read everything that ``settings`` points to; ConfigError with one sentence a mistake."""
    city, folder = load_city(settings.config_file), settings.city_folder or TEXTS
    texts = _texts_of(folder)
    wording = load_wording(texts, folder / "answers", city.languages, city.zone)
    if problems := [*_foreign_services(city, wording), *_unsayable(city, wording)]:
        raise ConfigError(problems)
    return Rulebook(
        city=city,
        wording=wording,
        words=Words.load(texts / "words.yml"),
        base_url=settings.base_url,
        mail_from=settings.mail_from,
        forward_delay=settings.forward_delay,
        gives_unverified=settings.gives_unverified,
        understands=bool(settings.nlu_url),
        texts=texts,
        sms_line=settings.sms_line,
        areas=areas_of(settings.city_folder),
    )


def _foreign_services(city: City, wording: Wording) -> Iterator[str]:
    for topic, answer in wording.answers.items():
        if answer.service is not None and answer.service not in city.services:
            yield f"answers: {topic}.service: there is no service '{answer.service}'; name one of config.yml."


def _unsayable(city: City, wording: Wording) -> Iterator[str]:
    """Sentences that a ladder names and nobody has written, or that cannot be filled."""
    known = {key: sentence.fields for key, sentence in wording.sentences[city.languages[0]].items()}
    for place, rungs in (("ladder", city.ladder), ("urgent.ladder", city.urgent.ladder)):
        yield from (f"config.yml: {problem}" for problem in ladder.unknown_sentences(rungs, place, known))


def _texts_of(folder: Path) -> Path:
    """A city's own sentences, word lists and layouts, all of them; else the project's."""
    own = folder / "texts"
    if not own.is_dir():
        return TEXTS / "texts"
    missing = [name for name in LAYOUTS if not (own / name).is_file()]
    if missing:
        raise ConfigError([f"{own / name} is missing; copy it from bot/texts and adapt it." for name in missing])
    return own
