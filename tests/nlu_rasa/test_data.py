"""The training and evaluation messages themselves: labels, repetition, balance, leakage, personal data."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import pytest

from dataset import DATA, ROOT, Example, read_examples, read_labels
from likeness import FEWEST_WORDS, alike, spoken_words

EVALUATION = ROOT / "evaluation"
DEVELOPMENT = ROOT / "development"
"""Messages of one and of two problems, never trained on: here ways to name further services are compared."""

FREQUENT = (
    *("air_bersih", "akta", "banjir", "bansos", "jalan_rusak", "kartu_keluarga", "ketenagakerjaan", "ktp"),
    *("lampu_jalan", "layanan_kesehatan", "parkir_liar", "pelayanan_petugas", "pohon", "rusun"),
    *("saluran_air", "sampah", "sekolah", "transportasi_umum"),
)
"""The services that most is written about (shared/how-citizens-write.md)."""
FEW_WAYS = ("salam",)
"""Intents that are said in few ways: here more messages would only be more of the same."""
LENGTHS = {50: (22, 40), 90: (75, 140)}
"""Words of a report, percentile by percentile: about 31 and 104 in life (shared/how-citizens-write.md)."""
EMERGENCIES = NEAR_EMERGENCIES = 300

LONGEST_SET_WORD = 3
"""Up to so many words a message may stand in both sets: people do send "ya", "stop", "hapus data saya"."""
MOST_SET_WORDS = 30

PERSONAL = {
    "NIK or card": re.compile(r"(?<!\d)(?:\d[ .-]?){15}\d(?!\d)"),
    "telephone": re.compile(r"(?<![\d.])(?:\+62|62|0)[ .-]?8(?:[ .-]?\d){7,}"),
    "e-mail": re.compile(r"[\w.+-]+@[\w-]+\.\w+"),
}
INVENTED = re.compile(r"0800[ .-]?000[ .-]?\d{3}(?!\d)")


@dataclass(frozen=True)
class Corpus:
    """All messages; those for training come first."""

    training: list[Example]
    evaluation: list[Example]
    development: list[Example]

    @cached_property
    def texts(self) -> list[str]:
        return [example.text for example in [*self.training, *self.evaluation, *self.development]]

    @cached_property
    def alike(self) -> set[tuple[int, int]]:
        """Pairs of positions in `texts`."""
        return alike(self.texts)

    def is_training(self, position: int) -> bool:
        return position < len(self.training)


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    """Read by the same code as for training, which checks the schema and the labels of every line."""
    return Corpus(*map(read_examples, (DATA, EVALUATION, DEVELOPMENT)))


def _same(text: str) -> str:
    """What makes two messages the same: letters and signs, however they are spaced and written large."""
    return " ".join(text.casefold().split())


def _short(examples: Iterable[Example]) -> set[str]:
    return {_same(e.text) for e in examples if len(e.text.split()) <= LONGEST_SET_WORD}


def test_every_label_of_the_list_has_messages(corpus: Corpus) -> None:
    labels = read_labels()
    for examples in (corpus.training, corpus.evaluation):
        assert {e.intent for e in examples} == labels.intents
    assert {e.service for e in corpus.training} == labels.services | {None}
    assert {e.faq for e in corpus.training} == labels.faq | {None}
    assert set(FREQUENT) <= labels.services


def test_no_message_stands_twice(corpus: Corpus) -> None:
    for examples in (corpus.training, corpus.evaluation):
        twice = [text for text, count in Counter(_same(e.text) for e in examples).items() if count > 1]
        assert twice == []


def test_no_two_training_messages_are_nearly_the_same(corpus: Corpus) -> None:
    pairs = [(a, b) for a, b in corpus.alike if corpus.is_training(a) and corpus.is_training(b)]
    assert [(corpus.texts[a], corpus.texts[b]) for a, b in pairs] == []


def test_no_evaluation_message_was_trained_on(corpus: Corpus) -> None:
    """Whole messages never; set words in both sets are few and short."""
    common = {_same(e.text) for e in corpus.training} & {_same(e.text) for e in corpus.evaluation}
    assert common <= _short(corpus.evaluation)
    assert len(common) <= MOST_SET_WORDS


def test_no_evaluation_message_is_nearly_a_training_message(corpus: Corpus) -> None:
    pairs = [(a, b) for a, b in corpus.alike if corpus.is_training(a) and not corpus.is_training(b)]
    assert [(corpus.texts[a], corpus.texts[b]) for a, b in pairs] == []


def test_development_messages_are_of_their_own(corpus: Corpus) -> None:
    """Neither trained on nor in the evaluation; nearly the same as none of either, nor of each other."""
    first = len(corpus.training) + len(corpus.evaluation)
    assert [corpus.texts[b] for _, b in corpus.alike if b >= first] == []
    others = {_same(text) for text in corpus.texts[:first]}
    assert [e.text for e in corpus.development if _same(e.text) in others] == []


def test_development_messages_have_one_problem_or_several(corpus: Corpus) -> None:
    several = [e for e in corpus.development if e.also]
    assert len(several) >= 120
    assert len(corpus.development) - len(several) >= 290


def test_services_are_balanced(corpus: Corpus) -> None:
    counts = Counter(e.service for e in corpus.training)
    assert [s for s in FREQUENT if counts[s] < 120] == []
    reports = Counter(e.service for e in corpus.training if e.intent == "lapor")
    assert [s for s in read_labels().services if reports[s] < 60] == []


def test_answer_topics_are_balanced(corpus: Corpus) -> None:
    counts = Counter(e.faq for e in corpus.training)
    assert [f for f in read_labels().faq if counts[f] < 40] == []


def test_intents_are_balanced(corpus: Corpus) -> None:
    counts = Counter(e.intent for e in corpus.training)
    few = {i: n for i, n in counts.items() if n < (140 if i in FEW_WAYS else 150)}
    assert few == {}
    assert counts["di_luar_cakupan"] >= 400
    assert counts["darurat"] >= EMERGENCIES
    near = (DATA / "nyaris_darurat.jsonl").read_text(encoding="utf-8")
    assert near.count('"text"') >= NEAR_EMERGENCIES


def test_reports_are_as_long_as_in_life(corpus: Corpus) -> None:
    """The part written as life is, and the evaluation messages; the hard part is of shorter messages."""
    everyday = [e for e in corpus.training if e.weight > 0]
    for examples in (everyday, corpus.evaluation):
        words = sorted(len(e.text.split()) for e in examples if e.intent == "lapor")
        for share, (least, most) in LENGTHS.items():
            assert least <= words[len(words) * share // 100] <= most, share


def test_the_evaluation_set_is_large_enough(corpus: Corpus) -> None:
    assert len(corpus.evaluation) >= 800


def test_nothing_identifies_a_person(corpus: Corpus) -> None:
    for text in corpus.texts:
        spared = INVENTED.sub("", text)
        assert [kind for kind, pattern in PERSONAL.items() if pattern.search(spared)] == [], text


@pytest.mark.parametrize(
    "text", ["3173041234560001", "0812-3456-7890", "+62 812 3456 789", "a.b@example.org"]
)
def test_personal_data_would_be_found(text: str) -> None:
    assert any(pattern.search(f"hubungi {text} ya") for pattern in PERSONAL.values())


def test_near_duplicates_would_be_found() -> None:
    texts = [
        "lampu jalan di depan masjid mati sudah seminggu, mohon diperbaiki",
        "Lampu jln dpn masjid mati sdh seminggu mhn diperbaiki!",
        "selamat pagi pak, lampu jalan di depan masjid mati sudah seminggu. anak-anak takut lewat sana",
        "pohon tumbang menutup jalan di belakang sekolah",
        "ya betul",
        "ya betul pak",
    ]
    assert alike(texts) == {(0, 1), (0, 2)}
    assert len(spoken_words(texts[0])) >= FEWEST_WORDS
