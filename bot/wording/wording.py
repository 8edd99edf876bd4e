"""Sentences from ``bot/texts`` and standing answers from ``bot/answers``: data, checked when loaded."""

import string
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from bot import yaml_text
from bot.errors import ConfigError

MONTHS = {
    "id": "Januari Februari Maret April Mei Juni Juli Agustus September Oktober November Desember",
    "en": "January February March April May June July August September October November December",
}
DAYS = {
    "id": "Senin Selasa Rabu Kamis Jumat Sabtu Minggu",
    "en": "Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
}
BUTTON_LENGTH = 20

T = TypeVar("T", bound=BaseModel)


class Sentence(BaseModel):
    """One sentence and, where it is sent unasked, the WhatsApp template that stands in for it.

    ``template_text`` is what is submitted where WhatsApp would refuse the sentence itself
    (``bot.wording.templates``).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: str
    template: str | None = None
    template_text: str | None = None
    variables: tuple[str, ...] = ()

    @field_validator("text", "template_text")
    @classmethod
    def _can_be_filled(cls, text: str | None) -> str | None:
        for _, name, form, conversion in string.Formatter().parse(text or ""):
            if name is not None and (not name.isidentifier() or form or conversion):
                raise ValueError("a value stands in braces by its name alone, as {number}.")
        return text

    @property
    def fields(self) -> frozenset[str]:
        return frozenset(name for _, name, _, _ in string.Formatter().parse(self.text) if name)


class Check(BaseModel):
    """What is asked before an answer: whether a step was taken whose stated time is ``days`` (calendar days).

    ``not_yet`` is what those are told who have not taken it; empty: the answer itself.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    days: int = Field(ge=1, le=365)
    text: dict[str, str]
    not_yet: dict[str, str] = {}


class Answer(BaseModel):
    """A standing answer: who owns it, where it comes from, how long it holds, whether a person checked it.

    ``service`` is what a ticket is about that comes of it; ``helped``: "was that of use?" is asked behind it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    owner: str | None
    source: str
    valid_until: date
    verified: bool = False
    service: str | None = None
    helped: bool = False
    check: Check | None = None
    text: dict[str, str]

    def may_be_given(self, today: date, *, unverified: bool) -> bool:
        return today <= self.valid_until and (self.verified or unverified)


class _TwiceError(yaml.YAMLError):
    """A key stands twice in a table; YAML would silently take the last."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


class _OnceEach(yaml_text.Loader):
    """Refuses tables in which a key stands twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        for key in keys:
            if keys.count(key) > 1:
                raise _TwiceError(str(key))
        return super().construct_mapping(node, deep)


@dataclass(frozen=True)
class Wording:
    """All sentences by language and key. Times are written in ``zone``."""

    sentences: Mapping[str, Mapping[str, Sentence]]
    answers: Mapping[str, Answer]
    zone: ZoneInfo

    def say(self, key: str, language: str, values: Mapping[str, Any]) -> str:
        """The sentence ``key`` with its values; KeyError names a value that is missing."""
        filled = {name: self._format(value, language) for name, value in values.items()}
        text = self.sentences[language][key].text.strip().format_map(filled)
        return "\n".join(line.rstrip() for line in text.splitlines())

    def template(self, key: str, values: Mapping[str, Any], language: str) -> tuple[str, dict[str, str]] | None:
        """The template's name and its numbered variables, as Twilio's ContentVariables wants them.

        WhatsApp takes neither an empty value nor a line break in one.
        """
        sentence = self.sentences[language][key]
        if sentence.template is None:
            return None
        filled = (self._format(values.get(name, ""), language) for name in sentence.variables)
        return sentence.template, {str(n): " ".join(value.split()) or "-" for n, value in enumerate(filled, 1)}

    def answer(self, topic: str, language: str) -> str:
        texts = self.answers[topic].text
        return texts.get(language, texts["id"]).strip()

    def topic(self, topic: str, language: str) -> dict[str, Any]:
        """What sentences about a standing answer may mention."""
        check = self.answers[topic].check
        facts: dict[str, Any] = {"answer": self.answer(topic, language)}
        if check:
            facts |= {"check": check.text.get(language, check.text["id"]).strip(), "days": check.days}
            facts["not_yet"] = check.not_yet.get(language) or check.not_yet.get("id") or facts["answer"]
        return facts

    def answerable(self, today: date, *, unverified: bool) -> frozenset[str]:
        """The topics whose answers may be given on ``today``."""
        return frozenset(
            topic for topic, answer in self.answers.items() if answer.may_be_given(today, unverified=unverified)
        )

    def _format(self, value: Any, language: str) -> str:
        return say_day(value, language, self.zone) if isinstance(value, datetime) else str(value)


def say_day(at: datetime, language: str, zone: ZoneInfo) -> str:
    """A day as people say it: ``Selasa 24 November``."""
    local = at.astimezone(zone)
    day, month = DAYS[language].split()[local.weekday()], MONTHS[language].split()[local.month - 1]
    return f"{day} {local.day} {month}"


def load_wording(texts: Path, answers_folder: Path, languages: tuple[str, ...], zone: ZoneInfo) -> Wording:
    """Read the sentences and standing answers of two folders; ConfigError with one sentence a mistake."""
    problems: list[str] = []
    sentences = {language: _sentences(texts / f"{language}.yml", problems) for language in languages}
    answers: dict[str, Answer] = {}
    for path in sorted(answers_folder.glob("*.yml")):
        answers |= _read(path, Answer, problems)
    problems += [*_differences(sentences), *_bad_answers(answers)]
    if problems:
        raise ConfigError(problems)
    return Wording(sentences, answers, zone)


def _sentences(path: Path, problems: list[str]) -> dict[str, Sentence]:
    found = _read(path, Sentence, problems)
    for key, sentence in found.items():
        if key.startswith("choice_") and len(sentence.text) > BUTTON_LENGTH:
            problems.append(f"{path.name}: {key}: a button takes {BUTTON_LENGTH} characters; shorten it.")
        if key.startswith("follow_") and not sentence.template:
            problems.append(f"{path.name}: {key}: it is sent unasked and needs a WhatsApp template; name one.")
    return found


def _read(path: Path, model: type[T], problems: list[str]) -> dict[str, T]:
    entries: dict[str, T] = {}
    try:
        data = yaml.load(path.read_text(encoding="utf-8"), _OnceEach)  # noqa: S506 - a SafeLoader of ours
    except (OSError, yaml.YAMLError, UnicodeDecodeError) as error:
        twice = f"'{error.key}' stands there twice" if isinstance(error, _TwiceError) else ""
        problems.append(f"{path.name}: {twice or 'it is missing or no valid YAML'}; mend it.")
        return entries
    if not isinstance(data, dict | None):
        problems.append(f"{path.name}: it must be a table with one entry for each key; mend it.")
        return entries
    for key, value in (data or {}).items():
        try:
            entries[str(key)] = model.model_validate(value)
        except ValidationError as error:
            problems += [f"{path.name}: {key}.{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()]
    return entries


def _differences(sentences: Mapping[str, Mapping[str, Sentence]]) -> Iterator[str]:
    first, *others = sentences
    for language in others:
        for key in sorted(sentences[first].keys() ^ sentences[language].keys()):
            lacking = language if key in sentences[first] else first
            yield f"{lacking}.yml: {key}: it has no text in this language; write it."
        for key in sorted(sentences[first].keys() & sentences[language].keys()):
            if sentences[first][key].fields != sentences[language][key].fields:
                yield f"{language}.yml: {key}: its values in braces differ from {first}.yml; use the same."


def _bad_answers(answers: Mapping[str, Answer]) -> Iterator[str]:
    for topic, answer in answers.items():
        if "id" not in answer.text:
            yield f"answers: {topic}: it has no Indonesian text; write it under text.id."
        if answer.check and "id" not in answer.check.text:
            yield f"answers: {topic}: its check has no Indonesian text; write it under check.text.id."
