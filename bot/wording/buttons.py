"""A question's choices as WhatsApp shows them: quick replies, or a list, by a Content template of Twilio.

Within 24 hours of the citizen's last message these need no approval. Limits (Twilio, November 2026): 3 quick
replies of 20 characters; 10 rows with titles of 24, descriptions of 72 and ids of 200 characters; 1,024 characters
of text. A value has no line break, no tab and no run of spaces, and is never empty (error 21656).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.city.city import City
from bot.messages import Choice
from bot.wording.plain_text import shortened
from bot.wording.templates import key_of

MOST_BUTTONS = 3
MOST_ROWS, ROW_TITLE, ROW_DESCRIPTION, ROW_ID = 10, 24, 72, 200
LONGEST_TEXT = 1_024
# A longer text would be hard to read as the one paragraph that a value must be: then the choices are numbered.
MOST_LINES = 3
CHOICE = "choice_"

# The keys of the choices, and what names them: a sentence ``choice_...``, a service, a ticket.
ChoiceSet = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Interactive:
    """The ContentSid that a question is sent with, and its variables."""

    template: str
    variables: Mapping[str, str]


def interactive(
    city: City, language: str, text: str, named: ChoiceSet, choices: Sequence[Choice]
) -> Interactive | None:
    """How ``text`` is asked with buttons or a list; None where no template is configured, or it is too long.

    ``choices`` are those of ``named`` with their titles. A template of another language is of no use here.
    """
    if not _fits(text, choices):
        return None
    fixed = city.templates.get(key_of(buttons_name(named), language, city)) if is_fixed(named) else None
    if fixed:
        return Interactive(fixed, {"1": " ".join(text.split())})
    described = any(len(choice.title) > ROW_TITLE for choice in choices)
    sid = city.templates.get(key_of(list_name(len(choices), described), language, city))
    return Interactive(sid, row_values(text, choices, described)) if sid else None


def is_fixed(named: ChoiceSet) -> bool:
    """Whether these choices are always the same few, so that a template can hold them as they are."""
    return 1 < len(named) <= MOST_BUTTONS and all(title.startswith(CHOICE) for _, title in named)


def buttons_name(named: ChoiceSet) -> str:
    """The template of fixed choices, named after their titles: ``buttons_yes_no``."""
    return "buttons_" + "_".join(title.removeprefix(CHOICE) for _, title in named)


def list_name(rows: int, described: bool) -> str:
    """The template of a list with so many rows: ``list_4``, or ``list_4_described`` where titles had to be cut."""
    return f"list_{rows}_described" if described else f"list_{rows}"


def row_values(text: str, choices: Sequence[Choice], described: bool) -> dict[str, str]:
    """The text, then of each row its title, its key, and in a described list its whole name."""
    values = [" ".join(text.split())]
    for choice in choices:
        whole = " ".join(choice.title.split())
        values += [shortened(whole, ROW_TITLE), choice.key]
        values += [shortened(whole, ROW_DESCRIPTION)] if described else []
    return {str(number): value for number, value in enumerate(values, 1)}


def _fits(text: str, choices: Sequence[Choice]) -> bool:
    lines = [line for line in text.splitlines() if line.strip()]
    keys_fit = all(len(choice.key) <= ROW_ID for choice in choices)
    return 1 < len(choices) <= MOST_ROWS and keys_fit and len(text) <= LONGEST_TEXT and len(lines) <= MOST_LINES
