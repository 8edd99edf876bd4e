"""A small way to say what a citizen wrote and what the model made of it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from bot.city.city import City, load_city
from bot.conversation import Said, TicketView
from bot.settings import ROOT
from bot.words import Words
from nlu.client import Guess, Place, Understanding

NOON = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)  # a Monday, twelve o'clock in Jakarta


@pytest.fixture(scope="session")
def city() -> City:
    return load_city(ROOT / "config.yml")


@pytest.fixture(scope="session")
def words() -> Words:
    return Words.load(ROOT / "bot" / "texts" / "words.yml")


def understood(intent: str, service: str | None = None, **more: object) -> Understanding:
    """An understanding that is sure, unless ``sure`` and ``service_sure`` say otherwise."""
    sure, service_sure = float(more.get("sure", 0.95)), float(more.get("service_sure", 0.95))
    place, faq = more.get("place"), more.get("faq")
    rest = [Guess(label, (1 - service_sure) / 3) for label in ("sampah", "banjir", "pohon") if label != service]
    return Understanding(
        intents=(Guess(intent, sure), Guess("salam", (1 - sure) / 2)),
        services=(Guess(service, service_sure), *rest) if service else (),
        faqs=(Guess(str(faq), float(more.get("faq_sure", 0.95))),) if faq else (),
        also=tuple(more.get("also", ())),
        place=Place(str(place)) if place else None,
    )


@pytest.fixture
def said(words: Words) -> Callable[..., Said]:
    """What a citizen says: ``said("halo", understood("salam"))``; looked at a minute later."""

    def make(text: str, meaning: Understanding | None = None, **more: object) -> Said:
        at = more.pop("at", NOON)
        facts = {
            "first_at": at,
            "now": at + timedelta(minutes=1),
            "channel": "simulator",
            "command": words.command(text),
            "emergency_words": words.is_emergency(text),
            "agrees": words.yes_or_no(text),
            "clueless": words.does_not_know(text),
            "means_all": words.means_all(text),
            "names_place": words.names_place(text),
            "says_fixed": words.says_fixed(text),
            "corrects": words.corrects(text),
            "sealed_words": words.is_sealed(text),
            "hides_name": words.hides_name(text),
            "says_again": words.says_again(text),
            "says_not_yet": words.says_not_yet(text),
            "puts_off": words.puts_off(text),
            "asks_back": words.asks_back(text),
            "only_agrees": words.is_bare_yes(text),
            "begins_with_yes": words.begins_with_yes(text),
            "consents": words.is_bare_consent(text),
            "only_hides_name": words.only_hides_name(text),
            "asks_to_wait": words.asks_to_wait(text),
        }
        return Said(text=text, at=at, understanding=meaning, **{**facts, **more})

    return make


def ticket(status: str = "waiting", number: str = "JK-7Q2M9X-4", **more: object) -> TicketView:
    """A ticket of this citizen's."""
    facts = {
        "service": "jalan_rusak",
        "agency": "bina_marga",
        "created_at": NOON - timedelta(days=2),
        "solve_by": NOON + timedelta(days=5),
        "is_open": status not in ("done", "withdrawn", "rejected"),
    }
    return TicketView(number=number, status=status, **{**facts, **more})
