"""What the stand-in keeps of one account: messages, faults that were asked for, and what was asked wrongly."""

import random
import re
import threading
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from typing import Any

ADDRESS = re.compile(r"(?:whatsapp:)?(?:\+[1-9]\d{6,14}|[A-Z]{2}\.\w{1,128})")
LONGEST_BODY = 1_600
_ANSWERS = ("500", "timeout", "reset")
MODES = ("ok", "429", "refuse", *_ANSWERS, *(f"accept_then_{mode}" for mode in _ANSWERS))
WHERE = ("send", "list", "media", "delete")
# Twilio deletes nothing that is still under way.
UNFINISHED = frozenset({"queued", "accepted", "scheduled", "sending", "receiving"})


@dataclass(frozen=True)
class Faults:
    """What goes wrong with a share of the requests; the same seed gives the same ones."""

    mode: str = "ok"
    share: float = 1.0
    seed: int = 1
    seconds: float = 30.0  # how long a timeout lasts
    code: int = 63016  # what a refusal says
    on: str = "send"  # or one of the others of WHERE
    dice: random.Random = field(default_factory=random.Random, repr=False, compare=False)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Faults":
        """TypeError or ValueError for what is no fault."""
        faults = cls(**data)
        if faults.mode not in MODES or faults.on not in WHERE:
            raise ValueError(f"mode must be one of {', '.join(MODES)}; on one of {', '.join(WHERE)}")
        faults.dice.seed(faults.seed)
        return faults


class Account:
    """Everything in memory, behind one lock."""

    def __init__(self, sid: str) -> None:
        self.sid = sid
        self._lock = threading.Lock()
        self.clear()

    def clear(self) -> None:
        """As if nothing had ever been sent, and nothing went wrong."""
        with self._lock:
            self._messages: dict[str, dict[str, Any]] = {}
            self._deleted: dict[str, dict[str, Any]] = {}
            self._requests: list[dict[str, Any]] = []
            self._violations: list[dict[str, Any]] = []
            self._callbacks: list[dict[str, Any]] = []
            self._faults = Faults()

    def set_faults(self, faults: Faults) -> None:
        with self._lock:
            self._faults = faults

    def fault(self, on: str) -> Faults | None:
        """What shall go wrong with the request at hand."""
        with self._lock:
            faults = self._faults
            hit = faults.on == on and faults.mode != "ok" and faults.dice.random() < faults.share
            return faults if hit else None

    def accept(self, form: Mapping[str, list[str]]) -> dict[str, Any]:
        """Take a message; what Twilio answers."""
        message = _message(
            self.sid, {name: values[0] for name, values in form.items()}, len(form.get("MediaUrl", ()))
        )
        with self._lock:
            self._messages[message["sid"]] = message
            self._requests.append({"sid": message["sid"], "form": dict(form), "at": time.time()})
        return dict(message)

    def receive(self, form: Mapping[str, str], came_at: datetime) -> dict[str, Any]:
        """A citizen's message, from the form of its webhook; what Twilio lists of it."""
        message = _message(self.sid, form, int(form.get("NumMedia", "0")), form["MessageSid"])
        times = dict.fromkeys(("date_created", "date_sent", "date_updated"), format_datetime(came_at))
        message |= {"direction": "inbound", "status": "received", **times}
        message["num_segments"] = form.get("NumSegments", "1")
        with self._lock:
            self._messages[message["sid"]] = message
        return dict(message)

    def delete(self, sid: str) -> bool | None:
        """Whether the message is deleted now; None where there is none."""
        with self._lock:
            found = self._messages.get(sid)
            if found is None:
                return None
            if found["status"] in UNFINISHED:
                return False
            self._deleted[sid] = self._messages.pop(sid)
            return True

    def advance(self, sid: str, status: str) -> None:
        with self._lock:
            if sid in self._messages:
                self._messages[sid] |= {"status": status, "date_updated": _now()}

    def get(self, sid: str) -> dict[str, Any] | None:
        with self._lock:
            found = self._messages.get(sid)
            return dict(found) if found else None

    def newest_first(self, to: str | None = None, sender: str | None = None) -> list[dict[str, Any]]:
        """Of the whole account, or of what went to or came from an address."""
        with self._lock:
            messages = [
                dict(message)
                for message in reversed(self._messages.values())
                if message["to"] == (to or message["to"]) and message["from"] == (sender or message["from"])
            ]
        return sorted(messages, key=_sent_at, reverse=True)

    def sent(self) -> list[dict[str, Any]]:
        """All accepted messages in order, deleted ones too, each with the form it was asked for with."""
        with self._lock:
            messages = self._messages | self._deleted
            return [{**messages[r["sid"]], "form": r["form"], "at": r["at"]} for r in self._requests]

    def note_violations(self, problems: list[str], request: str) -> None:
        with self._lock:
            self._violations += [{"request": request, "problem": problem} for problem in problems]

    def note_callback(self, **what: Any) -> None:
        with self._lock:
            self._callbacks.append(what)

    @property
    def violations(self) -> list[dict[str, Any]]:
        with self._lock:
            return list(self._violations)

    @property
    def callbacks(self) -> list[dict[str, Any]]:
        with self._lock:
            return list(self._callbacks)


def refusal(form: Mapping[str, list[str]]) -> tuple[int, str] | None:
    """The code and words with which Twilio turns down a request that cannot be sent."""
    first = {name: values[0] for name, values in form.items()}
    if not ADDRESS.fullmatch(first.get("To", "")):
        return 21211, f"Invalid 'To' Phone Number: {first.get('To', '')}"
    if not first.get("From") and not first.get("MessagingServiceSid"):
        return 21603, "A 'From' phone number is required."
    if not first.get("Body") and "MediaUrl" not in first and "ContentSid" not in first:
        return 21619, "A text message body or media urls must be specified."
    if len(first.get("Body", "")) > LONGEST_BODY:
        return 21617, "The concatenated message body exceeds the 1600 character limit."
    return None


def _message(account: str, form: Mapping[str, str], media: int, sid: str = "") -> dict[str, Any]:
    sid = sid or ("MM" if media else "SM") + uuid.uuid4().hex
    uri = f"/2010-04-01/Accounts/{account}/Messages/{sid}"
    now = _now()
    return {
        "account_sid": account,
        "api_version": "2010-04-01",
        "body": form.get("Body", ""),
        "date_created": now,
        "date_sent": now,
        "date_updated": now,
        "direction": "outbound-api",
        "error_code": None,
        "error_message": None,
        "from": form.get("From"),
        "messaging_service_sid": form.get("MessagingServiceSid"),
        "num_media": str(media),
        "num_segments": "1",
        "price": None,
        "price_unit": "USD",
        "sid": sid,
        "status": "queued",
        "subresource_uris": {"media": f"{uri}/Media.json"},
        "to": form.get("To"),
        "uri": f"{uri}.json",
    }


def _sent_at(message: Mapping[str, Any]) -> datetime:
    return parsedate_to_datetime(message["date_sent"])


def _now() -> str:
    return format_datetime(datetime.now(UTC))
