"""Questions as an SMS really shows them: numbers, hint and all within two segments, in GSM-7, without emoji."""

import ast
from collections.abc import Iterator
from typing import Any

import pytest

from bot.conversation import advice, claims, corrections, matching, reports, rights, tickets
from bot.following.followups import YES_NO
from bot.messages import GATEWAY, SIMULATOR, SMS, WHATSAPP, Choice, Outgoing
from bot.rulebook import Rulebook
from bot.segments import foreign_characters, segments, simplified
from bot.settings import ROOT
from bot.wording.plain_text import MOST_SEGMENTS, plain_text, shortened
from tests.bot.wording.test_wording import TYPICAL

NUMBER = "JK-7Q2M9X-4"
SERVICES = (("jalan_rusak", "service:jalan_rusak"),)  # the rest is filled in with the longest names there are
# The sentences that stand before choices: those of one message, and the choices behind the last.
QUESTIONS: dict[tuple[str, ...], Any] = {
    ("ask_erase",): rights.ERASE_OR_KEEP,
    ("ask_withdrawal",): tickets.WITHDRAW_OR_KEEP,
    ("closed_confirmed", "ask_rating"): claims.STARS,
    ("ask_change",): corrections.CHANGES,
    ("sealed_filed",): reports.SAFE_OR_NOT,
    ("sealed_now",): reports.SAFE_OR_NOT,
    ("ask_withdrawal_urgent",): tickets.WITHDRAW_OR_KEEP,
    ("service_help",): "services",
    ("check_first",): advice.STEPS,
    ("answer", "ask_helped"): advice.HELPED_OR_NOT,
    ("ask_service",): "services",
    ("place_noted_what",): "services",
    ("ask_which",): "tickets",
    ("follow_confirm",): YES_NO,
    ("follow_confirm_again",): YES_NO,
    ("follow_recheck",): YES_NO,
}


def sentences_with_choices() -> set[str]:
    """The wordings of all replies in the code that offer choices."""
    found = set()
    for path in (ROOT / "bot" / "conversation").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "Reply":
                offers = any(keyword.arg == "choices" for keyword in node.keywords) or len(node.args) > 2
                if offers and isinstance(node.args[0], ast.Constant):
                    found.add(str(node.args[0].value))
    return found


def test_every_question_of_the_code_is_looked_at() -> None:
    assert sentences_with_choices() - {wording for together in QUESTIONS for wording in together} == set()
    assert len(sentences_with_choices()) >= 7


def titles_of(rulebook: Rulebook, language: str, named: Any) -> list[str]:
    """The titles of a set; of services and tickets the longest there may be."""
    say = rulebook.wording.say
    longest = sorted((service.name for service in rulebook.city.services.values()), key=len, reverse=True)
    if named == "services":
        return [*longest[:3], say("choice_both", language, {}), say("choice_other", language, {})]
    if named == "tickets":
        return [
            *(f"{NUMBER} {name}" for name in longest[: matching.MOST_OFFERED]),
            say("choice_all", language, {}),
            say("choice_none", language, {}),
        ]
    return [say(title, language, {}) for _, title in named]


def question(rulebook: Rulebook, channel: str, language: str, wordings: tuple[str, ...], **values: Any) -> str:
    say = rulebook.wording.say
    text = "\n".join(say(wording, language, TYPICAL | values) for wording in wordings)
    titles = titles_of(rulebook, language, QUESTIONS[wordings])
    choices = tuple(Choice(str(n), title) for n, title in enumerate(titles))
    hint = say("number_hint", language, {})
    return plain_text(Outgoing(1, channel, "+628000001234", None, text, choices, hint))


@pytest.mark.parametrize("channel", [SMS, GATEWAY])
@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("wordings", QUESTIONS, ids="+".join)
def test_every_question_fits_into_two_sms(
    rulebook: Rulebook, channel: str, language: str, wordings: tuple[str, ...]
) -> None:
    text = question(rulebook, channel, language, wordings)
    assert foreign_characters(text) == ""
    assert segments(text) <= MOST_SEGMENTS, f"{len(text)} characters"
    assert text.endswith(rulebook.wording.say("number_hint", language, {})), text


def checks(rulebook: Rulebook) -> Iterator[tuple[str, str, str]]:
    for topic, answer in rulebook.wording.answers.items():
        for language in ("id", "en"):
            facts = rulebook.wording.topic(topic, language)
            if answer.check:
                yield topic, language, question(rulebook, SMS, language, ("check_first",), **facts)
                yield topic, language, question(rulebook, SMS, language, ("follow_recheck",), **facts)
            if answer.helped:
                yield topic, language, question(rulebook, SMS, language, ("answer", "ask_helped"), **facts)


def test_every_check_and_answer_with_a_question_fits(rulebook: Rulebook) -> None:
    found = list(checks(rulebook))
    assert {(topic, lang): segments(text) for topic, lang, text in found if segments(text) > MOST_SEGMENTS} == {}
    assert len(found) > 10


def test_the_first_question_carries_the_notice_too(rulebook: Rulebook) -> None:
    """A stranger's first question has the privacy notice before it."""
    notice = rulebook.wording.say("notice", "id", {})
    for wordings in (("ask_service",), ("sealed_filed",), ("check_first",)):
        text = f"{notice}\n\n{question(rulebook, SMS, 'id', wordings)}"
        assert segments(text) <= MOST_SEGMENTS + 1, f"{wordings}: {len(text)} characters"


# -- how it is done ---------------------------------------------------------------------------------------------


def shown(channel: str, text: str, *titles: str, hint: str = "") -> str:
    choices = tuple(Choice(str(n), title) for n, title in enumerate(titles))
    return plain_text(Outgoing(1, channel, "+628000001234", None, text, choices, hint))


def test_choices_that_are_the_numbers_themselves_are_not_listed() -> None:
    assert shown(SMS, "1 sampai 5?", "1", "2", "3", hint="Balas angkanya.") == "1 sampai 5?\nBalas angkanya."
    assert shown(SMS, "Nomor rumah?", "2", "1") == "Nomor rumah?\n1. 2\n2. 1"


def test_without_choices_there_is_no_hint() -> None:
    assert shown(SMS, "Halo", hint="Balas angkanya.") == "Halo"


def test_titles_are_cut_and_then_the_hint_left_out_before_a_third_segment() -> None:
    titles = [f"JK-7Q2M9X-{n} Rambu, marka, lampu lalu lintas" for n in range(5)]
    cut = shown(GATEWAY, "Yang mana maksudnya? " * 5, *titles, hint="Balas angkanya.")
    assert "\n1. JK-7Q2M9X-0 Rambu\n" in cut
    assert cut.endswith("Balas angkanya.")
    shorter = shown(GATEWAY, "Yang mana maksudnya? " * 9, *titles, hint="Balas angkanya.")
    assert shorter.endswith("5. JK-7Q2M9X-4 Rambu")
    assert shown(WHATSAPP, "Yang mana? " * 20, *titles).endswith("lampu lalu lintas"), "there is room"


@pytest.mark.parametrize("channel", [WHATSAPP, SIMULATOR])
def test_emoji_stay_where_they_cost_nothing(channel: str) -> None:
    assert shown(channel, "Baik 👍") == "Baik 👍"


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Baik 👍🏽 terima kasih", "Baik terima kasih"),
        ("di depan rumah ❤️\nno. 3", "di depan rumah\nno. 3"),
        ("“Lubang” – dalam…", '"Lubang" - dalam...'),
        ("Bu Zoé, Kafé Ágnes", "Bu Zoé, Kafé Agnes"),
        ("ꦲꦤꦕꦫꦏ", "ꦲꦤꦕꦫꦏ"),
        ("Jalan  Dua  Spasi", "Jalan  Dua  Spasi"),
        ("👍", ""),
    ],
)
def test_gsm_7_where_nothing_that_can_be_read_is_lost(text: str, plain: str) -> None:
    assert simplified(text) == plain


@pytest.mark.parametrize(
    ("title", "cut"),
    [
        ("Rambu, marka, lampu lalu lintas", "Rambu, marka, lampu lalu"),
        ("Satuan Polisi Pamong Praj", "Satuan Polisi Pamong"),
        ("Satuan Polisi Pamong Pra", "Satuan Polisi Pamong Pra"),
        ("Antikonstitusionalisasikan", "Antikonstitusionalisasik"),
        ("", ""),
    ],
)
def test_a_title_is_cut_behind_a_word(title: str, cut: str) -> None:
    assert shortened(title, 24) == cut
