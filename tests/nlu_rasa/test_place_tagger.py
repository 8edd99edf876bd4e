"""What is learned about places, beside the rules."""

import random
import sys
from pathlib import Path

import pytest

from components.gazetteer import read_areas
from components.place_tagger import Lesson, PlaceTagger, train_tagger
from components.places import PlaceRules
from dataset import Example, read_examples
from metrics import overlap_f1

RULES = PlaceRules(read_areas())


def characters(example: Example) -> tuple[int, int] | None:
    if example.place is None:
        return None
    start = example.text.index(example.place)
    return start, start + len(example.place)


def lesson(example: Example) -> Lesson:
    return (*RULES.propose(example.text), characters(example))


def found(rules: PlaceRules, text: str) -> tuple[int, int] | None:
    place = rules.find(text)
    return (place["start"], place["end"]) if place else None


@pytest.fixture(scope="module")
def sample() -> list[Example]:
    return [example for example in read_examples() if example.weight > 0][::4]


@pytest.fixture(scope="module")
def learned(sample: list[Example], tmp_path_factory: pytest.TempPathFactory) -> PlaceRules:
    path = Path(tmp_path_factory.mktemp("places"), "places.crf")
    train_tagger(map(lesson, sample[::2]), path)
    return PlaceRules(read_areas(), PlaceTagger(path.read_bytes()))


def test_it_finds_what_the_rules_do_not(sample: list[Example], learned: PlaceRules) -> None:
    truth = [characters(example) for example in sample[1::2]]
    better, rules = (
        overlap_f1(truth, [found(finder, example.text) for example in sample[1::2]])
        for finder in (learned, RULES)
    )
    assert better > rules + 0.01


def test_areas_are_still_named_in_full_with_typos(learned: PlaceRules) -> None:
    place = learned.find("lampu jalan mati di daerah Cenkareng Barat pak, tolong")
    assert place is not None
    assert (place["kelurahan"], place["kecamatan"]) == ("Cengkareng Barat", "Cengkareng")


def test_odd_texts(learned: PlaceRules) -> None:
    draw = random.Random(3)
    texts = ["", " ", "\ud800 jalan \udfff", "a\x00b", "jl " * 5000, "🙏" * 500]
    texts += ["".join(chr(draw.randrange(sys.maxunicode + 1)) for _ in range(60)) for _ in range(300)]
    for text in texts:
        place = learned.find(text)
        assert place is None or text[place["start"] : place["end"]] == place["text"]


def test_a_damaged_model_is_refused() -> None:
    with pytest.raises(ValueError):
        PlaceTagger(b"no model")
