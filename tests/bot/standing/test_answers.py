"""The standing answers: one for every topic, short enough for two SMS, and nothing invented in them."""

import re
from pathlib import Path

import pytest
import yaml

from bot.wording.wording import Answer

ROOT = Path(__file__).parents[3]
FILES = sorted((ROOT / "bot" / "answers").glob("*.yml"))
CITY = yaml.safe_load((ROOT / "config.yml").read_text(encoding="utf-8"))
TOPICS = yaml.safe_load((ROOT / "nlu" / "rasa" / "labels.yml").read_text(encoding="utf-8"))["faq"]
ANSWERS = {
    topic: Answer.model_validate(entry)
    for file in FILES
    for topic, entry in yaml.safe_load(file.read_text(encoding="utf-8")).items()
}
TEXTS = [
    pytest.param(text.strip(), id=f"{topic}-{language}")
    for topic, answer in ANSWERS.items()
    for language, text in answer.text.items()
]

ABOUT_THIS_NUMBER = {"cara_lapor", "lama_proses", "rahasia", "jam_layanan"}
KNOWN_NUMBERS = {"110", "112", "113", "119", "123", "165"}
TWO_SEGMENTS = 306
# GSM 03.38 without its extension table, whose characters count twice: one character here is one septet.
GSM7 = set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)


def test_every_topic_has_one_answer() -> None:
    keys = [key for file in FILES for key in re.findall(r"^(\w+):", file.read_text(encoding="utf-8"), re.M)]
    assert sorted(keys) == sorted(TOPICS)


@pytest.mark.parametrize("topic", TOPICS)
def test_an_answer_is_written_in_every_language_of_the_city(topic: str) -> None:
    assert set(ANSWERS[topic].text) == set(CITY["languages"])


@pytest.mark.parametrize("topic", TOPICS)
def test_the_owner_is_an_agency_of_the_city(topic: str) -> None:
    if topic in ABOUT_THIS_NUMBER:
        assert ANSWERS[topic].owner is None
    else:
        assert ANSWERS[topic].owner in CITY["agencies"]


@pytest.mark.parametrize("topic", TOPICS)
def test_a_person_is_told_what_to_check_the_answer_against(topic: str) -> None:
    assert len(ANSWERS[topic].source.split()) >= 5


@pytest.mark.parametrize("text", TEXTS)
def test_it_fits_two_sms(text: str) -> None:
    assert set(text) <= GSM7
    assert len(text) <= TWO_SEGMENTS


@pytest.mark.parametrize("text", TEXTS)
def test_it_names_no_phone_number_but_the_well_known_ones(text: str) -> None:
    assert set(re.findall(r"\d{3,}", text)) <= KNOWN_NUMBERS


@pytest.mark.parametrize("text", TEXTS)
def test_it_names_no_address_on_the_web_and_no_amount_of_money(text: str) -> None:
    assert not re.search(r"http|www|\.(?:id|com|org)\b|\bRp|\brupiah", text, re.IGNORECASE)


@pytest.mark.parametrize("text", TEXTS)
def test_it_is_complete_and_has_no_values_to_fill_in(text: str) -> None:
    assert text.endswith(".")
    assert not re.search(r"[{}<>]", text)


@pytest.mark.parametrize("topic", TOPICS)
def test_all_languages_name_the_same_numbers(topic: str) -> None:
    named = {frozenset(re.findall(r"\d+", text)) for text in ANSWERS[topic].text.values()}
    assert len(named) == 1


def test_the_hours_given_are_those_of_the_city() -> None:
    hours = "{opens}-{closes}".format(**CITY["office_hours"]).replace(":", ".")
    assert all(hours in text for text in ANSWERS["jam_layanan"].text.values())


def test_no_two_answers_begin_alike() -> None:
    openings = [" ".join(answer.text["id"].split()[:3]).casefold() for answer in ANSWERS.values()]
    assert len(set(openings)) == len(openings)
