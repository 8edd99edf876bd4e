"""The Content templates behind buttons and lists: every set of choices that the bot offers, ready to be created.

They are sent within 24 hours of the citizen's last message only, so nobody has to approve them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bot.city.city import City
from bot.conversation import advice, corrections, reports, rights, tickets
from bot.following.followups import YES_NO
from bot.messages import Choice
from bot.wording.buttons import ChoiceSet, buttons_name, list_name, row_values
from bot.wording.templates import key_of
from bot.wording.wording import Wording

QUICK_REPLY, LIST_PICKER = "twilio/quick-reply", "twilio/list-picker"
# All choices that are always the same. A test looks for sets in the code that are missing here.
FIXED_SETS: tuple[ChoiceSet, ...] = (
    YES_NO,
    tickets.WITHDRAW_OR_KEEP,
    corrections.CHANGES,
    reports.SAFE_OR_NOT,
    rights.ERASE_OR_KEEP,
    advice.STEPS,
    advice.HELPED_OR_NOT,
)
# Three services and "other", five stars, five tickets with "all" and "none of them".
LIST_SIZES = range(2, 8)


@dataclass(frozen=True)
class ChoiceTemplate:
    """One template as it is created. ``types`` as in Twilio's Content API, with samples for its values."""

    name: str
    language: str
    types: Mapping[str, Any]
    variables: Mapping[str, str]

    @property
    def kind(self) -> str:
        return next(iter(self.types))


def choice_templates(city: City, wording: Wording, language: str) -> list[ChoiceTemplate]:
    """All templates of ``language`` for buttons and lists."""
    return [*_buttons(city, wording, language), *_lists(city, wording, language)]


def _buttons(city: City, wording: Wording, language: str) -> Iterator[ChoiceTemplate]:
    for named in FIXED_SETS:
        actions = [{"title": wording.say(title, language, {}), "id": key} for key, title in named]
        yield ChoiceTemplate(
            key_of(buttons_name(named), language, city),
            language,
            {QUICK_REPLY: {"body": "{{1}}", "actions": actions}},
            {"1": wording.say("ask_helped", language, {})},
        )


def _lists(city: City, wording: Wording, language: str) -> Iterator[ChoiceTemplate]:
    question, label = wording.say("ask_service", language, {}), wording.say("list_button", language, {})
    services = list(city.services.items())
    for rows in LIST_SIZES:
        for described in (False, True):
            shown = [Choice(code, service.name) for code, service in (services * rows)[:rows]]
            items = [_item(number, described) for number in range(rows)]
            yield ChoiceTemplate(
                key_of(list_name(rows, described), language, city),
                language,
                {LIST_PICKER: {"body": "{{1}}", "button": label, "items": items}},
                row_values(question, shown, described),
            )


def _item(number: int, described: bool) -> dict[str, str]:
    """The values of a row stand behind those of the rows before it."""
    names = ("item", "id", "description") if described else ("item", "id")
    first = 2 + number * len(names)
    return {name: f"{{{{{first + offset}}}}}" for offset, name in enumerate(names)}
