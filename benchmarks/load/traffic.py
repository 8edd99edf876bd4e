"""What comes in while it is measured: webhooks as Twilio posts them, of citizens who know nothing of each other.

Everybody writes once, so that no limit on what one person may write or is sent is what is measured.
"""

import csv
import itertools
import random
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from benchmarks.load.standin import Accepted
from bot.settings import ROOT
from tests.standins.citizen import MESSAGES, message_form, status_form
from tests.support.settings import ACCOUNT, OUR_SMS, OUR_WHATSAPP

HERE = Path(__file__).parent
# Shares of whole messages, which nobody has to wait for: reports with a place, questions, thanks and wishes.
REPORTS, QUESTIONS = 0.75, 0.20
# Shares of what comes in at a webhook on a busy day.
MIXED = {"message": 0.42, "sms": 0.05, "photo": 0.04, "pin": 0.04, "fragment": 0.03, "again": 0.02, "status": 0.40}
STATUSES = ("sent", "delivered", "read")

_numbers = itertools.count(1)
Form = Mapping[str, str]


@dataclass(frozen=True)
class Webhook:
    """One request: where it goes and what stands in it."""

    path: str
    form: Form
    kind: str = "message"


def messages(count: int, seed: int = 1) -> list[Form]:
    """``count`` whole messages by WhatsApp, each of another citizen."""
    dice = random.Random(seed)
    return [_form(text(dice)) for _ in range(count)]


def mixed(count: int, known: Sequence[Accepted], photos: Sequence[str], seed: int = 1) -> list[Webhook]:
    """``count`` webhooks of all kinds: reports about messages ``known`` to the provider as far as these go, and
    ``photos`` at the addresses that Twilio would name."""
    dice, statuses, made = random.Random(seed), _statuses(known), list[Webhook]()
    for _ in range(count):
        kind = dice.choices(list(MIXED), list(MIXED.values()))[0]
        made.append(_webhook(kind, dice, statuses, photos, made))
    return made


def text(dice: random.Random) -> str:
    """One whole message."""
    known, kind = _texts(), dice.random()
    if kind < REPORTS:
        return report(dice)
    return str(dice.choice(known["questions"] if kind < REPORTS + QUESTIONS else known["others"]))


def report(dice: random.Random) -> str:
    """What is wrong, and where."""
    known = _texts()
    opener, closer = dice.choice(known["openers"]), dice.choice(known["closers"])
    return f"{opener}{dice.choice(known['reports'])}{place(dice)}{closer}"


def place(dice: random.Random) -> str:
    """Where it is, as people write it behind what they say."""
    known = _texts()
    named = {name[:-1]: dice.choice(known[name]) for name in ("streets", "landmarks")}
    numbers = {"number": dice.randint(1, 180), "rt": dice.randint(1, 15), "rw": dice.randint(1, 12)}
    return str(dice.choice(known["places"])).format(**named, **numbers, **dice.choice(_areas()))


def message(words: str) -> Form:
    """The webhook of somebody who writes this by WhatsApp."""
    return _form(words)


def _webhook(
    kind: str, dice: random.Random, statuses: Iterator[Webhook], photos: Sequence[str], made: Sequence[Webhook]
) -> Webhook:
    if kind == "status" and (webhook := next(statuses, None)):
        return webhook
    if kind == "again" and (before := [each for each in made[-200:] if each.path == MESSAGES]):
        return Webhook(MESSAGES, dice.choice(before).form, kind)
    form = _form("", sms=kind == "sms")
    if kind == "photo" and photos:
        sent = {"NumMedia": "1", "MediaUrl0": dice.choice(photos), "MediaContentType0": "image/jpeg"}
        return Webhook(MESSAGES, {**form, **sent, "Body": report(dice), "MessageType": "image"}, kind)
    if kind == "pin":
        pin = {"Latitude": f"{dice.uniform(-6.3, -6.1):.5f}", "Longitude": f"{dice.uniform(106.7, 106.95):.5f}"}
        return Webhook(MESSAGES, {**form, **pin, "MessageType": "location"}, kind)
    if kind == "fragment":
        return Webhook(MESSAGES, {**form, "Body": dice.choice(_texts()["fragments"])}, kind)
    return Webhook(MESSAGES, {**form, "Body": text(dice)}, "sms" if kind == "sms" else "message")


def _statuses(known: Sequence[Accepted]) -> Iterator[Webhook]:
    """What became of each, in order: all that left before all that arrived."""
    for status in STATUSES:
        for message in known:
            path = "/" + message.callback.split("/", 3)[3]
            yield Webhook(path, status_form(ACCOUNT, message.sid, status, To=message.to), "status")


def _form(words: str, *, sms: bool = False) -> dict[str, str]:
    number = f"+62800{next(_numbers):08d}"
    address, ours = (number, OUR_SMS) if sms else (f"whatsapp:{number}", OUR_WHATSAPP)
    return message_form(ACCOUNT, address, ours, words)


def photo_path() -> str:
    """Where Twilio's API would have a file."""
    return f"/2010-04-01/Accounts/{ACCOUNT}/Messages/MM{uuid.uuid4().hex}/Media/ME{uuid.uuid4().hex}"


@cache
def _texts() -> dict[str, Any]:
    """Ours, and what citizens of the simulated year report."""
    found: dict[str, Any] = yaml.safe_load((HERE / "texts.yml").read_text(encoding="utf-8"))
    year = yaml.safe_load((HERE.parent / "year" / "stories.yml").read_text(encoding="utf-8"))
    found["reports"] += [words for story in year.values() for words in story["texts"]]
    return found


@cache
def _areas() -> list[dict[str, str]]:
    with (ROOT / "nlu" / "rasa" / "areas.csv").open(encoding="utf-8") as file:
        return [{"kelurahan": row["kelurahan"], "kecamatan": row["kecamatan"]} for row in csv.DictReader(file)]
