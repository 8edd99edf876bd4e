"""The linear model on next to no data."""

import random
import sys
from pathlib import Path

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from components.heads import HeadSettings, Lessons, fit_curve, train_head
from components.linear import HEADS, LinearModel, LinearSettings, ModelError, fit_also_margin, train
from dataset import Example
from tiny import ROWS

SETTINGS = LinearSettings(folds=2, min_df=1)
EXAMPLES = [Example(text, intent, service, (), faq) for text, intent, service, faq in ROWS]


@pytest.fixture(scope="module")
def model() -> LinearModel:
    return train(EXAMPLES, SETTINGS)


def test_learns_two_examples_a_label(model: LinearModel) -> None:
    for example, result in zip(EXAMPLES, model.predict([e.text for e in EXAMPLES]), strict=True):
        assert result["intent"]["name"] == example.intent
        assert example.service is None or result["service"]["name"] == example.service
        assert example.faq is None or result["faq"]["name"] == example.faq


def test_rankings_are_probabilities_in_order(model: LinearModel) -> None:
    (result,) = model.predict(["lampu jalan mati depan pasar"])
    for head in ("intent", "service", "faq"):
        confidences = [label["confidence"] for label in result[f"{head}_ranking"]]
        assert confidences == sorted(confidences, reverse=True)
        assert sum(confidences) <= 1.001
        assert result[head] == result[f"{head}_ranking"][0]


def test_a_text_of_unknown_things_has_an_intent_but_no_service(model: LinearModel) -> None:
    for text in ("", "   ", "漢字"):
        (result,) = model.predict([text])
        assert result["intent"] is not None
        assert (result["service"], result["service_ranking"], result["faq"]) == (None, [], None)


def test_a_batch_gives_what_single_texts_give(model: LinearModel) -> None:
    texts = [example.text for example in EXAMPLES]
    assert model.predict(texts) == [model.predict([text])[0] for text in texts]
    assert model.predict([]) == []


def test_the_same_data_give_the_same_model(model: LinearModel) -> None:
    again = train(EXAMPLES, SETTINGS)
    for name, head in model.heads.items():
        assert np.array_equal(head.weights, again.heads[name].weights)
        assert head.curve == again.heads[name].curve


def test_heads_without_examples_give_nothing() -> None:
    model = train([Example("halo", "salam"), Example("pagi", "salam")], SETTINGS)
    (result,) = model.predict(["halo"])
    assert result["intent"]["name"] == "salam"
    assert (result["service"], result["faq"], result["also"]) == (None, None, [])


def test_single_examples_of_a_label() -> None:
    model = train(
        [Example("halo", "salam"), Example("stop", "berhenti"), Example("batal", "batal")], SETTINGS
    )
    assert model.predict(["stop"])[0]["intent"]["name"] == "berhenti"


def test_nothing_to_learn_from_is_said() -> None:
    with pytest.raises(ModelError, match="add training data"):
        train([], SETTINGS)


def test_saved_and_loaded_it_answers_the_same(model: LinearModel, tmp_path: Path) -> None:
    model.save(tmp_path)
    loaded = LinearModel.load(tmp_path)
    texts = [example.text for example in EXAMPLES]
    for before, after in zip(model.predict(texts), loaded.predict(texts), strict=True):
        assert before["intent"]["name"] == after["intent"]["name"]
        assert before["intent"]["confidence"] == pytest.approx(after["intent"]["confidence"], abs=0.01)


@pytest.mark.parametrize("name", ["weights.npz", "model.json"])
def test_damaged_files_are_told_in_a_sentence(model: LinearModel, tmp_path: Path, name: str) -> None:
    model.save(tmp_path)
    path = tmp_path / name
    path.write_bytes(path.read_bytes()[:50])
    with pytest.raises(ModelError, match="damaged; train it again"):
        LinearModel.load(tmp_path)


def test_another_format_is_told_in_a_sentence(model: LinearModel, tmp_path: Path) -> None:
    model.save(tmp_path)
    path = tmp_path / "model.json"
    path.write_text(path.read_text().replace('"format": ', '"format": 9'))
    with pytest.raises(ModelError, match="another version"):
        LinearModel.load(tmp_path)


def test_further_services_are_learned_from_held_out_margins() -> None:
    scores = np.array([[1.0, 0.4, -1.0], [1.0, -0.8, -1.0], [0.3, 1.0, -1.0], [-0.9, 1.0, -1.0]] * 10)
    wanted: list[tuple[str, ...]] = [("b",), (), ("a",), ()] * 10
    assert -0.8 <= fit_also_margin(scores, ["a", "b", "c"], wanted) < 0.3
    assert fit_also_margin(scores[:4], ["a", "b", "c"], wanted[:4]) > 1000


def test_random_text_never_fails(model: LinearModel) -> None:
    draw = random.Random(7)
    texts = [
        "".join(chr(draw.randrange(sys.maxunicode + 1)) for _ in range(draw.randrange(60)))
        for _ in range(2000)
    ]
    texts += ["a" * 1_000_000, "ya " * 50_000, "\ud800\udfff", "\x00", "🙏" * 3000]
    assert len(model.predict(texts)) == len(texts)


def test_curve_and_frequency_follow_the_weights() -> None:
    lessons = Lessons(csr_matrix(np.eye(8, dtype=np.float32).repeat(6, axis=0)), ["a", "b"] * 24)
    settings = HeadSettings(folds=2, prior=0.5)
    alike, _ = train_head(lessons, settings)
    assert np.array_equal(alike.bias, train_head(lessons, settings, np.zeros(48))[0].bias)
    often, _ = train_head(lessons, settings, np.array([9.0, 1.0] * 24))
    gained = often.bias - alike.bias
    assert gained[0] - gained[1] == pytest.approx(0.5 * np.log(9), rel=1e-3)
    assert fit_curve(np.zeros((4, 2)), np.array([0, 1, 0, 1]), np.array([1.0, 0, 1, 0]))[0] > 0


def test_answers_are_calibrated_on_folds_of_their_own() -> None:
    settings = LinearSettings(folds=3, faq_folds=10)
    assert [settings.of(head).folds for head in HEADS] == [3, 3, 10]


@pytest.mark.parametrize("folds", [0, 1])
def test_without_calibration_no_head_holds_anything_out(folds: int) -> None:
    usual = train(EXAMPLES, LinearSettings(folds=0, faq_folds=0, min_df=1))
    model = train(EXAMPLES, LinearSettings(folds=folds, faq_folds=10, min_df=1))
    assert {name: head.curve for name, head in model.heads.items()} == {
        name: head.curve for name, head in usual.heads.items()
    }


def test_a_message_of_two_services_is_an_example_of_both() -> None:
    features = csr_matrix(np.array([[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 0]] * 4, dtype=np.float32))
    labels, also = ["a", "b", "c", "a"] * 4, [(), (), (), ("b",)] * 4
    names = {name: column for column, name in enumerate("abc")}
    both = np.array([[1.0, 1.0, 0.0]])
    against, _ = train_head(Lessons(features, labels), HeadSettings(folds=0))
    with_it, _ = train_head(Lessons(features, labels, also), HeadSettings(folds=0))
    assert (both @ against.weights + against.bias)[0, names["b"]] < 0
    assert (both @ with_it.weights + with_it.bias)[0, names["b"]] > 0


def test_services_that_stand_in_every_message_can_be_learned() -> None:
    features = csr_matrix(np.eye(4, dtype=np.float32))
    head, _ = train_head(Lessons(features, ["a", "b"] * 2, [("b",), ("a",)] * 2), HeadSettings(folds=0))
    assert head.labels == ["a", "b"]


def test_the_second_opinion_looks_at_words_alone() -> None:
    features = csr_matrix(np.eye(4, dtype=np.float32))
    lessons = Lessons(features, ["a", "b", "c", "a"], (), np.array([True, True, False, False]))
    once, _ = train_head(lessons, HeadSettings(folds=0))
    twice, _ = train_head(lessons, HeadSettings(folds=0, twice="a"))
    changed = once.weights != twice.weights
    assert changed[:2, 0].all()
    assert not changed[2:].any()
    assert not changed[:, 1:].any()
