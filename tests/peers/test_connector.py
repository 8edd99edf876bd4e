"""Rasa's own connector from outside: a citizen writes to its webhook, and Twilio is asked to send the answer."""

import pytest

from benchmarks.load import generator, traffic
from benchmarks.load.replies import replies, wait_for_replies
from benchmarks.load.standin import Manner, standin_running
from benchmarks.load.webhooks import Target
from benchmarks.peers import connector
from nlu import environment
from tests.support.settings import OUR_WHATSAPP

# With the long runs of make faults, because it may have to train Rasa's model first.
pytestmark = [
    pytest.mark.processes,
    pytest.mark.nlu,
    pytest.mark.faults,
    pytest.mark.skipif(not environment.PYTHON.exists(), reason="the Rasa environment is not installed"),
]


def test_every_citizen_gets_one_answer() -> None:
    with standin_running() as twilio, connector.serving(twilio.url, OUR_WHATSAPP) as (url, _):
        twilio.behave(Manner(median_ms=1))
        target, forms = Target("Rasa", url, connector.PATH), traffic.messages(12)
        run = generator.as_fast_as_taken(target, [target.request(form) for form in forms], 4)
        wait_for_replies(twilio, len(forms), quiet_s=5)
        found = replies(run, forms, twilio.accepted())
        assert (found.missing, found.took) == (0, len(forms))
        assert not twilio.seen().refused
