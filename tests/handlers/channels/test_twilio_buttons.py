"""Questions with buttons and lists through the official client, checked against Twilio's own description."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskCliRunner

from bot.casework.choice_templates import FIXED_SETS, choice_templates
from bot.casework.rounds import Worker
from bot.delivery.delivery import Courier
from bot.messages import WHATSAPP, Choice, Outgoing, SendError
from bot.rulebook import Rulebook
from bot.settings import Settings
from bot.wording.buttons import ChoiceSet, interactive
from handlers.commands.templates import list_templates
from handlers.doctor.facts import Content
from handlers.doctor.findings import Mark
from handlers.doctor.provider import template_findings
from storage.database import Database
from tests.bot.wording.test_buttons import dynamic_sets
from tests.handlers.channels.test_channel_contract import STORY, UNSURE, work
from tests.handlers.city_hall import CityHall
from tests.standins.citizen import Citizen
from tests.support.clock import MoveableClock, at
from tests.support.desk import ScriptedNlu
from tests.support.live import own_city, wrongs
from tests.support.settings import OUR_WHATSAPP
from tests.support.specs import TWILIO_SPECS
from tests.support.twilio import Twilio
from tests.support.web import LINE, Web

SARI = "whatsapp:+628000000001"
SID, HINT = "HX" + "a" * 32, "Balas angkanya."
YES_NO = (Choice("yes", "Sudah"), Choice("no", "Belum"))
NOON = at("2026-11-24T12:00+07:00")


def question(**changes: Any) -> Outgoing:
    """Asked with buttons."""
    usual: dict[str, Any] = {
        "id": 7, "channel": WHATSAPP, "recipient": SARI, "sender": None, "text": "Dari dinas:\nsudah beres?",
        "choices": YES_NO, "hint": HINT, "template": SID, "interactive": True,
        "variables": {"1": "Dari dinas: sudah beres?"},
    }  # fmt: skip
    return Outgoing(**(usual | changes))


@pytest.mark.processes
def test_a_question_is_asked_with_buttons(twilio: Twilio) -> None:
    twilio.channel().send(question())
    [taken] = twilio.get("messages")
    assert taken["form"]["ContentSid"] == [SID]
    assert json.loads(taken["form"]["ContentVariables"][0]) == {"1": "Dari dinas: sudah beres?"}
    assert "Body" not in taken["form"]
    assert twilio.get("violations") == []


def all_sets(rulebook: Rulebook) -> Iterator[tuple[ChoiceSet, list[Choice]]]:
    for named in FIXED_SETS:
        yield named, [Choice(key, rulebook.wording.say(title, "id", {})) for key, title in named]
    yield from dynamic_sets(rulebook)


@pytest.mark.processes
@pytest.mark.skipif(TWILIO_SPECS is None, reason="Twilio's OpenAPI description is not here")
def test_every_set_of_choices_is_a_request_that_twilio_describes(twilio: Twilio, rulebook: Rulebook) -> None:
    sids = {made.name: f"HX{number:032x}" for number, made in
            enumerate(choice_templates(rulebook.city, rulebook.wording, "id"))}  # fmt: skip
    city, channel = rulebook.city.model_copy(update={"templates": sids}), twilio.channel()
    for named, choices in all_sets(rulebook):
        shown = interactive(city, "id", "Soal apa?", named, choices)
        assert shown
        channel.send(question(choices=tuple(choices), template=shown.template, variables=shown.variables))
    assert len(twilio.get("messages")) == len(list(all_sets(rulebook))) > len(FIXED_SETS)
    assert twilio.get("violations") == []


@pytest.mark.processes
@pytest.mark.parametrize("code", [21654, 21655, 21656, 21658])
def test_when_twilio_does_not_take_the_buttons_the_question_is_asked_in_numbers(twilio: Twilio, code: int) -> None:
    """Somebody deleted the template: citizens must not go unanswered for that."""
    twilio.fails("refuse", code=code, share=0.5, seed=1)  # the first request, not the second
    assert twilio.channel().send(question()).provider_id
    assert twilio.get("messages")[0]["body"] == f"Dari dinas:\nsudah beres?\n1. Sudah\n2. Belum\n{HINT}"


@pytest.mark.processes
@pytest.mark.parametrize(
    ("code", "kind", "changes"), [(21610, "stop", {}), (21656, "content", {"interactive": False})]
)
def test_other_refusals_stay_what_they_are(twilio: Twilio, code: int, kind: str, changes: dict[str, Any]) -> None:
    """Who has opted out gets no second try, and an approved template outside the window has no other form."""
    twilio.fails("refuse", code=code, share=0.5, seed=1)
    with pytest.raises(SendError) as caught:
        twilio.channel().send(question(**changes))
    assert (caught.value.kind, twilio.get("messages")) == (kind, [])


@pytest.mark.processes
def test_a_question_in_doubt_is_found_as_it_was_listed(twilio: Twilio) -> None:
    """Twilio lists the text of a message with buttons, or the numbers where it was asked in numbers."""
    channel = twilio.channel()
    plain = {"template": None, "interactive": False}
    listed = channel.send(question(text="Dari dinas: sudah beres?", choices=(), hint="", **plain)).provider_id
    assert channel.find_sent(question(), frozenset()) == listed
    numbered = channel.send(question(**plain)).provider_id
    assert channel.find_sent(question(), frozenset({listed})) == numbered
    assert channel.find_sent(question(text="Lain", variables={"1": "Lain"}), frozenset()) is None


@pytest.mark.processes
def test_a_list_is_shown_and_the_row_that_was_picked_is_the_answer(
    twilio: Twilio, sqlite_database: Database, rulebook: Rulebook, clock: MoveableClock, settings: Settings
) -> None:
    """From the citizen's words through worker and courier to the list, and back."""
    shows = replace(rulebook, city=rulebook.city.model_copy(update={"templates": {"list_4": SID}}))
    web, nlu, sari = Web(sqlite_database, shows, clock, settings), ScriptedNlu(), Citizen(LINE, OUR_WHATSAPP)
    nlu.script[STORY] = UNSURE
    worker = Worker(sqlite_database, shows, nlu, clock, "one")
    with ThreadPoolExecutor(1) as pool:
        courier = Courier(sqlite_database, {WHATSAPP: twilio.channel()}, clock, "one", pool)
        for form in (sari.form(STORY), sari.form("Saluran air dan kali", ListId="saluran_air")):
            web.post(form)
            work(worker, courier)
            clock.move(seconds=20)
            work(worker, courier)
    asked, filed = twilio.get("messages")
    values = json.loads(asked["form"]["ContentVariables"][0])
    assert [values[number] for number in "4589"] == ["Saluran air dan kali", "saluran_air", "Lainnya", "other"]
    assert "Saluran air dan kali" in filed["body"]
    assert twilio.get("violations") == []


# -- what an operator is told ---------------------------------------------------------------------------------


def run(hall: CityHall, *options: str) -> str:
    result = FlaskCliRunner(hall.app).invoke(list_templates, options)
    assert result.exit_code == 0, result.output
    return result.output


def test_the_command_prints_what_to_create(hall: CityHall) -> None:
    printed = run(hall, "--choices")
    assert (
        "buttons_yes_no  (language id, twilio/quick-reply, needs no approval)\n    title Sudah, id yes" in printed
    )
    assert "item {{2}}, id {{3}}, description {{4}}" in printed
    assert "follow_confirm" not in printed
    assert "buttons_yes_no" not in run(hall)


def test_the_command_prints_json_as_the_content_api_takes_it(hall: CityHall) -> None:
    made = [json.loads(line) for line in run(hall, "--choices", "--json", "--language", "en").splitlines()]
    assert {content["friendly_name"].endswith("_en") for content in made} == {True}
    first = made[0]
    assert first.keys() == {"friendly_name", "language", "variables", "types"}
    assert first["types"]["twilio/quick-reply"]["actions"][0] == {"title": "Yes", "id": "yes"}


@pytest.mark.parametrize(
    ("content", "wrong"),
    [
        (Content("unsubmitted", placeholders=frozenset("1")), False),
        (Content("approved", placeholders=frozenset("1")), False),
        (Content("unsubmitted", placeholders=frozenset("12")), True),
        (None, True),
    ],
)
def test_the_doctor_looks_at_buttons_without_asking_for_approval(
    rulebook: Rulebook, content: Content | None, wrong: bool
) -> None:
    city = own_city(templates={"buttons_yes_no": SID})
    choices = choice_templates(rulebook.city, rulebook.wording, "id")
    contents = {SID: content} if content else {}
    found = list(template_findings(city, {language: [] for language in city.languages}, contents, choices))
    assert [finding.mark is Mark.WRONG for finding in found] == ([True] if wrong else [])
    assert not wrong or "buttons_yes_no" in wrongs(found)[0]
