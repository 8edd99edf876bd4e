"""What the doctor makes of facts about our own side: one sentence a finding."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from bot.rulebook import Rulebook
from handlers.doctor import installation
from handlers.doctor.facts import Answers, Store
from handlers.doctor.findings import Mark, Unknown
from tests.support.live import SECRET, marks, own_city, wrongs
from tests.support.settings import isolated_settings

SILENCE = Unknown("timed out")


MISTAKES: dict[str, tuple[dict[str, Any], str]] = {
    # what is wrong: the changed settings, words of the sentence
    "no key": ({"secret_key": ""}, "SECRET_KEY is not set"),
    "short key": ({"secret_key": "short,of the one before"}, "SECRET_KEY has 5 characters"),
    "no address": ({"public_url": ""}, "PUBLIC_URL is not set"),
    "no https": ({"public_url": "http://lapor.example"}, "must come over https"),
    "address with a query": ({"public_url": "https://lapor.example/?a=b"}, "write it as"),
    "simulator": ({"simulator": "on"}, "simulator is on"),
    "account": ({"twilio_account_sid": "AC1"}, "TWILIO_ACCOUNT_SID must be"),
    "no token": ({"twilio_auth_token": ""}, "webhooks are closed"),
    "no sender": ({"twilio_whatsapp_from": "", "twilio_sms_from": ""}, "at least one sender"),
    "sender without its prefix": ({"twilio_whatsapp_from": "+62811"}, "write it as whatsapp:+62"),
    "number with spaces": ({"twilio_sms_from": "+62 811"}, "write it as +62"),
    "stand-in": ({"twilio_api_base": "http://127.0.0.1:1"}, "is for tests"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_wrong_setting_is_one_sentence(mistake: str) -> None:
    change, words = MISTAKES[mistake]
    [sentence] = wrongs(installation.settings_findings(isolated_settings(**({"secret_key": SECRET} | change))))
    assert words in sentence
    assert "\n" not in sentence
    assert sentence.endswith((".", "..."))


def test_good_settings_are_good() -> None:
    assert marks(installation.settings_findings(isolated_settings(secret_key=SECRET))) == [Mark.OK] * 3


def test_without_an_account_citizens_cannot_write() -> None:
    settings = isolated_settings(secret_key=SECRET, twilio_account_sid="")
    assert [s.split(",")[0] for s in wrongs(installation.settings_findings(settings))] == [
        "The simulator is on and lets anyone pose as a citizen; set SIMULATOR=off.",
        "TWILIO_ACCOUNT_SID is not set",
    ]


GATEWAY = {
    "secret_key": SECRET,
    "twilio_account_sid": "",
    "gateway_secret": SECRET,
    "gateway_url": "https://gateway.example/messages",
    "gateway_from": "+628001110002",
    "gateway_repeatable": "yes",
}
HALF_A_GATEWAY: dict[str, tuple[dict[str, Any], str]] = {
    "no secret": ({"gateway_secret": ""}, "GATEWAY_SECRET is not set"),
    "a short secret": ({"gateway_secret": f"short,{SECRET}"}, "GATEWAY_SECRET is shorter than 32"),
    "no number": ({"gateway_from": ""}, "GATEWAY_FROM is not set"),
    "no address": ({"gateway_url": ""}, "GATEWAY_URL is not set"),
    "no https": ({"gateway_url": "http://gateway.example"}, "https address"),
    "no way out of doubt": ({"gateway_repeatable": "no"}, "GATEWAY_LOOKUP_URL"),
}


def test_a_gateway_alone_is_enough_for_citizens_to_write() -> None:
    assert wrongs(installation.settings_findings(isolated_settings(**GATEWAY))) == []


@pytest.mark.parametrize("mistake", HALF_A_GATEWAY)
def test_half_a_gateway_is_told(mistake: str) -> None:
    change, words = HALF_A_GATEWAY[mistake]
    [sentence] = wrongs(installation.settings_findings(isolated_settings(**(GATEWAY | change))))
    assert words in sentence


def test_sample_addresses_and_unchecked_answers_must_not_go_live(rulebook: Rulebook) -> None:
    settings = isolated_settings(unverified_answers="give")
    told = wrongs(installation.city_findings(settings, rulebook.city, rulebook.wording, date(2026, 11, 24)))
    assert [sentence.partition(" ")[2][:20] for sentence in told] == [
        "e-mail addresses end",
        "answers that nobody ",
    ]


def test_a_city_with_its_own_addresses_and_held_answers_is_fine(rulebook: Rulebook) -> None:
    settings = isolated_settings(mail_from="lapor@kota.go.id")
    found = installation.city_findings(settings, own_city(), rulebook.wording, date(2026, 11, 24))
    assert marks(found) == [Mark.OK] * 2


GOOD_STORE = Store("postgresql", True, 2, 1.0)
STORES: dict[str, tuple[Store | Unknown, str]] = {
    "gone": (SILENCE, "cannot be reached (timed out)"),
    "old": (replace(GOOD_STORE, migrated=False), "db upgrade"),
    "nobody can log in": (replace(GOOD_STORE, accounts=0), "create-user"),
    "no worker ever": (replace(GOOD_STORE, worker_silent_s=None), "No worker"),
    "service gone": (replace(GOOD_STORE, unknown_services=("taman",)), "that the city has no more (taman)"),
    "worker died": (replace(GOOD_STORE, worker_silent_s=31.0), "No worker"),
}


@pytest.mark.parametrize("what", STORES)
def test_a_bad_database_is_one_sentence(what: str) -> None:
    store, words = STORES[what]
    [sentence] = wrongs(installation.store_findings(store))
    assert words in sentence


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        (SILENCE, "cannot be reached (timed out)"),
        (Answers(301, False, 301), "answers 301"),
        (Answers(200, False, 200), "not as it should"),
        (Answers(200, True, 404), "answers 404 to an unsigned request"),
    ],
)
def test_a_bad_public_address_is_one_sentence(answers: Answers | Unknown, words: str) -> None:
    [sentence] = wrongs(installation.public_findings(isolated_settings(), answers))
    assert words in sentence


def test_nlu_and_mail_are_missing_silent_or_fine() -> None:
    live = isolated_settings(smtp_url="smtps://mail.example")
    nothing = isolated_settings(nlu_url="", smtp_url="")
    assert "NLU_URL is not set" in wrongs(installation.nlu_findings(nothing, False))[0]
    assert "is not ready" in wrongs(installation.nlu_findings(live, False))[0]
    assert "SMTP_URL is not set" in wrongs(installation.mail_findings(nothing, None))[0]
    assert "does not take us (timed out)" in wrongs(installation.mail_findings(live, SILENCE))[0]
    assert not wrongs([*installation.nlu_findings(live, True), *installation.mail_findings(live, None)])
