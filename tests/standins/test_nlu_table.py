"""The NLU stand-in keeps the contract that the real server keeps."""

import json

import jsonschema
import pytest

from bot.rulebook import Rulebook
from bot.settings import ROOT
from nlu.client import read_result
from tests.standins.nlu_table import ANYTHING_ELSE, TABLE, create_app

CONTRACT = json.loads((ROOT / "nlu" / "contract.schema.json").read_text())
TEXTS = ["Jalan berlubang di depan pasar, tolong.", "KTP hilang, cara urusnya?", "ada kebakaran", "", "\x00 🕳️"]


def check(answer: object, part: str) -> None:
    schema = {"$ref": f"#/definitions/{part}", "definitions": CONTRACT["definitions"]}
    jsonschema.validate(answer, schema)


def test_its_answers_are_what_the_contract_says() -> None:
    browser = create_app().test_client()
    answer = browser.post("/webhooks/batch/parse", json={"texts": TEXTS}).get_json()
    check(answer, "response")
    check(browser.get("/webhooks/batch/ready").get_json(), "ready")
    understood = [read_result(result) for result in answer["results"]]
    assert [u.intent.label for u in understood[:3]] == ["lapor", "tanya", "darurat"]
    assert understood[0].place is not None
    assert understood[0].place.text == "depan pasar"


@pytest.mark.parametrize("row", [*TABLE, ANYTHING_ELSE], ids=lambda row: row.pattern)
def test_its_table_speaks_of_what_the_city_has(row: object, rulebook: Rulebook) -> None:
    assert {name for name, _ in row.services} <= rulebook.city.services.keys()
    assert {name for name, _ in row.faqs} <= rulebook.wording.answers.keys()
    assert sum(confidence for _, confidence in row.intents) <= 1
