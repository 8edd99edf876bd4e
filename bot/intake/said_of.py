"""From stored messages to what was said: one burst taken together."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from bot.city.geography import is_abroad
from bot.conversation import Said
from bot.intake.file_types import kinds_of
from bot.messages import Content, Location, legible
from bot.rulebook import Rulebook
from bot.tickets.numbers import find_numbers
from nlu.client import Guess, Place, Understanding
from storage.models import InboundMessage


def burst(
    messages: Sequence[InboundMessage], understanding: Understanding | None, rulebook: Rulebook, now: datetime
) -> Said:
    """All that one or more messages of one person say, oldest first."""
    contents = [Content.from_json(message.content) for message in messages]
    texts = [text for content in contents if (text := legible(content.text))]
    text = "\n".join(dict.fromkeys(texts)).strip()  # what is said twice is said once
    words, location = rulebook.words, _last_location(contents)
    abroad = location is not None and is_abroad(
        location.latitude, location.longitude, rulebook.city.calendar.country
    )
    return Said(
        text=text,
        at=max(message.received_at for message in messages),
        first_at=min(message.received_at for message in messages),
        now=now,
        channel=messages[-1].channel,
        understanding=understanding,
        command=words.command(text),
        numbers=find_numbers(text, rulebook.city.ticket_prefix),
        choice=_last([content.choice for content in contents]),
        location=None if abroad else location,
        abroad=abroad,
        media=sum(len(content.media) for content in contents),
        # "Kemarin" in another message does not make this one's fire yesterday's.
        emergency_words=any(map(words.is_emergency, (text, *texts))),
        agrees=words.yes_or_no(text),
        clueless=words.does_not_know(text),
        kinds=frozenset().union(*(kinds_of(content) for content in contents)),
        names_place=words.names_place(text),
        corrects=words.corrects(text),
        says_fixed=words.says_fixed(text),
        means_here=words.means_here(text),
        means_there=words.means_there(text),
        means_all=words.means_all(text),
        puts_off=words.puts_off(text),
        asks_back=words.asks_back(text),
        asks_to_wait=words.asks_to_wait(text),
        means_elsewhere=words.means_elsewhere(text),
        means_another=words.means_another(text),
        says_not_yet=words.says_not_yet(text),
        says_again=words.says_again(text),
        only_agrees=words.is_bare_yes(text),
        consents=words.is_bare_consent(text),
        begins_with_yes=words.begins_with_yes(text),
        only_hides_name=words.only_hides_name(text),
        emergency_service=words.emergency_service(text),
        hides_name=words.hides_name(text),
        new_name=words.new_name(text),
        sealed_words=words.is_sealed(text),
        self_harm=words.is_self_harm(text),
        english=words.is_english(text),
    )


def for_record(understanding: Understanding | None, text: str = "") -> dict[str, Any] | None:
    """What is kept of an understanding beside the message ``text``: labels and figures, no text of the citizen's.

    Of a place it is where in ``text`` it stands, and its area.
    """
    if understanding is None:
        return None
    return {
        "model": understanding.model,
        "intents": _ranking(understanding.intents),
        "services": _ranking(understanding.services),
        "faqs": _ranking(understanding.faqs),
        "also": list(understanding.also),
        "place": _where(understanding.place, text),
    }


def _ranking(guesses: Sequence[Guess]) -> list[list[object]]:
    return [[guess.label, round(guess.confidence, 4)] for guess in guesses]


def _where(place: Place | None, text: str) -> dict[str, object] | None:
    if place is None:
        return None
    start = text.find(place.text) if place.text else -1
    return {
        "at": None if start < 0 else [start, start + len(place.text)],
        "kelurahan": place.kelurahan,
        "city": place.city,
    }


def _last(values: Sequence[str | None]) -> str | None:
    return next((value for value in reversed(values) if value), None)


def _last_location(contents: Sequence[Content]) -> Location | None:
    location = next((content.location for content in reversed(contents) if content.location), None)
    return replace(location, address=legible(location.address)) if location else None
