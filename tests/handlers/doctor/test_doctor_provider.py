"""What the doctor makes of a Twilio account: one sentence a finding."""

from dataclasses import replace
from typing import Any

import pytest

from bot.rulebook import Rulebook
from bot.wording.templates import templates
from handlers.doctor import provider
from handlers.doctor.facts import Account, Content, Hooks, Sender, Service
from handlers.doctor.findings import Finding, Mark, Unknown
from handlers.doctor.provider import Urls
from tests.support.live import NOON, marks, own_city, wrongs
from tests.support.settings import OUR_SMS, OUR_WHATSAPP, isolated_settings

URLS = Urls.of(isolated_settings())
OURS = f"{URLS.messages}#rc=5&rp=all&rt=2500"
HOOKS = Hooks(OURS, "POST", URLS.messages, "POST", URLS.status)
SILENCE = Unknown("timed out")


@pytest.mark.parametrize(
    ("account", "mark", "words"),
    [
        (Account("active", "Full"), Mark.OK, "is active"),
        (Account("active", "Trial"), Mark.WRONG, "upgrade"),
        (Account("suspended", "Full"), Mark.WRONG, "is suspended"),
        (Unknown("HTTP 401, code 20003", 401), Mark.WRONG, "refuses account and token (HTTP 401, code 20003)"),
        (Unknown("ConnectTimeout"), Mark.NOT_CHECKED, "could not be asked (ConnectTimeout)"),
    ],
)
def test_the_account(account: Account | Unknown, mark: Mark, words: str) -> None:
    finding = provider.account_finding(account)
    assert (finding.mark, words in finding.text) == (mark, True)


def sender_findings(sender: Sender | Unknown | None, service: Service | Unknown | None = None) -> list[Finding]:
    return list(provider.sender_findings(OUR_WHATSAPP, sender, service, URLS))


HOOK_MISTAKES: dict[str, tuple[Hooks, str]] = {
    "nobody": (
        replace(HOOKS, url=""),
        "to nobody; set the address to https://lapor.example/webhooks/twilio/messages#",
    ),
    "somebody else": (replace(HOOKS, url="https://demo.twilio.com"), "to https://demo.twilio.com"),
    "one try": (replace(HOOKS, url=URLS.messages), "put #rc=5&rp=all&rt=2500 behind"),
    "tries on connecting only": (replace(HOOKS, url=f"{URLS.messages}#rc=5&rp=ct"), "does not try again"),
    "no tries": (replace(HOOKS, url=f"{URLS.messages}#rc=x&rp=all"), "does not try again"),
    "no fallback": (replace(HOOKS, fallback_url=""), "fallback address (none)"),
    "GET": (replace(HOOKS, method="GET"), "to POST"),
    "reports elsewhere": (replace(HOOKS, status_url="https://demo.twilio.com"), "set the status callback to"),
}


@pytest.mark.parametrize("mistake", HOOK_MISTAKES)
def test_a_wrong_hook_is_one_sentence(mistake: str) -> None:
    hooks, words = HOOK_MISTAKES[mistake]
    [sentence] = wrongs(sender_findings(Sender(OUR_WHATSAPP, hooks)))
    assert words in sentence


@pytest.mark.parametrize("status_url", [None, "", URLS.status, f"{URLS.status}#rc=2"])
def test_reports_need_no_address_of_the_sender(status_url: str | None) -> None:
    assert marks(sender_findings(Sender(OUR_WHATSAPP, replace(HOOKS, status_url=status_url)))) == [Mark.OK]


@pytest.mark.parametrize(
    ("address", "words"),
    [
        (OUR_WHATSAPP, "is no sender of this account"),
        (provider.SANDBOX, "sandbox"),
        ("+62811000111", "no two-way SMS on Indonesian numbers"),
        ("+15005550006", "is no sender of this account"),
    ],
)
def test_an_address_that_is_not_ours(address: str, words: str) -> None:
    [sentence] = wrongs(provider.sender_findings(address, None, None, URLS))
    assert words in sentence


def test_a_sender_that_is_offline_or_unknown() -> None:
    [sentence] = wrongs(sender_findings(Sender(OUR_WHATSAPP, HOOKS, False, "OFFLINE: no name")))
    assert "(OFFLINE: no name)" in sentence
    assert marks(sender_findings(Unknown("HTTP 404", 404))) == [Mark.NOT_CHECKED]


def test_a_messaging_service_comes_before_the_number() -> None:
    elsewhere = replace(HOOKS, url="https://elsewhere.example")
    number = Sender(OUR_WHATSAPP, HOOKS)
    assert "Service team" in wrongs(sender_findings(number, Service("team", True, elsewhere)))[0]
    assert not wrongs(sender_findings(number, Service("team", False, elsewhere)))
    assert marks(sender_findings(number, SILENCE)) == [Mark.NOT_CHECKED, Mark.OK]


def test_an_application_comes_before_the_number() -> None:
    [sentence] = wrongs(sender_findings(Sender(OUR_SMS, HOOKS, application="AP1")))
    assert "AP1" in sentence


def good_contents(rulebook: Rulebook) -> dict[str, Content]:
    """All templates of the first language, approved, with sids made of their numbers."""
    found = templates(own_city(), rulebook.wording, "id", NOON)
    return {f"HX{n:032x}": Content("approved", "", frozenset(t.variables)) for n, t in enumerate(found)}


def template_findings(rulebook: Rulebook, contents: Any, **changes: str) -> list[Finding]:
    found = templates(own_city(), rulebook.wording, "id", NOON)
    city = own_city(templates={t.name: f"HX{n:032x}" for n, t in enumerate(found)} | changes)
    wanted = {language: templates(city, rulebook.wording, language, NOON) for language in city.languages}
    return list(provider.template_findings(city, wanted, contents))


def test_good_templates_are_one_line(rulebook: Rulebook) -> None:
    [finding] = template_findings(rulebook, good_contents(rulebook))
    sentences = rulebook.wording.sentences["id"].values()
    wanted = sum(1 for sentence in sentences if sentence.template)
    assert (finding.mark, finding.text.split()[0]) == (Mark.OK, str(wanted))


TEMPLATE_MISTAKES: dict[str, tuple[Content | None, str]] = {
    "not there": (None, "does not exist in this account"),
    "waiting": (Content("pending"), "is pending at WhatsApp; wait"),
    "never submitted": (Content("unsubmitted"), "is unsubmitted at WhatsApp; submit it"),
    "refused": (Content("rejected", "INVALID_FORMAT"), "is rejected (INVALID_FORMAT) at WhatsApp; mend it"),
    "other values": (Content("approved", "", frozenset("12")), "has the values 1, 2 where our sentence has 4"),
    "no values": (Content("approved"), "has the values none"),
}


@pytest.mark.parametrize("mistake", TEMPLATE_MISTAKES)
def test_a_bad_template_is_one_sentence_with_its_place(rulebook: Rulebook, mistake: str) -> None:
    content, words = TEMPLATE_MISTAKES[mistake]
    contents: dict[str, Any] = good_contents(rulebook) | {"HX" + "0" * 32: content}
    [sentence] = wrongs(template_findings(rulebook, contents))
    assert sentence.startswith("config.yml: templates.follow_confirm: HX0")
    assert words in sentence


def test_templates_that_are_missing_unknown_or_of_another_language(rulebook: Rulebook) -> None:
    contents = good_contents(rulebook)
    [sentence] = wrongs(template_findings(rulebook, contents, follow_conform="HX1"))
    assert "templates.follow_conform: no sentence" in sentence
    assert not wrongs(template_findings(rulebook, contents, follow_confirm_en="HX" + "0" * 32))
    wanted = {language: templates(own_city(), rulebook.wording, language, NOON) for language in ("id", "en")}
    [sentence] = wrongs(provider.template_findings(own_city(), wanted, contents))
    names = (sentence.template or "" for sentence in rulebook.wording.sentences["id"].values())
    mentioned = sum(name.startswith("follow_") for name in names)
    assert sentence.count("follow_") == mentioned


def test_templates_that_cannot_be_read(rulebook: Rulebook) -> None:
    assert marks(template_findings(rulebook, Unknown("HTTP 503", 503))) == [Mark.NOT_CHECKED]
