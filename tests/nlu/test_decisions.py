"""The evaluation judges by the app's own rules: its decisions are those of bot/conversation/meaning.py."""

import importlib
import random
import sys
from types import ModuleType
from typing import Any

import pytest

from bot.city.city import City, load_city
from bot.conversation import meaning
from bot.settings import ROOT
from bot.words import Words
from nlu.client import Guess, Understanding

INTENTS = ["lapor", "saran", "apresiasi", "tanya", "darurat", "salam", "setuju"]
FAQS = ["ktp_baru", "ktp_hilang", "kia"]


@pytest.fixture(scope="module")
def city() -> City:
    return load_city(ROOT / "config.yml")


@pytest.fixture(scope="module")
def other_side(city: City) -> Any:
    before, kept = list(sys.path), set(sys.modules)
    sys.path.insert(0, str(ROOT / "nlu" / "rasa"))
    try:
        yield importlib.import_module("decisions")
    finally:
        sys.path[:] = before
        for name in set(sys.modules) - kept:
            del sys.modules[name]


def guesses(chance: random.Random, names: list[str], most: int) -> list[Guess]:
    sure = sorted((chance.random() ** 2 for _ in range(most)), reverse=True)
    scale = max(1.0, sum(sure))
    drawn = zip(chance.sample(names, most), sure, strict=True)
    return [Guess(name, round(value / scale, 4)) for name, value in drawn]


def as_json(kind: str, found: list[Guess]) -> dict[str, Any]:
    ranking = [{"name": guess.label, "confidence": guess.confidence} for guess in found]
    return {kind: ranking[0] if ranking else None, f"{kind}_ranking": ranking}


def test_both_sides_decide_alike(city: City, other_side: ModuleType) -> None:
    chance = random.Random(7)
    known = {code: service.agency for code, service in city.services.items()}
    thresholds = other_side.Thresholds(**city.thresholds.model_dump())
    there = other_side.City(thresholds, known, None, None)
    seen = set()
    for _ in range(3000):
        intents = guesses(chance, INTENTS, 3)
        services = guesses(chance, list(city.services), 5) if chance.random() < 0.95 else []
        faqs = guesses(chance, FAQS, 3)
        understood = Understanding(tuple(intents), tuple(services), tuple(faqs))
        result = as_json("intent", intents) | as_json("service", services) | as_json("faq", faqs)
        words = chance.random() < 0.5
        assert other_side.decide(result, there) == meaning.decide(understood, city)
        assert other_side.urgency(result, words) == meaning.urgency(understood, words)
        seen.add(meaning.decide(understood, city))
    assert seen == set(meaning.Decision)


def test_both_sides_hear_the_same_words(other_side: ModuleType) -> None:
    words = Words.load(ROOT / "bot" / "texts" / "words.yml")
    emergency = words.data["emergency"]
    signs, not_if = (other_side._any_word(emergency[key]) for key in ("signs", "not_if"))
    there = other_side.City(other_side.Thresholds(), {}, signs, not_if)
    for text in ("ada kebakaran di gang", "kebakaran bulan lalu", "TOLONG dibacok", "jalan rusak"):
        assert there.has_emergency_words(text) == words.is_emergency(text)
