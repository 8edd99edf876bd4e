"""Buttons and lists within WhatsApp's limits, for every set of choices that the code offers."""

import ast
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import joinedload

from bot.casework.choice_templates import FIXED_SETS, LIST_PICKER, LIST_SIZES, QUICK_REPLY, choice_templates
from bot.conversation import claims, matching, reports
from bot.conversation.meaning import OFFERED_SERVICES
from bot.messages import GATEWAY, SIMULATOR, SMS, WHATSAPP, Choice
from bot.outgoing import outbox
from bot.outgoing.outbox import Note
from bot.rulebook import Rulebook
from bot.settings import ROOT
from bot.wording.buttons import (
    LONGEST_TEXT,
    MOST_BUTTONS,
    ROW_DESCRIPTION,
    ROW_ID,
    ROW_TITLE,
    ChoiceSet,
    buttons_name,
    interactive,
    is_fixed,
    list_name,
)
from bot.wording.forms import form_of, outgoing
from bot.wording.templates import PLACEHOLDER
from bot.wording.wording import BUTTON_LENGTH
from storage.database import Database
from storage.models import Citizen, Conversation, OutboundMessage
from tests.support.clock import at

NOON = at("2026-11-24T12:00+07:00")
SID = "HX" + "a" * 32
NUMBER = "JK-7Q2M9X-4"


def sets_in_the_code() -> dict[str, ChoiceSet]:
    """Every constant of ``bot/`` that is a tuple of pairs of a key and a sentence ``choice_...``."""
    found: dict[str, ChoiceSet] = {}
    for path in (ROOT / "bot").rglob("*.py"):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.Assign) and (pairs := list(_pairs(node.value))):
                found[f"{path.stem}.{ast.unparse(node.targets[0])}"] = tuple(pairs)
    return found


def _pairs(value: ast.expr) -> Iterator[tuple[str, str]]:
    for item in value.elts if isinstance(value, ast.Tuple) else ():
        if isinstance(item, ast.Tuple) and len(item.elts) == 2 and isinstance(item.elts[1], ast.Constant):
            title = item.elts[1].value
            if isinstance(title, str) and title.startswith("choice_"):
                yield ast.unparse(item.elts[0]), title


def test_every_fixed_set_of_the_code_has_its_template() -> None:
    known = [[title for _, title in named] for named in FIXED_SETS]
    missing = {where for where, named in sets_in_the_code().items() if [title for _, title in named] not in known}
    assert missing == set(), "add it to bot.casework.choice_templates.FIXED_SETS"
    assert len(sets_in_the_code()) >= 7


def test_one_name_is_one_set() -> None:
    names = [buttons_name(named) for named in FIXED_SETS]
    assert len(set(names)) == len(names)
    assert all(is_fixed(named) for named in FIXED_SETS)


def test_lists_are_large_enough_for_every_question() -> None:
    sizes = {OFFERED_SERVICES + 1, matching.MOST_OFFERED + 2, len(claims.STARS)}
    assert sizes <= set(LIST_SIZES)


@pytest.mark.parametrize("language", ["id", "en"])
def test_every_template_keeps_to_the_limits(rulebook: Rulebook, language: str) -> None:
    made = choice_templates(rulebook.city, rulebook.wording, language)
    assert len({template.name for template in made}) == len(made) == len(FIXED_SETS) + 2 * len(LIST_SIZES)
    for template in made:
        shape = template.types[template.kind]
        _check_shape(template.kind, shape)
        text = json.dumps(shape)
        assert set(PLACEHOLDER.findall(text)) == set(template.variables), template.name
        assert re.fullmatch(r"[a-z0-9_]{1,512}", template.name)
        assert template.language == language


def _check_shape(kind: str, shape: Mapping[str, Any]) -> None:
    if kind == QUICK_REPLY:
        assert 1 < len(shape["actions"]) <= MOST_BUTTONS
        assert all(len(action["title"]) <= BUTTON_LENGTH for action in shape["actions"])
        assert all(action["id"] for action in shape["actions"])
    else:
        assert kind == LIST_PICKER
        assert 1 < len(shape["items"]) <= 10
        assert len(shape["button"]) <= BUTTON_LENGTH


def dynamic_sets(rulebook: Rulebook) -> Iterator[tuple[ChoiceSet, list[Choice]]]:
    """All services in turn, offered as services and as tickets, and the stars."""
    codes, wording = list(rulebook.city.services), rulebook.wording
    for start in range(len(codes)):
        some = [codes[(start + n) % len(codes)] for n in range(matching.MOST_OFFERED)]
        offered = some[:OFFERED_SERVICES]
        for beside in ((reports.OTHER,), (reports.BOTH, reports.OTHER)):
            named = reports.named((*offered, *beside))
            said = (wording.say(f"choice_{key}", "id", {}) for key in beside)
            titles = [*(rulebook.city.services[code].name for code in offered), *said]
            yield named, [Choice(key, title) for (key, _), title in zip(named, titles, strict=True)]
        rows = [Choice(NUMBER, f"{NUMBER} {rulebook.city.services[code].name}") for code in some]
        yield [(row.key, f"ticket:{row.key}") for row in rows], rows
    yield claims.STARS, [Choice(key, key) for key, _ in claims.STARS]


@pytest.mark.parametrize("language", ["id", "en"])
def test_every_message_keeps_to_the_limits(rulebook: Rulebook, language: str) -> None:
    """With all templates configured every set is sent with one, and fills each of its values within the limits."""
    made = {template.name: template for template in choice_templates(rulebook.city, rulebook.wording, language)}
    city = rulebook.city.model_copy(update={"templates": {name: name for name in made}})
    for named in FIXED_SETS:
        choices = [Choice(key, rulebook.wording.say(title, language, {})) for key, title in named]
        shown = interactive(city, language, "Sudah\nberes?", named, choices)
        assert shown is not None
        actions = made[shown.template].types[QUICK_REPLY]["actions"]
        assert [(a["id"], a["title"]) for a in actions] == [(choice.key, choice.title) for choice in choices]
        assert shown.variables == {"1": "Sudah beres?"}
    for named, choices in dynamic_sets(rulebook):
        shown = interactive(city, language, "Soal apa?", named, choices)
        assert shown is not None
        items = made[shown.template].types[LIST_PICKER]["items"]
        assert shown.variables.keys() == made[shown.template].variables.keys()
        _check_rows([_filled(item, shown.variables) for item in items], choices)


def _filled(item: Mapping[str, str], values: Mapping[str, str]) -> dict[str, str]:
    return {name: PLACEHOLDER.sub(lambda m: values[m[1]], text) for name, text in item.items()}


def _check_rows(rows: list[dict[str, str]], choices: list[Choice]) -> None:
    for row, choice in zip(rows, choices, strict=True):
        assert 0 < len(row["item"]) <= ROW_TITLE
        assert choice.title.startswith(row["item"])
        assert choice.title[len(row["item"]) :][:1] in ("", " ", ","), "cut within a word"
        assert (row["id"], len(row["id"]) <= ROW_ID) == (choice.key, True)
        if row["item"] != choice.title:
            assert row["description"] == choice.title
        assert 0 < len(row.get("description", "x")) <= ROW_DESCRIPTION


YES_NO = (("yes", "choice_yes"), ("no", "choice_no"))
SUDAH_BELUM = [Choice("yes", "Sudah"), Choice("no", "Belum")]


@pytest.mark.parametrize(
    "text", ["x" * (LONGEST_TEXT + 1), "satu\ndua\ntiga\nempat"], ids=["too long", "too many lines"]
)
def test_a_text_that_buttons_do_not_suit_is_numbered(rulebook: Rulebook, text: str) -> None:
    city = rulebook.city.model_copy(update={"templates": {"buttons_yes_no": SID}})
    assert interactive(city, "id", text, YES_NO, SUDAH_BELUM) is None
    assert interactive(city, "id", text[:100].replace("\n", " "), YES_NO, SUDAH_BELUM) is not None


def test_a_list_is_of_its_size_or_none(rulebook: Rulebook) -> None:
    city = rulebook.city.model_copy(update={"templates": {"list_3": SID}})
    rows = [Choice(f"key{n}", f"Soal {n}") for n in range(4)]
    named = [(row.key, f"service:{row.key}") for row in rows]
    assert interactive(city, "id", "Soal apa?", named[:3], rows[:3]) is not None
    assert interactive(city, "id", "Soal apa?", named, rows) is None
    long = [*rows[:2], Choice("key", "Rambu, marka, lampu lalu lintas")]
    assert interactive(city, "id", "Soal apa?", named[:3], long) is None, "its rows have no descriptions"
    assert list_name(3, described=True) == "list_3_described"


# -- what is sent when ------------------------------------------------------------------------------------------


def asked(database: Database, rulebook: Rulebook, channel: str, language: str = "id") -> OutboundMessage:
    """A question in the outbox, with the buttons and the approved template of Indonesian configured."""
    sids = {"buttons_yes_no": SID, "follow_confirm_again": "HX" + "b" * 32}
    rulebook = replace(rulebook, city=rulebook.city.model_copy(update={"templates": sids}))
    with database.begin() as session:
        citizen = Citizen(created_at=NOON)
        session.add(citizen)
        session.flush()
        talk = Conversation(
            channel=channel, address="whatsapp:+628000001234", address_hash="hash", citizen_id=citizen.id,
            language=language, created_at=NOON, last_inbound_at=NOON, dialogue={},
        )  # fmt: skip
        session.add(talk)
        session.flush()
        values = {"number": NUMBER, "service": "Sampah", "close_on": NOON}
        note = Note("step:1", "follow_confirm_again", values, YES_NO)
        row = outbox.to_citizen(session, rulebook, talk, note, NOON, NOON)
        return session.get_one(OutboundMessage, row, options=[joinedload(OutboundMessage.conversation)])


def test_within_the_window_a_question_has_buttons_and_later_the_approved_template(
    sqlite_database: Database, rulebook: Rulebook
) -> None:
    row = asked(sqlite_database, rulebook, WHATSAPP)
    soon = outgoing(row, form_of(row, NOON + timedelta(hours=23, minutes=59)))
    assert (soon.template, soon.interactive) == (SID, True)
    assert soon.variables == {"1": " ".join(soon.text.split())}
    late = outgoing(row, form_of(row, NOON + timedelta(hours=24)))
    assert (late.template, late.interactive) == ("HX" + "b" * 32, False)
    assert late.variables["1"] == NUMBER


@pytest.mark.parametrize("channel", [SMS, GATEWAY, SIMULATOR])
def test_other_channels_know_no_buttons(sqlite_database: Database, rulebook: Rulebook, channel: str) -> None:
    row = asked(sqlite_database, rulebook, channel)
    sent = outgoing(row, form_of(row, NOON))
    assert (sent.template, sent.interactive, sent.hint) == (None, False, "Balas angkanya.")


def test_buttons_in_another_language_are_not_shown(sqlite_database: Database, rulebook: Rulebook) -> None:
    """An approved text in the first language is better than none; wrong buttons under a text are not."""
    row = asked(sqlite_database, rulebook, WHATSAPP, "en")
    assert outgoing(row, form_of(row, NOON)).template is None
    assert outgoing(row, form_of(row, NOON + timedelta(days=2))).template == "HX" + "b" * 32
