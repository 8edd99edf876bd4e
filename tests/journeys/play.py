"""Plays transcripts over the real number: ``python -m tests.journeys.play [--write] FILE...``; no file means all.

``--write`` records anew what the system does in the files named; without it differences are shown.
"""

import argparse
import difflib
import logging
import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import structlog

from bot.errors import RefusedError
from bot.messages import EMAIL, SMS, WHATSAPP
from bot.rulebook import Rulebook, load_rulebook
from bot.segments import segments
from storage import keyring
from storage.database import Database
from storage.keyring import Keyring
from tests.journeys import directions, live, picture, table
from tests.journeys.script import BY_MACHINE, Item, Script, ScriptError, read, scripts
from tests.journeys.stage import CHANNELS, Stage, Written
from tests.support.clock import MoveableClock, at
from tests.support.databases import SqliteTemplate
from tests.support.folders import short_lived_folder
from tests.support.settings import isolated_settings

STARTS = "2026-11-24T10:00+07:00"  # a Tuesday
BETWEEN_MESSAGES = timedelta(seconds=3)
AT_ONCE = "at the same moment"
LONG = timedelta(hours=1)
MOST_SEGMENTS = 2


@dataclass
class Played:
    """A transcript with what the system did in it."""

    script: Script
    lines: list[str]
    sent: list[Written]
    missing: list[str]

    @property
    def text(self) -> str:
        return "\n".join(self.lines) + "\n"

    def differences(self) -> str:
        """How it went otherwise than the file says; empty where it went as written."""
        before = self.script.path.read_text(encoding="utf-8")
        name = f"{self.script.group}/{self.script.path.name}"
        return "\n".join(
            difflib.unified_diff(
                before.splitlines(),
                self.text.splitlines(),
                f"{name} as written",
                f"{name} as it goes",
                lineterm="",
                n=6,
            )
        )


def play(script: Script, database: Database, rulebook: Rulebook, pool: ThreadPoolExecutor) -> Played:
    """One transcript on an empty database."""
    clock = MoveableClock(_start(script))
    stage = Stage(database, rulebook, clock, pool)
    player = _Player(script, stage)
    lines = [*player.play(), "", f"{BY_MACHINE}At the end:", *(BY_MACHINE + line for line in player.picture())]
    missing = [f"{BY_MACHINE}(!) No understanding is written for: {text!r}" for text in stage.recorded.missing]
    return Played(script, [*lines, *dict.fromkeys(missing)], stage.seen, stage.recorded.missing)


def _start(script: Script) -> datetime:
    named = next(
        (i.text.removeprefix("Starts:").strip() for i in script.items if i.text.startswith("Starts:")), ""
    )
    return at(f"{named.replace(' ', 'T')}+07:00" if named else STARTS)


class _Player:
    def __init__(self, script: Script, stage: Stage) -> None:
        self.script, self.stage = script, stage
        self.addresses = {}
        for n, (name, (channel, number)) in enumerate(script.people.items(), 1):
            self.addresses[name] = _address(CHANNELS[channel], number or f"+62800000{n:04}")
        self._shown = 0
        self._refused = ""
        self._numbers: list[str] = []
        self._clock_shown = stage.clock.now()

    def play(self) -> Iterator[str]:
        items = self.script.items
        for item, following in zip(items, [*items[1:], Item("other", [""])], strict=True):
            yield from item.lines
            self._perform(item, following)
            yield from (BY_MACHINE + line for line in self._news(item))

    def picture(self) -> list[str]:
        """What exists at the end."""
        self._numbers = self.stage.tickets()
        return [self._named(line) for line in picture.at_the_end(self.stage)]

    def _perform(self, item: Item, following: Item) -> None:
        if item.kind == "other":
            return
        if item.kind == "message":
            self.stage.hear(item, *self._address_of(item))
        elif item.kind == "direction":
            self._direct(item.text)
        elif item.text != AT_ONCE:
            self.stage.pass_time(self.stage.until(item.text))
            return
        else:
            return
        if following.text != AT_ONCE:
            self._go_on(item, following)

    def _direct(self, written: str) -> None:
        self._refused = ""
        try:
            directions.perform(self.stage, self.addresses, written)
        except RefusedError as refused:
            self._refused = str(refused)

    def _go_on(self, item: Item, following: Item) -> None:
        self.stage.work()
        if following.kind == "message" and item.kind == "message":
            self.stage.pass_time(self.stage.clock.now() + BETWEEN_MESSAGES)
        elif following.kind != "time":
            self.stage.pass_time(self.stage.clock.now() + timedelta(minutes=1))

    def _address_of(self, item: Item) -> tuple[str, str | None]:
        address, phone = self.addresses[item.who]
        return _address(CHANNELS[item.channel], phone or address.partition(":")[2])

    def _news(self, item: Item) -> Iterator[str]:
        now = self.stage.clock.now()
        self._numbers = self.stage.tickets() if len(self.stage.seen) > self._shown else self._numbers
        if self._refused:
            yield f"(refused: {self._named(self._refused)})"
            self._refused = ""
        for message in self._shortened(self.stage.seen[self._shown :]):
            if item.kind == "time" and now - message.at >= LONG and message.at != self._clock_shown:
                yield f"({picture.when(self.stage, message.at)})"
                self._clock_shown = message.at
            yield from self._shown_message(message)
        self._shown = len(self.stage.seen)
        if item.kind == "time" and now - self._clock_shown >= LONG:
            yield f"(it is {picture.when(self.stage, now)})"
        self._clock_shown = now if item.kind == "time" else self._clock_shown

    def _shortened(self, messages: Sequence[Written]) -> Iterator[Written]:
        """Of what many others are told, the first of each kind, as to so many."""
        strangers = [message for message in messages if self._who(message) is None]
        counted = Counter(message.wording for message in strangers)
        for message in messages:
            if message not in strangers:
                yield message
            elif count := counted.pop(message.wording, 0):
                yield replace(message, to=f"{count} others" if count > 1 else "one other")

    def _shown_message(self, message: Written) -> Iterator[str]:
        if message.channel == EMAIL:
            yield self._named(f"E-mail to {message.to}: {message.subject}")
            return
        rendered = "\n".join([message.text, *(f"{n}. {title}" for n, (_, title) in enumerate(message.choices, 1))])
        parts = segments(rendered)
        marks = [f"{parts} SMS"] if parts > MOST_SEGMENTS and message.channel == SMS else []
        marks += ["does not arrive"] if message.failed else []
        yield f"Bot to {self._who(message) or message.to}:" + "".join(f" ({mark})" for mark in marks)
        yield from (f"| {self._named(line)}".rstrip() for line in message.text.splitlines())
        if message.choices:
            yield "| " + " ".join(f"[{self._named(title)}]" for _, title in message.choices)

    def _who(self, message: Written) -> str | None:
        """Somebody of the story, by telephone or e-mail; None for one of many others."""
        if message.channel == EMAIL:
            return message.to
        for name, (address, phone) in self.addresses.items():
            if message.to in (address, phone, f"whatsapp:{phone}"):
                other = CHANNELS[self.script.people[name][0]] != message.channel
                return f"{name} by {message.channel}" if other else name
        return None

    def _named(self, line: str) -> str:
        for n, number in enumerate(self._numbers, 1):
            line = _page_named(line, number, n).replace(number, f"JK-{n}")
        return line


def _page_named(line: str, number: str, n: int) -> str:
    """The address of a citizen's page ends in the ticket and its secret, which are others in every run."""
    short = number.partition("-")[2].replace("-", "").lower()
    return re.sub(rf"/t/(?:{short}|{number}/)[0-9a-z]{{16}}", f"/t/JK-{n}", line)


def _address(channel: str, number: str) -> tuple[str, str | None]:
    phone = number if number.startswith("+") else None
    return (number if channel == SMS else f"{WHATSAPP}:{number}"), phone


def play_all(paths: Sequence[Path]) -> Iterator[Played]:
    """Play transcripts one after the other, each on an empty database; what cannot be played is told."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    keyring.use(Keyring(("test secret",)))
    rulebook = load_rulebook(isolated_settings())
    with (
        short_lived_folder() as folder,
        ThreadPoolExecutor(2) as pool,
        SqliteTemplate(folder).stock() as stock,
    ):
        for path in paths:
            try:
                yield play(read(path), stock.fresh(), rulebook, pool)
            except ScriptError as error:
                _tell(f"{path.parent.name}/{path.name} cannot be played: {error}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Play what is named, or all with the table and the share of the live model; 1 where something differs."""
    parser = argparse.ArgumentParser(prog="python -m tests.journeys.play", description=__doc__)
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--write", action="store_true", help="record anew what the system does in these files")
    options = parser.parse_args(arguments)
    if options.write and not options.files:
        parser.error("name the files to write.")
    paths = list(_found(options.files)) or scripts()
    played = list(play_all(paths))
    wrong = [one for one in played if not (_write(one) if options.write else _compare(one))]
    if not options.files:
        _tell("\n".join([*table.rows(played), "", *live.share(played)]))
    return 1 if wrong or len(played) < len(paths) else 0


def _found(named: Sequence[Path]) -> Iterator[Path]:
    for path in named:
        yield from sorted(path.rglob("*.txt")) if path.is_dir() else [path]


def _write(one: Played) -> bool:
    """Record what the system did; False where an understanding is missing."""
    one.script.path.write_text(one.text, encoding="utf-8")
    if one.missing:
        _tell(f"{one.script.group}/{one.script.path.name}: write the understanding of what is marked (!)")
    return not one.missing


def _compare(one: Played) -> bool:
    """Show how it went otherwise than written; False where it did."""
    differences = one.differences()
    if differences:
        _tell(f"{differences}\n")
    return not differences


def _tell(text: str) -> None:
    sys.stdout.write(f"{text}\n")


if __name__ == "__main__":
    sys.exit(main())
