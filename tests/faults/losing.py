"""Messages of which the webhook may hear nothing: Twilio keeps them all the same, and tries each only twice."""

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import httpx

from tests.faults.mixed import Form
from tests.faults.posting import Webhooks
from tests.journeys.town import Town
from tests.standins.citizen import invented_number
from tests.support.settings import OUR_WHATSAPP

HANDS = 64
TRIES = 2  # the webhook, and the fallback address
# Reconciliation leaves the youngest messages to the webhook and its retries; so a test need not wait for that.
DATED_BACK = timedelta(minutes=3)
TEXT = "jalan berlubang di Jl. Kenanga nomor {n}, Tebet Barat, tolong diperbaiki"
AT_ONCE = 500


@dataclass(frozen=True)
class Burst:
    """What was posted while a fault lasted. ``sent``: all MessageSids; ``lost``: those that nobody acknowledged,
    which only Twilio's list has."""

    sent: set[str]
    lost: set[str]


def kept_at_twilio(place: Town, count: int) -> list[Form]:
    """The webhooks of ``count`` messages that stand in Twilio's list, each from somebody else."""
    at = (datetime.now(UTC) - DATED_BACK).isoformat()
    messages = [
        {"from": f"whatsapp:{invented_number()}", "to": OUR_WHATSAPP, "body": TEXT.format(n=n), "at": at}
        for n in range(count)
    ]
    parts = (messages[start : start + AT_ONCE] for start in range(0, count, AT_ONCE))
    return [one["form"] for part in parts for one in _come_in(place, part)]


def post_all(webhooks: Webhooks, forms: Sequence[Form], a_second: float) -> Burst:
    """Each at its time, twice at most."""
    began = time.monotonic()

    def post(number: int) -> None:
        time.sleep(max(0.0, began + number / a_second - time.monotonic()))
        any(webhooks.post(forms[number]) == httpx.codes.OK for _ in range(TRIES))

    with ThreadPoolExecutor(HANDS) as pool:
        list(pool.map(post, range(len(forms))))
    sent = {form["MessageSid"] for form in forms}
    return Burst(sent, sent - webhooks.acknowledged)


def _come_in(place: Town, messages: Sequence[dict[str, str]]) -> Iterator[dict[str, Form]]:
    answer = httpx.post(
        f"{place.twilio.url}/_standin/inbound",
        json={"messages": messages},
        trust_env=False,
        verify=False,
        timeout=60,
    )
    yield from answer.json()
