"""Bodies that no provider sends, and requests that are hardly any: raw bytes as they go over the wire."""

import gzip
import hashlib
import hmac
import json
import random
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from twilio.request_validator import RequestValidator

from handlers.channels import signing
from tests.security.doors import sid
from tests.security.forging import FORM, JSON
from tests.standins.citizen import MESSAGES, STATUS
from tests.support.settings import ACCOUNT, OUR_SMS, OUR_WHATSAPP

GATEWAY_MESSAGES, GATEWAY_STATUS = "/webhooks/gateway/messages", "/webhooks/gateway/status"
META = "/webhooks/meta"
PATHS = (MESSAGES, STATUS, GATEWAY_MESSAGES, GATEWAY_STATUS, META)
# Right for whatever is fuzzed. A webhook without a provider, as Meta's may be here, is not there: 404.
RIGHT = frozenset({200, 400, 403, 404, 405, 408, 411, 413, 414, 415, 417, 431})
BIG = 1_500_000


@dataclass(frozen=True)
class Sent:
    """One request. ``whole``: it comes to an end, so there must be an answer."""

    what: str
    path: str
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    method: str = "POST"
    length: int | None = None  # what Content-Length says, where that is not so
    chunked: bool = False
    whole: bool = True
    right: frozenset[int] = RIGHT - {200}

    def wire(self, host: str) -> bytes:
        """As it goes over the wire."""
        headers = [("Host", host), ("Connection", "close"), *self.headers]
        body = self.body
        if self.chunked:
            headers.append(("Transfer-Encoding", "chunked"))
            body = _in_chunks(body)
        elif self.method == "POST":
            headers.append(("Content-Length", str(len(body) if self.length is None else self.length)))
        lines = [f"{self.method} {self.path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers)]
        return "\r\n".join(lines).encode("latin-1", "replace") + b"\r\n\r\n" + body


@dataclass(frozen=True)
class Keys:
    """With what fuzzed requests are signed where they are signed at all. ``now``: seconds since 1970."""

    public_url: str
    twilio: str
    gateway: str
    meta: str = ""
    now: Callable[[], float] = time.time


def requests(rng: random.Random, keys: Keys, paths: tuple[str, ...] = PATHS) -> Iterator[Sent]:
    """Ever new ones, every kind in turn."""
    while True:
        for make in KINDS:
            yield make(rng, rng.choice(paths), keys)


def _random(rng: random.Random, path: str, keys: Keys) -> Sent:
    kind = rng.choice(["", FORM, JSON, "text/plain", "x", "application/octet-stream", "multipart/form-data"])
    return Sent("random bytes", path, rng.randbytes(rng.randrange(3_000)), _typed(kind))


def _truncated(rng: random.Random, path: str, keys: Keys) -> Sent:
    body = _json_text(rng) if "gateway" in path else urlencode(_form(rng)).encode()
    cut = body[: rng.randrange(len(body))]
    return Sent("less than announced", path, cut, _typed(FORM), length=len(body), whole=False)


def _cut_off(rng: random.Random, path: str, keys: Keys) -> Sent:
    body = _json_text(rng)
    return _signed("cut off, signed", rng, path, keys, body[: rng.randrange(len(body))])


def _huge_field(rng: random.Random, path: str, keys: Keys) -> Sent:
    size = rng.choice([70_000, 500_000, BIG])
    if "gateway" in path:
        return _signed("a huge field", rng, path, keys, json.dumps({"id": "x" * size}).encode())
    return Sent("a huge field", path, urlencode(_form(rng) | {"Body": "x" * size}).encode(), _typed(FORM))


def _deep(rng: random.Random, path: str, keys: Keys) -> Sent:
    depth = rng.choice([1_000, 50_000, 200_000])
    opened, closed = rng.choice([(b"[", b"]"), (b'{"a":', b"}")])
    return _signed("deep JSON, signed", rng, path, keys, opened * depth + b"1" + closed * rng.choice([0, depth]))


def _nuls(rng: random.Random, path: str, keys: Keys) -> Sent:
    body = bytearray(urlencode(_form(rng)).encode())
    for _ in range(5):
        body.insert(rng.randrange(len(body)), 0)
    return Sent("NULs", path, bytes(body), _typed(FORM))


def _bad_text(rng: random.Random, path: str, keys: Keys) -> Sent:
    bad = rng.choice([b"\xff\xfe", b"\xc3\x28", b"\xed\xa0\x80", b"\xf8\x88\x80\x80\x80", b"\xc0\x80"])
    body = _json_text(rng).replace(b"halo", bad)
    return _signed("text that is no UTF-8, signed", rng, path, keys, body)


def _surrogates(rng: random.Random, path: str, keys: Keys) -> Sent:
    text = rng.choice(["\\ud83d", "\\u0000", "\\udc00\\ud800", "\\uffff"])
    body = _json_text(rng).replace(b"halo", text.encode())
    return _signed("half characters, signed", rng, path, keys, body, may_be_taken=True)


def _content_type(rng: random.Random, path: str, keys: Keys) -> Sent:
    kind = rng.choice(
        [
            "text/xml",
            "image/png",
            f"{FORM}; charset=utf-16",
            f"{FORM}; charset=\x7f",
            "a/b; c=" * 50,
            "multipart/form-data",
            "multipart/form-data; boundary=",
            "multipart/mixed; boundary=x",
        ]
    )
    return Sent("another content type", path, urlencode(_form(rng)).encode(), _typed(kind))


def _multipart(rng: random.Random, path: str, keys: Keys) -> Sent:
    part = rng.choice(
        [
            b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n',
            b'--x\r\nContent-Disposition: form-data; name="a"; filename="b"\r\nContent-Type: a/b\r\n\r\n\x00\r\n',
            b"--x\r\n\r\n\r\n",
            b"--x\r\nContent-Disposition: form-data\r\n\r\n\r\n",
            b"--x\r\n" + b"A: b\r\n" * 50 + b"\r\n\r\n",
        ]
    )
    count = rng.choice([1, 100, 5_000])
    end = rng.choice([b"--x--\r\n", b"", b"--x"])
    return Sent("multipart bombs", path, (part * count)[:BIG] + end, _typed("multipart/form-data; boundary=x"))


def _zipped(rng: random.Random, path: str, keys: Keys) -> Sent:
    squeeze, name = rng.choice([(gzip.compress, "gzip"), (zlib.compress, "deflate")])
    body = squeeze(b"0" * rng.choice([1_000, 5_000_000]))
    return Sent("compressed bombs", path, body, (("Content-Encoding", name), *_typed(FORM)))


def _chunked(rng: random.Random, path: str, keys: Keys) -> Sent:
    body = rng.choice([_json_text(rng), urlencode(_form(rng)).encode(), b"x" * BIG, rng.randbytes(500)])
    return Sent("chunked", path, body, _typed(rng.choice([FORM, JSON])), chunked=True)


def _broken_chunks(rng: random.Random, path: str, keys: Keys) -> Sent:
    body = rng.choice(
        [b"zz\r\nabc\r\n", b"-5\r\nabc\r\n0\r\n\r\n", b"5\r\nab", b"ffffffffff\r\nabc", rng.randbytes(50)]
    )
    headers = (("Transfer-Encoding", "chunked"), *_typed(FORM))
    return Sent("broken chunks", path, body, headers, whole=False)


def _many_fields(rng: random.Random, path: str, keys: Keys) -> Sent:
    count = rng.choice([1_000, 10_000, 100_000])
    body = b"&".join(rng.choice([b"a=%d" % n, b"a", b"=", b"a%5B%5D=1"]) for n in range(count))
    return Sent("10,000 fields and more", path, body, _typed(FORM))


def _many_headers(rng: random.Random, path: str, keys: Keys) -> Sent:
    headers = tuple((f"X-{n}", "y" * rng.choice([1, 100, 8_000])) for n in range(rng.choice([50, 99, 500])))
    return Sent("header floods", path, b"a=1", headers, whole=False)


def _odd_headers(rng: random.Random, path: str, keys: Keys) -> Sent:
    name = rng.choice(
        ["X-Twilio-Signature", "X-Signature", "X-Timestamp", "X-Hub-Signature-256", "Cookie", "Accept-Language"]
    )
    value = rng.choice(
        ["", "é" * 50, "x" * 7_000, "sha256=", "sha256=" + "0" * 64, "9" * 300, "\x01\x02", "%00", ";;=;"]
    )
    return Sent("odd headers", path, urlencode(_form(rng)).encode(), ((name, value), *_typed(FORM)), whole=False)


def _long_url(rng: random.Random, path: str, keys: Keys) -> Sent:
    query = rng.choice(
        ["outbound=" + "9" * 3_000, "%00" * 500, "a=" * 1_500, "%ff%fe=%80", "outbound=-1&outbound=%F0"]
    )
    return Sent("odd addresses", f"{path}?{query}", b"a=1", _typed(FORM))


def _methods(rng: random.Random, path: str, keys: Keys) -> Sent:
    method = rng.choice(["PUT", "PATCH", "DELETE", "TRACE", "PROPFIND", "BREW", "GET", "HEAD"])
    return Sent("other methods", path, method=method)


def _nonsense_form(rng: random.Random, path: str, keys: Keys) -> Sent:
    """What Twilio never says, but signed: of our account, about a message."""
    odd = [
        "",
        "0",
        "-1",
        "9" * 30,
        "NaN",
        "1e999",
        "\x00",
        "🙂" * 100,
        "{}",
        "[[",
        "whatsapp:",
        "null",
        "x" * 5_000,
    ]
    names = [
        "NumMedia",
        "Latitude",
        "Longitude",
        "MediaUrl0",
        "MediaContentType0",
        "InteractiveData",
        "ListId",
        "Body",
        "ButtonPayload",
        "MessageStatus",
        "ErrorCode",
        "OptOutType",
        "NumSegments",
        "OriginalRepliedMessageSid",
        "ProfileName",
        "Address",
        "SmsStatus",
    ]
    form = _form(rng) | {name: rng.choice(odd) for name in rng.sample(names, 6)}
    return _signed_form("nonsense, signed (Twilio)", rng.choice([MESSAGES, STATUS]), keys, form)


def _nonsense_batch(rng: random.Random, path: str, keys: Keys) -> Sent:
    """What Meta never says, but signed; any part of it may be anything."""
    odd: list[Any] = [None, 0, -1, 1e308, True, [], {}, "", "x" * 5_000, "\x00", "🙂" * 40, [[]], {"a": 1}, [None]]
    said: dict[str, Any] = {
        "from": "628011111",
        "id": f"wamid.{rng.getrandbits(60)}",
        "timestamp": "1795489200",
        "type": "text",
        "text": {"body": "halo"},
    }
    said[rng.choice([*said, "location", "image", "interactive", "context"])] = rng.choice(odd)
    value: dict[str, Any] = {
        "metadata": {"phone_number_id": "106540352242922"},
        "messages": [said],
        "statuses": [said],
    }
    value[rng.choice(["metadata", "messages", "statuses", "contacts", "x"])] = rng.choice([*odd, [said] * 50])
    entry: list[Any] = [{"id": "1", "changes": [{"value": value, "field": "messages"}]}]
    body = rng.choice([{"object": "whatsapp_business_account", "entry": entry}, {"entry": rng.choice(odd)}, entry])
    return _signed("nonsense, signed (Meta)", rng, META, keys, json.dumps(body).encode(), may_be_taken=True)


def _nonsense_json(rng: random.Random, path: str, keys: Keys) -> Sent:
    odd = [
        None,
        0,
        -1,
        1e308,
        True,
        [],
        {},
        "",
        "x" * 5_000,
        "\x00",
        "🙂" * 40,
        [[]],
        {"a": 1},
        "2026-13-45T99:00Z",
    ]
    body = {"id": f"in-{rng.getrandbits(48)}", "from": "+628011111", "to": "1708", "text": "halo"}
    body |= {rng.choice(["id", "from", "to", "text", "status", "reference", "error", "x"]): rng.choice(odd)}
    where = rng.choice([GATEWAY_MESSAGES, GATEWAY_STATUS])
    return _signed("nonsense, signed (gateway)", rng, where, keys, json.dumps(body).encode(), may_be_taken=True)


KINDS: tuple[Callable[[random.Random, str, Keys], Sent], ...] = (
    _random,
    _truncated,
    _cut_off,
    _huge_field,
    _deep,
    _nuls,
    _bad_text,
    _surrogates,
    _content_type,
    _multipart,
    _zipped,
    _chunked,
    _broken_chunks,
    _many_fields,
    _many_headers,
    _odd_headers,
    _long_url,
    _methods,
    _nonsense_form,
    _nonsense_json,
    _nonsense_batch,
)


def _form(rng: random.Random) -> dict[str, str]:
    sender, to = rng.choice(
        [(f"whatsapp:+62802{rng.randrange(10**6):07d}", OUR_WHATSAPP), ("+628020000001", OUR_SMS)]
    )
    return {
        "MessageSid": sid(rng),
        "AccountSid": ACCOUNT,
        "From": sender,
        "To": to,
        "Body": "halo",
        "NumMedia": "0",
    }


def _json_text(rng: random.Random) -> bytes:
    sender = f"+62803{rng.randrange(10**6):07d}"
    return json.dumps({"id": f"in-{rng.getrandbits(48)}", "from": sender, "to": "1708", "text": "halo"}).encode()


def _signed(
    what: str, rng: random.Random, path: str, keys: Keys, body: bytes, *, may_be_taken: bool = False
) -> Sent:
    """Signed by whoever may: by the gateway, for Meta in its way; a form for Twilio."""
    if "twilio" in path:
        return _signed_form(what, path, keys, {**_form(rng), "Body": body.decode("latin-1")[:100_000]})
    headers = signing.signed_headers(keys.gateway, keys.now(), body)
    if keys.meta:
        digest = hmac.new(keys.meta.encode(), body, hashlib.sha256).hexdigest()
        headers |= {"X-Hub-Signature-256": f"sha256={digest}"}
    right = RIGHT if may_be_taken or "meta" in path else RIGHT - {200}
    return Sent(what, path, body, (*headers.items(), *_typed(JSON)), right=right)


def _signed_form(what: str, path: str, keys: Keys, form: dict[str, str]) -> Sent:
    signature = RequestValidator(keys.twilio).compute_signature(keys.public_url + path, form)
    body = urlencode(form).encode()
    headers = (("X-Twilio-Signature", str(signature)), *_typed(FORM))
    return Sent(what, path, body, headers, right=RIGHT)


def _typed(kind: str) -> tuple[tuple[str, str], ...]:
    return (("Content-Type", kind),) if kind else ()


def _in_chunks(body: bytes, size: int = 4_096) -> bytes:
    pieces = [body[n : n + size] for n in range(0, len(body), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"
