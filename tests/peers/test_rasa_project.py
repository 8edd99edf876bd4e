"""Rasa is given what ours has: every intent, the same pipeline, a sentence for each."""

import yaml

from benchmarks.peers import connector
from nlu.environment import FOLDER


def intents() -> set[str]:
    return set(yaml.safe_load((FOLDER / "labels.yml").read_text("utf-8"))["intents"])


def domain() -> dict[str, dict[str, list[dict[str, str]]]]:
    return yaml.safe_load((connector.PROJECT / "domain.yml").read_text("utf-8"))


def test_it_knows_every_intent_of_ours() -> None:
    assert set(domain()["intents"]) == intents()


def test_every_intent_has_one_rule_and_one_sentence() -> None:
    rules = yaml.safe_load((connector.PROJECT / "rules.yml").read_text("utf-8"))["rules"]
    steps = [(rule["steps"][0]["intent"], rule["steps"][1]["action"]) for rule in rules]
    assert sorted(steps) == sorted((intent, f"utter_{intent}") for intent in intents())
    assert set(domain()["responses"]) == {action for _, action in steps}


def test_a_sentence_is_one_message() -> None:
    """Its connector sends a message for each paragraph, which would be held against it."""
    for (sentence,) in domain()["responses"].values():
        assert "\n\n" not in sentence["text"]


def test_the_pipeline_is_ours() -> None:
    ours = yaml.safe_load((FOLDER / "config.yml").read_text("utf-8"))
    assert connector.config()["pipeline"] == ours["pipeline"]
    assert connector.config()["policies"] == [{"name": "RulePolicy"}]
