"""What the generator writes is what Twilio would write."""

from urllib.parse import parse_qsl

from twilio.request_validator import RequestValidator

from benchmarks.load import traffic
from benchmarks.load.http1 import Reader
from benchmarks.load.webhooks import Target
from tests.standins.citizen import MESSAGES
from tests.support.settings import TOKEN


def test_twilios_own_library_finds_the_signature_right() -> None:
    target = Target("any", "http://127.0.0.1:8000", public_url="https://lapor.example")
    (form,) = traffic.messages(1)
    head, body = _cut(target.request(form))
    sent = dict(parse_qsl(body.decode(), keep_blank_values=True))
    assert sent == form
    given = next(line.split(": ")[1] for line in head.splitlines() if line.startswith("X-Twilio-Signature"))
    assert RequestValidator(TOKEN).validate(f"https://lapor.example{MESSAGES}", sent, given)


def test_a_path_with_a_query_is_signed_with_it() -> None:
    target = Target("any", "http://127.0.0.1:8000")
    head, _ = _cut(target.request({"MessageSid": "SM1"}, "/webhooks/twilio/status?outbound=7"))
    given = next(line.split(": ")[1] for line in head.splitlines() if line.startswith("X-Twilio-Signature"))
    url = "http://127.0.0.1:8000/webhooks/twilio/status?outbound=7"
    assert RequestValidator(TOKEN).validate(url, {"MessageSid": "SM1"}, given)


def test_everybody_writes_once() -> None:
    senders = [form["From"] for form in traffic.messages(500)]
    assert len(set(senders)) == 500
    assert all(sender.startswith("whatsapp:+62800000") for sender in senders), "invented numbers only"


def _cut(request: bytes) -> tuple[str, bytes]:
    reader = Reader()
    reader.feed(request)
    found = reader.next()
    assert found
    assert reader.is_empty
    return found[0].decode(), found[1]
