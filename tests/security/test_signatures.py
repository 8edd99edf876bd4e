"""Requests that a provider signed, changed by somebody who has seen them: none has an effect or breaks anything.

Also those that are not changed at all and come again, a day later: what they said is stored once.
"""

import itertools
import random
from collections import Counter
from collections.abc import Callable, Iterator

import pytest
from flask.testing import FlaskClient
from twilio.request_validator import RequestValidator

from bot.messages import GATEWAY, SMS, WHATSAPP
from bot.rulebook import Rulebook
from handlers.edge import Edge
from handlers.web import create_web
from storage.database import Database
from tests.security import doors, tally
from tests.security.content import digest
from tests.security.doors import Door
from tests.security.forging import Asked, Forgery, encoded
from tests.security.sizes import FULL, many
from tests.standins.citizen import MESSAGES, message_form
from tests.support.clock import MoveableClock
from tests.support.gateway import OUR_GATEWAY, SECRET
from tests.support.meta import meta_settings
from tests.support.outbox import Post
from tests.support.settings import ACCOUNT, OUR_SMS, OUR_WHATSAPP, PUBLIC_URL, TOKEN, isolated_settings
from tests.support.templates import compiled_once

REQUESTS = many(80, 2_000)  # of each door, of which there are six
ROWS = 20
# What providers report about a message, in the order in which it may come.
LIVES = (
    ["queued", "sent", "delivered", "read"],
    ["sent", "failed"],
    ["delivered", "sent", "queued"],
    ["failed", "delivered"],
    ["read"],
    ["sent", "undelivered", "sent"],
)
MakeDoor = Callable[[Post, MoveableClock], Door]


def _status_of_twilio(post: Post, clock: MoveableClock) -> Door:
    rows = [post.write(f"message {n}", channel=(WHATSAPP, SMS)[n % 2], attempts=1) for n in range(ROWS)]
    return doors.twilio_status(rows, lives())


def _status_of_gateway(post: Post, clock: MoveableClock) -> Door:
    rows = [post.write(f"message {n}", channel=GATEWAY, attempts=1) for n in range(ROWS)]
    return doors.gateway_status(rows, lives(), _now(clock))


def _status_of_meta(post: Post, clock: MoveableClock) -> Door:
    rows = [post.write(f"message {n}", channel=WHATSAPP, attempts=1) for n in range(ROWS)]
    return doors.meta_status(rows, lives())


def lives() -> list[list[str]]:
    return list(itertools.islice(itertools.cycle(LIVES), ROWS))


def _now(clock: MoveableClock) -> Callable[[], float]:
    return lambda: clock.now().timestamp()


# Another channel's webhook is one more entry.
DOORS: dict[str, MakeDoor] = {
    "twilio messages": lambda post, clock: doors.twilio_messages(),
    "twilio status": _status_of_twilio,
    "gateway messages": lambda post, clock: doors.gateway_messages(_now(clock)),
    "gateway status": _status_of_gateway,
    "meta messages": lambda post, clock: doors.meta_messages(),
    "meta statuses": _status_of_meta,
}


@pytest.fixture
def client(
    request: pytest.FixtureRequest, sqlite_database: Database, rulebook: Rulebook, clock: MoveableClock
) -> FlaskClient:
    """Of a city that has Twilio and a gateway; where a test is about Meta, WhatsApp goes through Meta."""
    by_meta = "meta" in str(getattr(request.node, "callspec", None) and request.node.callspec.params.get("door"))
    settings = meta_settings() if by_meta else isolated_settings(gateway_secret=SECRET, gateway_from=OUR_GATEWAY)
    return compiled_once(create_web(Edge(settings, rulebook, sqlite_database, clock, None))).test_client()


@pytest.mark.parametrize("door", DOORS)
def test_what_somebody_changed_has_no_effect(
    client: FlaskClient, local_post: Post, clock: MoveableClock, door: str
) -> None:
    database, entrance, rng = local_post.database, DOORS[door](local_post, clock), random.Random(door)
    before, codes = digest(database), Counter[int]()
    for n, forgery in enumerate(forgeries(entrance, rng)):
        codes[judged(client, forgery)] += 1
        if n % 500 == 499:
            assert digest(database) == before, f"one of the last 500, up to {forgery.what}"
    assert digest(database) == before
    tally.note("signatures", f"{entrance.name}: forged", codes.total(), f"no effect ({tally.answers(codes)})")


@pytest.mark.parametrize("door", DOORS)
def test_what_comes_again_a_day_later_has_no_effect(
    client: FlaskClient, local_post: Post, clock: MoveableClock, door: str
) -> None:
    database, entrance, rng = local_post.database, DOORS[door](local_post, clock), random.Random(door)
    untouched = digest(database)
    originals = [entrance.genuine(rng, n) for n in range(many(6, 200))]
    assert {sent(client, asked) for asked in originals} == {200}
    before, codes = digest(database), Counter[int]()
    assert before != untouched
    for later_h in (0, 24, 24 * 30):
        clock.move(hours=later_h)
        for asked in rng.sample(originals, len(originals)):
            for forgery in entrance.replayed(rng, asked):
                codes[judged(client, forgery)] += 1
    assert digest(database) == before
    tally.note("signatures", f"{entrance.name}: replayed", codes.total(), f"no effect ({tally.answers(codes)})")


def forgeries(entrance: Door, rng: random.Random) -> Iterator[Forgery]:
    """Of ever new originals, none of which arrives by itself."""
    made = (forgery for n in itertools.count() for forgery in entrance.forged(rng, entrance.genuine(rng, n)))
    return itertools.islice(made, REQUESTS)


def judged(client: FlaskClient, forgery: Forgery) -> int:
    code = sent(client, forgery.asked)
    assert code in forgery.answers, f"{forgery.what}: {code}, not {sorted(forgery.answers)}; {forgery.asked}"
    return code


def sent(client: FlaskClient, asked: Asked) -> int:
    headers = [(name, value) for name, value in asked.headers]
    answer = client.post(asked.path, data=asked.body, headers=headers, content_type=asked.content_type)
    return int(answer.status_code)


# -- whoever writes to us chooses their own words, and Twilio signs them ------------------------------------------

VICTIM = "+628009999999"
OTHER_SID = "SM" + "f" * 32
# What somebody writes, and which fields it is cut into. Each leads to another sender, message or channel.
OWN_WORDS = {
    "another sender": ("halo", [("From", VICTIM)]),
    "another sender by WhatsApp": ("halo", [("From", f"whatsapp:{VICTIM}")]),
    "a message of one's own": ("halo", [("From", VICTIM), ("MessageSid", OTHER_SID), ("To", OUR_SMS)]),
    "the same by WhatsApp": (
        "halo",
        [("From", f"whatsapp:{VICTIM}"), ("MessageSid", OTHER_SID), ("To", OUR_WHATSAPP)],
    ),
}


@pytest.mark.parametrize("whose", ["whatsapp", "sms"])
@pytest.mark.parametrize("what", OWN_WORDS)
def test_nobody_makes_fields_of_their_own_words(
    client: FlaskClient, sqlite_database: Database, what: str, whose: str
) -> None:
    """Who knows the signature of a message that they wrote themselves could have it say more than they wrote."""
    text, wanted = OWN_WORDS[what]
    mine = (f"whatsapp:{VICTIM[:-1]}1", OUR_WHATSAPP) if whose == "whatsapp" else (f"{VICTIM[:-1]}1", OUR_SMS)
    form = message_form(ACCOUNT, *mine, text + "".join(key + value for key, value in wanted) + "Zz")
    signature = RequestValidator(TOKEN).compute_signature(PUBLIC_URL + MESSAGES, form)
    headers = (("X-Twilio-Signature", signature),)
    # Words that name another message's id are not taken at all; reconciliation finds an honest message among them.
    assert sent(client, Asked(MESSAGES, encoded(form.items()), headers)) == (
        400 if OTHER_SID in form["Body"] else 200
    )
    before = digest(sqlite_database)
    made = Asked(MESSAGES, encoded(_cut(form, text, wanted)), headers)
    assert _fits(made, signature), "the attack itself is wrong"
    code = sent(client, made)
    assert digest(sqlite_database) == before, code
    assert code in (200, 400)


def _cut(form: dict[str, str], text: str, wanted: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The signed text cut into the fields that somebody wants; what is left over is one more field.

    Twilio signs the fields by the order of their names, so only what stands behind the body can be left over.
    """
    names = sorted(form)
    behind = names[names.index("Body") + 1 :]
    kept = [(name, form[name]) for name in names if name <= "Body"]
    kept[-1] = ("Body", text)
    left = "".join(name + form[name] for name in behind)
    last = wanted[-1][0]
    later = [name for name in behind if name > last] if last != "To" else []
    hidden = "".join(name + form[name] for name in behind if name not in later)
    if last == "To":
        return [*kept, *wanted, ("Zz" + left[:1], left[1:])]
    key, value = wanted[-1]
    return [*kept, *wanted[:-1], (key, f"{value}Zz{hidden}"), *((name, form[name]) for name in later)]


def _fits(asked: Asked, signature: str) -> bool:
    made = doors.fields(asked.body)
    return bool(RequestValidator(TOKEN).validate(PUBLIC_URL + asked.path, made, signature))


def test_the_numbers_are_those_of_the_long_form() -> None:
    assert not FULL or REQUESTS * len(DOORS) >= 10_000
