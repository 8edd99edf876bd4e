"""Our webhooks, each with its provider: what is signed how, and what can be made of it."""

import hashlib
import hmac
import json
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Protocol

from twilio.request_validator import RequestValidator

from handlers.channels import signing
from tests.security.forging import (
    FORGED,
    JSON,
    MISSHAPEN,
    SAME,
    Asked,
    Forgery,
    Pairs,
    body_changes,
    encoded,
    every_byte_encoded,
    fields,
    multipart,
    recut,
    signature_changes,
    with_spaces_as_percent,
)
from tests.standins import citizen, meta_posts
from tests.standins.citizen import message_form, new_sid, status_form
from tests.support import gateway
from tests.support.settings import ACCOUNT, OUR_SMS, OUR_WHATSAPP, PUBLIC_URL, TOKEN

SIGNED_BY_TWILIO = "X-Twilio-Signature"
Now = Callable[[], float]


class Door(Protocol):
    """A webhook with its provider."""

    name: str

    def genuine(self, rng: random.Random, n: int) -> Asked:
        """The provider's request number ``n``."""

    def forged(self, rng: random.Random, asked: Asked) -> Iterator[Forgery]:
        """Made of a request that has not arrived: none of these may have an effect."""

    def replayed(self, rng: random.Random, asked: Asked) -> Iterator[Forgery]:
        """Made of a request that has arrived: none of these may have another."""


@dataclass(frozen=True)
class TwilioDoor:
    """Forms, signed over the public URL and all fields."""

    name: str
    path: Callable[[int], str]
    form: Callable[[random.Random, int], dict[str, str]]
    public_url: str = PUBLIC_URL

    def genuine(self, rng: random.Random, n: int) -> Asked:
        return self._signed(self.path(n), tuple(self.form(rng, n).items()))

    def forged(self, rng: random.Random, asked: Asked) -> Iterator[Forgery]:
        right = asked.header(SIGNED_BY_TWILIO)
        yield from signature_changes(rng, asked, SIGNED_BY_TWILIO)
        yield from body_changes(rng, asked, lambda body: self._signature(asked.path, pairs_of(body)) == right)
        yield from self._signed_wrongly(rng, asked)
        yield from self._recut(rng, asked)
        yield from self._as_json(asked)

    def replayed(self, rng: random.Random, asked: Asked) -> Iterator[Forgery]:
        pairs = pairs_of(asked.body)
        yield Forgery("a replay", asked, SAME)
        yield Forgery("header in another case", _recased(rng, asked, SIGNED_BY_TWILIO), SAME)
        yield Forgery("fields in another order", replace(asked, body=encoded(rng.sample(pairs, len(pairs)))), SAME)
        yield Forgery("every byte as %XX", replace(asked, body=every_byte_encoded(pairs)), SAME)
        yield Forgery("spaces as %20", replace(asked, body=with_spaces_as_percent(pairs)), SAME)
        body, content_type = multipart(pairs)
        yield Forgery("as multipart", replace(asked, body=body, content_type=content_type), SAME)
        twice = (*pairs, *rng.sample(pairs, 3))
        yield Forgery("fields twice", replace(asked, body=encoded(twice)), SAME)
        for key, value in rng.sample(pairs, 3):
            more = encoded((*pairs, (key, value + "x")))
            yield Forgery("a field again, other", replace(asked, body=more), FORGED)
        yield from self._recut_after_arrival(rng, asked)

    def _signed_wrongly(self, rng: random.Random, asked: Asked) -> Iterator[Forgery]:
        pairs = pairs_of(asked.body)
        urls = {
            "the other webhook's": PUBLIC_URL + "/webhooks/twilio/other",
            "without https": self.public_url.replace("https:", "http:") + asked.path,
            "another host": "https://evil.example" + asked.path,
            "with a port": f"{self.public_url}:444{asked.path}",
            "with a slash": f"{self.public_url}{asked.path}/",
            "in capitals": (self.public_url + asked.path).upper(),
        }
        for what, url in urls.items():
            made = RequestValidator(TOKEN).compute_signature(url, dict(pairs))
            yield Forgery(f"signed for {what} URL", asked.with_header(SIGNED_BY_TWILIO, made), FORGED)
        for token in ("", "another token", TOKEN[:-1], TOKEN.upper(), ACCOUNT):
            made = RequestValidator(token).compute_signature(self.public_url + asked.path, dict(pairs))
            yield Forgery("signed with another token", asked.with_header(SIGNED_BY_TWILIO, made), FORGED)
        for host in ("evil.example", "127.0.0.1", "lapor.example.evil.example"):
            posed = RequestValidator(TOKEN).compute_signature(f"https://{host}{asked.path}", dict(pairs))
            made = asked.with_header(SIGNED_BY_TWILIO, posed).with_header("Host", host)
            yield Forgery("host of one's own", made.with_header("X-Forwarded-Host", host), FORGED)
        query = f"{asked.path}{'&' if '?' in asked.path else '?'}outbound={rng.randrange(9)}"
        yield Forgery("another query", replace(asked, path=query), FORGED)

    def _recut(self, rng: random.Random, asked: Asked) -> Iterator[Forgery]:
        """What makes a message what it is, re-cut: Twilio's signature fits, and it is none of Twilio's."""
        for name in ("MessageSid", "AccountSid"):
            if made := recut(rng, pairs_of(asked.body), name):
                yield self._judged(f"{name} re-cut", asked, made, MISSHAPEN)

    def _recut_after_arrival(self, rng: random.Random, asked: Asked) -> Iterator[Forgery]:
        for name in rng.sample([key for key, value in pairs_of(asked.body) if value], 5):
            if made := recut(rng, pairs_of(asked.body), name):
                yield self._judged(f"a field re-cut ({name})", asked, made, frozenset({200, 400}))

    def _judged(self, what: str, asked: Asked, made: Pairs, answers: frozenset[int]) -> Forgery:
        """Where the order of the fields has changed the signature no longer fits."""
        fits = self._signature(asked.path, made) == asked.header(SIGNED_BY_TWILIO)
        right = answers if fits else FORGED
        return Forgery(f"{what}{'' if fits else ', out of order'}", replace(asked, body=encoded(made)), right)

    def _as_json(self, asked: Asked) -> Iterator[Forgery]:
        """JSON bodies are signed by their digest, which stands in the URL; we take none."""
        body = json.dumps(dict(pairs_of(asked.body))).encode()
        bare = replace(asked, body=body, content_type=JSON)
        yield Forgery("JSON without bodySHA256", bare, FORGED)
        query = "&" if "?" in asked.path else "?"
        hashed = f"{asked.path}{query}bodySHA256={hashlib.sha256(body).hexdigest()}"
        yield Forgery("JSON, bodySHA256 not signed", replace(bare, path=hashed), FORGED)
        signed = RequestValidator(TOKEN).compute_signature(self.public_url + hashed, {})
        yield Forgery("JSON, signed", replace(bare, path=hashed).with_header(SIGNED_BY_TWILIO, signed), MISSHAPEN)

    def _signed(self, path: str, pairs: Pairs) -> Asked:
        return Asked(path, encoded(pairs), ((SIGNED_BY_TWILIO, self._signature(path, pairs)),))

    def _signature(self, path: str, pairs: Pairs) -> str:
        return str(RequestValidator(TOKEN).compute_signature(self.public_url + path, fields(encoded(pairs))))


@dataclass(frozen=True)
class GatewayDoor:
    """JSON, signed with the time. ``now``: seconds since 1970."""

    name: str
    path: str
    body: Callable[[random.Random, int], dict[str, str]]
    now: Now = time.time

    def genuine(self, rng: random.Random, n: int) -> Asked:
        return self._signed(json.dumps(self.body(rng, n)).encode(), self.now())

    def forged(self, rng: random.Random, asked: Asked) -> Iterator[Forgery]:
        yield from signature_changes(rng, asked, signing.SIGNATURE)
        yield from body_changes(rng, asked, lambda body: False)
        at = int(asked.header(signing.TIMESTAMP))
        for stamp in (
            None,
            "",
            "0",
            "-1",
            f"{at} ",
            f"+{at}",
            f"{at}.0",
            str(at + 1),
            str(at - 1),
            "9" * 40,
            "٣٤",
        ):
            made = asked.with_header(signing.TIMESTAMP, stamp)
            yield Forgery(f"time: {'missing' if stamp is None else 'other'}", made, FORGED)
        for late_s in (301, 86_400, -301, 10**9):
            yield Forgery("signed too late or early", self._signed(asked.body, self.now() - late_s), FORGED)
        for secret in ("", "another", gateway.SECRET[:-1]):
            yield Forgery("signed with another secret", self._signed(asked.body, self.now(), secret), FORGED)
        again = json.dumps(json.loads(asked.body), indent=1).encode()
        yield Forgery("the same written otherwise", replace(asked, body=again), FORGED)
        doubled = asked.body[:-1] + b', "id": "other"}'
        yield Forgery("a name twice, signed", self._signed(doubled, self.now()), MISSHAPEN)

    def replayed(self, rng: random.Random, asked: Asked) -> Iterator[Forgery]:
        is_old = abs(self.now() - int(asked.header(signing.TIMESTAMP))) > signing.WINDOW_S
        what = "a replay, a day later" if is_old else "a replay"
        yield Forgery(what, asked, FORGED if is_old else SAME)
        yield Forgery(
            f"{what}, header in another case", _recased(rng, asked, signing.SIGNATURE), FORGED if is_old else SAME
        )
        yield Forgery("sent again by the gateway", self._signed(asked.body, self.now()), SAME)

    def _signed(self, body: bytes, at_s: float, secret: str = gateway.SECRET) -> Asked:
        return Asked(self.path, body, tuple(signing.signed_headers(secret, at_s, body).items()), JSON)


@dataclass(frozen=True)
class MetaDoor:
    """JSON in batches, signed over the raw body without a time."""

    name: str
    body: Callable[[random.Random, int], dict[str, Any]]

    def genuine(self, rng: random.Random, n: int) -> Asked:
        return self._signed(json.dumps(self.body(rng, n)).encode())

    def forged(self, rng: random.Random, asked: Asked) -> Iterator[Forgery]:
        yield from signature_changes(rng, asked, meta_posts.SIGNATURE)
        yield from body_changes(rng, asked, lambda body: False)
        for secret in ("", "another", meta_posts.APP_SECRET[:-1], meta_posts.VERIFY_TOKEN, meta_posts.TOKEN):
            yield Forgery("signed with another secret", self._signed(asked.body, secret), FORGED)
        bare = asked.header(meta_posts.SIGNATURE).removeprefix("sha256=")
        old = "sha1=" + hmac.new(meta_posts.APP_SECRET.encode(), asked.body, hashlib.sha1).hexdigest()
        for made in (bare, f"sha1={bare}", f"sha512={bare}", old):
            yield Forgery("signature of another kind", asked.with_header(meta_posts.SIGNATURE, made), FORGED)
        elsewhere = asked.with_header(meta_posts.SIGNATURE, None).with_header("X-Hub-Signature", old)
        yield Forgery("the old header", elsewhere, FORGED)
        again = json.dumps(json.loads(asked.body), indent=1).encode()
        yield Forgery("the same written otherwise", replace(asked, body=again), FORGED)

    def replayed(self, rng: random.Random, asked: Asked) -> Iterator[Forgery]:
        yield Forgery("a replay", asked, SAME)
        yield Forgery("header in another case", _recased(rng, asked, meta_posts.SIGNATURE), SAME)
        again = json.dumps(json.loads(asked.body), indent=1).encode()
        yield Forgery("sent again by Meta, written otherwise", self._signed(again), SAME)
        entries = json.loads(asked.body)["entry"]
        twice = json.dumps({"object": "whatsapp_business_account", "entry": entries * 2}).encode()
        yield Forgery("twice in one post", self._signed(twice), SAME)

    def _signed(self, body: bytes, secret: str = meta_posts.APP_SECRET) -> Asked:
        return Asked(meta_posts.PATH, body, ((meta_posts.SIGNATURE, meta_posts.signature(body, secret)),), JSON)


def meta_messages() -> MetaDoor:
    def body(rng: random.Random, n: int) -> dict[str, Any]:
        said = [
            meta_posts.text(rng.choice(TEXTS), **{"from": f"62804{n:06d}{k}"}) for k in range(rng.randrange(1, 4))
        ]
        return meta_posts.post_of(meta_posts.value(said))

    return MetaDoor("Meta, messages", body)


def meta_status(rows: list[int], steps: list[list[str]]) -> MetaDoor:
    wamids = [meta_posts.new_wamid() for _ in rows]

    def body(rng: random.Random, n: int) -> dict[str, Any]:
        row, step = n % len(rows), n // len(rows)
        state = steps[row][step % len(steps[row])]
        code = 131026 if state in ("failed", "undelivered") else None
        reported = meta_posts.status(wamids[row], state, f"{rows[row]}-0123abcd", code)
        return meta_posts.post_of(meta_posts.value(statuses=[reported]))

    return MetaDoor("Meta, statuses", body)


def twilio_message(rng: random.Random, n: int) -> dict[str, str]:
    """WhatsApp and SMS in turn, each from somebody else."""
    phone = f"+62800{n:07d}"
    sender, to = ((f"whatsapp:{phone}", OUR_WHATSAPP), (phone, OUR_SMS))[n % 2]
    form = message_form(ACCOUNT, sender, to, rng.choice(TEXTS))
    form["MessageSid"] = form["SmsSid"] = form["SmsMessageSid"] = sid(rng)
    return form


def sid(rng: random.Random) -> str:
    return f"SM{rng.getrandbits(128):032x}"


TEXTS = (
    "Jalan Tebet berlubang, tolong diperbaiki",
    "lampu mati & gelap = bahaya + rawan 100%",
    "ada kebakaran di gang mawar",
    "KTP hilang 🙏 gimana ya?",
    "STOP",
    "x",
)


def twilio_messages(public_url: str = PUBLIC_URL) -> TwilioDoor:
    return TwilioDoor("Twilio, messages", lambda n: citizen.MESSAGES, twilio_message, public_url)


def twilio_status(rows: list[int], steps: list[list[str]], public_url: str = PUBLIC_URL) -> TwilioDoor:
    """Callbacks about the outbound ``rows``; request ``n`` is the next step of row ``n % len(rows)``."""
    sids = [new_sid() for _ in rows]

    def form(rng: random.Random, n: int) -> dict[str, str]:
        row, step = n % len(rows), n // len(rows)
        status = steps[row][step % len(steps[row])]
        more = {"ErrorCode": "30005"} if status in ("failed", "undelivered") else {}
        return status_form(ACCOUNT, sids[row], status, **more)

    return TwilioDoor(
        "Twilio, status", lambda n: f"{citizen.STATUS}?outbound={rows[n % len(rows)]}", form, public_url
    )


def gateway_messages(now: Now) -> GatewayDoor:
    def body(rng: random.Random, n: int) -> dict[str, str]:
        return gateway.sms(rng.choice(TEXTS), id=f"in-{rng.getrandbits(64):x}", **{"from": f"+62801{n:07d}"})

    return GatewayDoor("gateway, messages", gateway.MESSAGES, body, now)


def gateway_status(rows: list[int], steps: list[list[str]], now: Now) -> GatewayDoor:
    def body(rng: random.Random, n: int) -> dict[str, str]:
        row, step = n % len(rows), n // len(rows)
        status = steps[row][step % len(steps[row])]
        return {"id": f"gw-{rows[row]}", "reference": f"{rows[row]}-0123abcd", "status": status}

    return GatewayDoor("gateway, status", gateway.STATUS, body, now)


def pairs_of(body: bytes) -> Pairs:
    """The fields of a form, in the order in which they stand."""
    return tuple(fields(body).items(multi=True))


def _recased(rng: random.Random, asked: Asked, name: str) -> Asked:
    other = rng.choice([name.lower(), name.upper(), name.swapcase()])
    return asked.with_header(name, None).with_header(other, asked.header(name))
