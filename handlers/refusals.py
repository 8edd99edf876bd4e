"""Why something is refused, in the language of the page: ``bot`` says it in Indonesian, values filled in."""

import re
from functools import cache
from pathlib import Path

from babel.messages.mofile import read_mo
from flask_babel import gettext

from handlers.spoken import INDONESIAN, page_language

FOLDER = Path(__file__).parent / "translations"
PLACE = re.compile(r"%\((\w+)\)[sd]")


def in_words(sentence: str) -> str:
    """``sentence`` in the language of the page; as it is where the catalogue does not have it."""
    language = page_language()
    if language == INDONESIAN or not sentence:
        return sentence
    found = str(gettext(sentence))
    return found if found != sentence else _filled(sentence, language)


def _filled(sentence: str, language: str) -> str:
    for template, shape in _templates(language):
        if match := shape.fullmatch(sentence):
            return str(gettext(template)) % {name: in_words(value) for name, value in match.groupdict().items()}
    return sentence


@cache
def _templates(language: str) -> list[tuple[str, re.Pattern[str]]]:
    """The sentences with places, those first that leave the least open."""
    path = FOLDER / language / "LC_MESSAGES" / "messages.mo"
    with path.open("rb") as file:
        known = [message.id for message in read_mo(file) if isinstance(message.id, str)]
    return [(text, _shape(text)) for text in sorted(known, key=len, reverse=True) if PLACE.search(text)]


def _shape(template: str) -> re.Pattern[str]:
    parts = PLACE.split(template)
    # Every second part is the name of a place; one that comes twice stands for the same value.
    shape, named = "", set[str]()
    for index, part in enumerate(parts):
        if index % 2 == 0:
            shape += re.escape(part.replace("%%", "%"))
        else:
            shape += f"(?P={part})" if part in named else f"(?P<{part}>.*?)"
            named.add(part)
    return re.compile(shape, re.DOTALL)
