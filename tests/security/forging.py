"""Requests as a provider signs them, and what somebody may make of them who has seen one but knows no secret.

A door is one of our webhooks with its provider. To add one: a subclass of :class:`Door`, and an entry in
``test_signatures.DOORS``.
"""

import base64
import random
import string
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from urllib.parse import parse_qsl, quote, urlencode

from werkzeug.datastructures import MultiDict

FORM = "application/x-www-form-urlencoded"
JSON = "application/json"
Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Asked:
    """One request. ``path`` with its query; headers in the order in which they are sent."""

    path: str
    body: bytes
    headers: Pairs
    content_type: str = FORM

    def with_header(self, name: str, value: str | None) -> "Asked":
        """With that header instead of those of the same name; None: without."""
        kept = tuple(pair for pair in self.headers if pair[0].lower() != name.lower())
        return replace(self, headers=kept + (((name, value),) if value is not None else ()))

    def header(self, name: str) -> str:
        return next((value for key, value in self.headers if key.lower() == name.lower()), "")


@dataclass(frozen=True)
class Forgery:
    """What was made of a request; ``answers`` are those that are right for it."""

    what: str
    asked: Asked
    answers: frozenset[int]


REFUSED = frozenset({400, 403})
FORGED = frozenset({403})
SAME = frozenset({200})  # it says what the provider said, so it is a repetition: taken, and nothing comes of it
MISSHAPEN = frozenset({400})

Change = Callable[[random.Random, str], str | None]

SIGNATURE_CHANGES: dict[str, Change] = {
    "one character other": lambda rng, s: _other_at(rng, s),
    "one character less": lambda rng, s: _without(s, rng.randrange(len(s))),
    "one character more": lambda rng, s: _with(s, rng.randrange(len(s) + 1), rng.choice(string.ascii_letters)),
    "letters swapped": lambda rng, s: "".join(rng.sample(s, len(s))),
    "letters' case": lambda rng, s: s.swapcase(),
    "cut off": lambda rng, s: s[: rng.randrange(1, len(s))],
    "empty": lambda rng, s: "",
    "missing": lambda rng, s: None,
    "white space": lambda rng, s: s.replace(s[len(s) // 2], " ", 1),
    "doubled": lambda rng, s: s + s,
    "with a comma": lambda rng, s: f"{s[:-1]}x, {s}",
    "other encoding": lambda rng, s: s.encode().hex(),
    "bytes that are no ASCII": lambda rng, s: s[:-1] + "é",
    "somebody's own": lambda rng, s: base64.b64encode(rng.randbytes(20)).decode(),
    "endless": lambda rng, s: s * 200,
}


def signature_changes(rng: random.Random, asked: Asked, header: str) -> Iterable[Forgery]:
    """The same request with every kind of wrong signature."""
    right = asked.header(header)
    for name, change in SIGNATURE_CHANGES.items():
        made = change(rng, right)
        if made != right:
            yield Forgery(f"signature: {name}", asked.with_header(header, made), FORGED)


def body_changes(rng: random.Random, asked: Asked, is_same: Callable[[bytes], bool]) -> Iterable[Forgery]:
    """Bytes of the body are others, less or more; what says the same as before is left out."""
    body = asked.body
    at, end = rng.randrange(len(body)), len(body)
    made = {
        "a byte other": body[:at] + bytes([body[at] ^ (1 << rng.randrange(8))]) + body[at + 1 :],
        "a byte less": body[:at] + body[at + 1 :],
        "a byte more": body[:at] + bytes([rng.randrange(256)]) + body[at:],
        "cut off": body[: rng.randrange(1, end)],
        "empty": b"",
        "bytes behind it": body + rng.randbytes(rng.randrange(1, 40)),
        "twice": body + body,
        "random": rng.randbytes(end),
    }
    for name, changed in made.items():
        if changed != body and not is_same(changed):
            yield Forgery(f"body: {name}", replace(asked, body=changed), REFUSED)


def encoded(pairs: Iterable[tuple[str, str]]) -> bytes:
    return urlencode(list(pairs)).encode()


def fields(body: bytes) -> MultiDict[str, str]:
    return MultiDict(parse_qsl(body.decode("latin-1"), keep_blank_values=True))


def every_byte_encoded(pairs: Pairs) -> bytes:
    """The same fields, each character written as %XX."""
    return "&".join(f"{_all(key)}={_all(value)}" for key, value in pairs).encode()


def with_spaces_as_percent(pairs: Pairs) -> bytes:
    return "&".join(f"{quote(key)}={quote(value)}" for key, value in pairs).encode()


def multipart(pairs: Pairs, boundary: str = "cut-here") -> tuple[bytes, str]:
    """The same fields as parts of a multipart form, and its content type."""
    parts = [f'--{boundary}\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n' for k, v in pairs]
    return f"{''.join(parts)}--{boundary}--\r\n".encode(), f"multipart/form-data; boundary={boundary}"


def recut(rng: random.Random, pairs: Pairs, name: str) -> Pairs | None:
    """The boundary between ``name`` and its value moved, which Twilio's signature does not notice.

    None where that would change the order of the fields, and so the signature.
    """
    moved = []
    for key, value in pairs:
        if key == name:
            joined, cut = key + value, rng.randrange(1, len(key) + len(value))
            if cut == len(key):
                cut += 1 if len(value) > 1 else -1
            key, value = joined[:cut], joined[cut:]
        moved.append((key, value))
    return tuple(moved)


def _all(text: str) -> str:
    return "".join(f"%{byte:02x}" for byte in text.encode())


def _other_at(rng: random.Random, text: str) -> str:
    at = rng.randrange(len(text))
    return (
        text[:at] + rng.choice([c for c in string.ascii_letters + string.digits if c != text[at]]) + text[at + 1 :]
    )


def _without(text: str, at: int) -> str:
    return text[:at] + text[at + 1 :]


def _with(text: str, at: int, more: str) -> str:
    return text[:at] + more + text[at:]
