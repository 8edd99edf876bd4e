"""How a transcript is written: what people do stands at the margin, what the system did is indented by eight.

Understandings and further lines of a message are indented by four. The format is told in transcripts/README.md.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from nlu.client import Guess, Place, Understanding

FOLDER = Path(__file__).parent / "transcripts"
TO_FIX = "to_fix"
BY_MACHINE = " " * 8
SURE = 0.95
TOGETHER = "together:"
# What is decided without the model: a number from a list, a command. Nobody asks whether the model understands it.
WITHOUT_MODEL = "-"
PERSON = re.compile(r"(\w+) \((WhatsApp|SMS)(?:, ([+\w.]+))?\)")
SPEAKS = re.compile(r"(\w+)(?: by (SMS|WhatsApp))?: ?(.*)")
CONTENT = re.compile(r"\[([^\]]*)\]\s*")


class ScriptError(Exception):
    """A transcript cannot be read; the message says where and why."""


@dataclass
class Item:
    """A stage direction or a message with the lines that belong to it, as written.

    ``kind`` is ``message``, ``time``, ``direction`` or ``other`` (title, comments, empty lines).
    """

    kind: str
    lines: list[str]
    who: str = ""
    channel: str = ""
    text: str = ""
    parts: list[str] = field(default_factory=list)
    meaning: Understanding | None = None
    together: Understanding | None = None
    needs_model: bool = True


@dataclass(frozen=True)
class Script:
    """One transcript: its title, who takes part (name, channel, number or user id), and what happens."""

    path: Path
    title: str
    people: dict[str, tuple[str, str]]
    items: list[Item]

    @property
    def group(self) -> str:
        return self.path.parent.name

    @property
    def messages(self) -> list[Item]:
        return [item for item in self.items if item.kind == "message"]


def scripts(folder: Path = FOLDER) -> list[Path]:
    """Every transcript that is played, in order."""
    return sorted(path for path in folder.glob("*/*.txt") if path.parent.name != TO_FIX)


def read(path: Path) -> Script:
    """A transcript; ScriptError says which line is at fault."""
    text = path.read_text(encoding="utf-8")
    lines = [line.rstrip() for line in text.splitlines() if not line.startswith(BY_MACHINE)]
    while lines and not lines[-1]:
        lines.pop()
    people = {
        name: (channel, number)
        for line in lines
        if line.startswith("People:")
        for name, channel, number in PERSON.findall(line)
    }
    if not people:
        raise ScriptError(f"{path.name}: it names nobody; write a line as 'People: Sari (WhatsApp), Budi (SMS)'.")
    try:
        items = list(_items(lines, people))
    except (ValueError, ScriptError) as error:
        raise ScriptError(f"{path.name}: {error}") from None
    return Script(path, lines[0], people, items)


def _items(lines: list[str], people: dict[str, tuple[str, str]]) -> Iterator[Item]:
    item: Item | None = Item("other", lines[:1])
    for line in lines[1:]:
        if line.startswith("    ") and item is not None and item.kind == "message":
            _more(item, line)
            continue
        if item:
            yield item
        item = _item(line, people)
    if item:
        yield item


def _more(item: Item, line: str) -> None:
    item.lines.append(line)
    kind, _, rest = line.strip().partition(" ")
    if kind == "|":
        item.text += f"\n{rest}"
    elif kind == "=" and rest.startswith(TOGETHER):
        item.together = understanding(rest.removeprefix(TOGETHER))
    elif kind == "=":
        item.needs_model = rest != WITHOUT_MODEL
        item.meaning = understanding(rest if item.needs_model else "di_luar_cakupan 0.5")
    else:
        raise ScriptError(f"'{line.strip()}' must begin with '=' or '|'.")


def _item(line: str, people: dict[str, tuple[str, str]]) -> Item:
    if line.startswith("-- "):
        return Item("time", [line], text=line[3:])
    spoken = SPEAKS.fullmatch(line)
    if spoken and spoken[1] in people:
        return _message(line, spoken[1], spoken[2] or people[spoken[1]][0], spoken[3])
    told = not line or line.startswith(("#", "Point:", "People:", "Starts:"))
    return Item("other" if told else "direction", [line], text=line)


def _message(line: str, who: str, channel: str, said: str) -> Item:
    item = Item("message", [line], who=who, channel=channel)
    while found := CONTENT.match(said):
        item.parts.append(found[1])
        said = said[found.end() :]
    item.text = said
    return item


def understanding(written: str) -> Understanding:
    """``lapor; jalan_rusak 0.9, sampah 0.1; at Jl. Melati; in Tebet Timur; also sampah`` as the model gives it."""
    intents, *rest = [part.strip() for part in written.split(";")]
    found: dict[str, tuple[Guess, ...]] = {}
    also: tuple[str, ...] = ()
    place: Place | None = None
    for part in rest:
        kind, _, value = part.partition(" ")
        if kind == "at":
            place = Place(value.strip())
        elif kind == "in" and place:
            place = Place(place.text, kelurahan=value.strip())
        elif kind == "faq":
            found["faqs"] = _guesses(value)
        elif kind == "also":
            also = tuple(code.strip() for code in value.split(","))
        else:
            found["services"] = _guesses(part)
    return Understanding(
        _guesses(intents), found.get("services", ()), found.get("faqs", ()), also, place, "recorded"
    )


def _guesses(written: str) -> tuple[Guess, ...]:
    guesses = []
    for one in written.split(","):
        label, _, sure = one.strip().partition(" ")
        guesses.append(Guess(label, float(sure) if sure else SURE))
    return tuple(guesses)
