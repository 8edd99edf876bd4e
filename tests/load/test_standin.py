"""The stand-in of the measurements takes what Twilio would take, as slowly, and tells of it when asked to."""

import time
from collections.abc import Iterator
from statistics import median
from urllib.parse import urlsplit

import httpx
import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from benchmarks.load.standin import Manner, StandIn, standin_running
from bot.messages import WHATSAPP, Outgoing
from handlers.channels.twilio import TwilioChannel
from tests.support.settings import ACCOUNT, OUR_WHATSAPP, TOKEN
from tests.support.twilio import SENDERS

pytestmark = pytest.mark.processes
TO = "whatsapp:+628000000001"


@pytest.fixture(scope="module")
def running() -> Iterator[StandIn]:
    with standin_running() as stand_in:
        yield stand_in


@pytest.fixture
def twilio(running: StandIn) -> StandIn:
    running.clear()
    running.behave(Manner(median_ms=20))
    return running


def client(twilio: StandIn, token: str = TOKEN) -> Client:
    made = Client(ACCOUNT, token)
    made.api.base_url = twilio.url
    return made


def test_our_channel_sends_through_it(twilio: StandIn) -> None:
    channel = TwilioChannel(ACCOUNT, TOKEN, SENDERS, "http://127.0.0.1:9", twilio.url)
    before = time.monotonic()
    sent = channel.send(Outgoing(7, WHATSAPP, TO, None, "halo"))
    (taken,) = twilio.accepted()
    assert (taken.to, taken.sid) == (TO, sent.provider_id)
    assert before < taken.asked < taken.at < time.monotonic()
    assert urlsplit(taken.callback).path == "/webhooks/twilio/status"


def test_it_takes_its_time(twilio: StandIn) -> None:
    twilio.behave(Manner(median_ms=40))
    messages = client(twilio).messages
    for _ in range(15):
        messages.create(to=TO, from_=OUR_WHATSAPP, body="halo")
    assert 0.02 < median(taken.at - taken.asked for taken in twilio.accepted()) < 0.08


def test_a_wrong_token_and_a_wrong_form_are_turned_down(twilio: StandIn) -> None:
    with pytest.raises(TwilioRestException) as unknown:
        client(twilio, "another").messages.create(to=TO, from_=OUR_WHATSAPP, body="halo")
    with pytest.raises(TwilioRestException) as nowhere:
        client(twilio).messages.create(to="nobody", from_=OUR_WHATSAPP, body="halo")
    with pytest.raises(TwilioRestException) as empty:
        client(twilio).messages.create(to=TO, from_=OUR_WHATSAPP)
    assert [error.value.code for error in (unknown, nowhere, empty)] == [20003, 21211, 21619]
    assert twilio.accepted() == []
    assert twilio.seen().refused == {"20003": 1, "21211": 1, "21619": 1}


def test_it_knows_what_it_took_for_whom(twilio: StandIn) -> None:
    """Asked where a message is in doubt."""
    messages = client(twilio).messages
    sid = messages.create(to=TO, from_=OUR_WHATSAPP, body="halo").sid
    assert [message.sid for message in messages.list(to=TO)] == [sid]
    assert messages.list(to="whatsapp:+628000000002") == []


def test_it_gives_files_to_those_who_know_the_token(twilio: StandIn) -> None:
    twilio.put("ME0", b"a photo")
    at = f"{twilio.url}/2010-04-01/Accounts/{ACCOUNT}/Messages/MM0/Media/ME0"
    with httpx.Client(trust_env=False, follow_redirects=True) as http:
        assert http.get(at, auth=(ACCOUNT, TOKEN)).content == b"a photo"
        assert http.get(at).status_code == 401
