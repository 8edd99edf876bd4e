"""A question as plain text, for telephones without buttons: numbered choices, and little enough for an SMS."""

from collections.abc import Sequence

from bot.messages import CHANNELS, Outgoing
from bot.segments import segments, simplified

MOST_SEGMENTS = 2
SHORT_TITLE = 24


def plain_text(message: Outgoing) -> str:
    """``message`` as its channel sends it without buttons."""
    titles = [choice.title for choice in message.choices]
    manners = CHANNELS.get(message.channel)
    if manners and manners.is_sms:
        return as_sms(message.text, titles, message.hint)
    return numbered(message.text, titles, message.hint)


def numbered(text: str, titles: Sequence[str], hint: str = "") -> str:
    """The choices as a numbered list behind the text; choices that are the numbers themselves need no list."""
    if not titles:
        return text
    numbers = [str(number) for number, _ in enumerate(titles, 1)]
    lines = [f"{number}. {title}" for number, title in zip(numbers, titles, strict=True)]
    return "\n".join(line for line in (text, *(lines if [*titles] != numbers else ()), hint) if line)


def as_sms(text: str, titles: Sequence[str], hint: str = "") -> str:
    """As :func:`numbered`, in GSM-7 where that loses nothing; titles are cut, then the hint left out, when it
    would else be more than two segments."""
    short = [shortened(title, SHORT_TITLE) for title in titles]
    forms = [simplified(numbered(text, *rest)) for rest in ((titles, hint), (short, hint), (short, ""))]
    return next((form for form in forms if segments(form) <= MOST_SEGMENTS), forms[0])


def shortened(title: str, most: int) -> str:
    """``title`` in at most so many characters, cut behind a word where there is one."""
    if len(title) <= most:
        return title
    head, space, _ = title[: most + 1].rpartition(" ")
    return (head if space else title[:most]).rstrip(" ,;:-")
