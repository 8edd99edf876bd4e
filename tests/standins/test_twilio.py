"""The Twilio stand-in: what the official client needs of it, and that it notices what is asked wrongly."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest
from flask import Flask, request
from twilio.base.exceptions import TwilioRestException
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from tests.standins.twilio_specs import Specs
from tests.support.serving import serving
from tests.support.settings import ACCOUNT, OUR_WHATSAPP, TOKEN
from tests.support.specs import TWILIO_SPECS
from tests.support.twilio import Twilio, twilio_running

pytestmark = pytest.mark.processes
SARI, BUDI = "whatsapp:+628000000001", "whatsapp:+628000000002"
PATH = f"/2010-04-01/Accounts/{ACCOUNT}/"
PHOTO = {"content": "", "content_type": "image/jpeg"}
EXPECTED_PROBLEMS = (
    "Nonsense is unknown",
    "ContentSid: ",
    "StatusCallback: 'x'",
    "To is missing",
    "Tu is unknown",
    "one of From, MessagingServiceSid is missing",
)


@pytest.mark.skipif(TWILIO_SPECS is None, reason="Twilio's OpenAPI description is not here")
def test_the_stand_in_answers_as_twilio_describes_it_and_notices_what_is_asked_wrongly(twilio: Twilio) -> None:
    assert TWILIO_SPECS
    messages = f"{twilio.url}/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
    form = {
        "To": SARI,
        "From": OUR_WHATSAPP,
        "Body": "x",
        "Nonsense": "1",
        "ContentSid": "HX1",
        "StatusCallback": "x",
    }
    with httpx.Client(auth=(ACCOUNT, TOKEN), trust_env=False, verify=False) as client:
        created = client.post(messages, data=form)
        client.post(messages, data={"Body": "to nobody"})
        listed = client.get(messages, params={"Tu": SARI}).json()
    assert created.status_code == 201
    assert Specs.load(TWILIO_SPECS).message_problems(created.json()) == []
    assert Specs.load(TWILIO_SPECS).message_problems(listed["messages"][0]) == []
    problems = " ".join(violation["problem"] for violation in twilio.get("violations"))
    for expected in EXPECTED_PROBLEMS:
        assert expected in problems


@pytest.mark.skipif(TWILIO_SPECS is None, reason="Twilio's OpenAPI description is not here")
def test_what_citizens_wrote_is_listed_as_twilio_describes_it(twilio: Twilio) -> None:
    assert TWILIO_SPECS
    [came] = twilio.comes({"from": SARI, "to": OUR_WHATSAPP, "body": "lihat", "media": [PHOTO]})
    with httpx.Client(
        base_url=f"{twilio.url}{PATH}", auth=(ACCOUNT, TOKEN), trust_env=False, verify=False
    ) as client:
        [listed] = client.get("Messages.json", params={"To": OUR_WHATSAPP}).json()["messages"]
        [file] = client.get(f"Messages/{came['sid']}/Media.json").json()["media_list"]
    specs = Specs.load(TWILIO_SPECS)
    assert specs.message_problems(listed) == specs.media_problems(file) == []
    assert (listed["sid"], listed["direction"], listed["num_media"]) == (came["sid"], "inbound", "1")
    assert came["form"]["MediaUrl0"] == f"{twilio.url}{file['uri'].removesuffix('.json')}"


@pytest.mark.skipif(TWILIO_SPECS is None, reason="Twilio's OpenAPI description is not here")
def test_wrong_requests_to_delete_and_to_list_files_are_noticed(twilio: Twilio) -> None:
    sid = "SM" + "0" * 32
    with httpx.Client(
        base_url=f"{twilio.url}{PATH}", auth=(ACCOUNT, TOKEN), trust_env=False, verify=False
    ) as client:
        assert client.delete("Messages/SM1.json").status_code == 404
        client.delete(f"Messages/{sid}.json", params={"Force": "true"})
        client.delete(f"Messages/{sid}/Media/XX1.json")
        client.request("DELETE", f"Messages/{sid}.json", data={"Sid": sid})
        client.get(f"Messages/{sid}/Media.json", params={"PageSize": "5000"})
    problems = " ".join(violation["problem"] for violation in twilio.get("violations"))
    for expected in ("Sid: 'SM1'", "Force is unknown", "Sid: 'XX1'", "Sid is given in a body", "PageSize: 5000"):
        assert expected in problems, expected


def test_deleting_takes_the_files_along_and_waits_for_what_is_under_way(twilio: Twilio) -> None:
    client = twilio.client()
    [came] = twilio.comes({"from": SARI, "to": OUR_WHATSAPP, "media": [PHOTO]})
    queued = client.messages.create(to=SARI, from_=OUR_WHATSAPP, body="x")
    assert client.messages(came["sid"]).delete()
    with pytest.raises(TwilioRestException) as caught:
        client.messages(queued.sid).delete()
    assert (caught.value.status, caught.value.code) == (409, 20009)
    assert [(kept["sid"], kept["media"]) for kept in twilio.get("kept")] == [(queued.sid, [])]
    assert twilio.get("messages")[0]["sid"] == queued.sid


def test_webhooks_are_signed_and_some_are_dropped(twilio: Twilio) -> None:
    heard: list[str] = []
    app = Flask("hearing")

    @app.post("/in")
    def hear() -> str:
        assert RequestValidator(TOKEN).validate(request.url, request.form, request.headers["X-Twilio-Signature"])
        heard.append(request.form["MessageSid"])
        return ""

    messages = [{"from": SARI, "to": OUR_WHATSAPP, "body": f"{n}"} for n in range(40)]
    with serving(app) as url:
        came = twilio.comes(*messages, webhook=f"{url}/in", drop=0.25, seed=3)
    assert sorted(heard) == sorted(one["sid"] for one in came if not one["dropped"])
    assert 0 < len(heard) < len(messages)


def test_the_stand_in_lists_a_page_at_a_time(twilio: Twilio) -> None:
    client = twilio.client()
    sids = [client.messages.create(to=SARI, from_=OUR_WHATSAPP, body=f"{n}").sid for n in range(5)]
    assert [m.sid for m in client.messages.list(to=SARI, page_size=2)] == sids[::-1]
    assert client.messages.list(to=BUDI) == []
    assert client.messages(sids[0]).fetch().body == "0"


def test_the_stand_in_filters_by_day(twilio: Twilio) -> None:
    client, now = twilio.client(), datetime.now(UTC)
    client.messages.create(to=SARI, from_=OUR_WHATSAPP, body="today")
    assert len(client.messages.list(date_sent_after=now - timedelta(days=1))) == 1
    assert client.messages.list(date_sent_after=now + timedelta(days=1)) == []
    assert client.messages.list(date_sent_before=now - timedelta(days=1)) == []


def test_what_does_not_exist_is_told_as_twilio_tells_it(twilio: Twilio) -> None:
    with pytest.raises(TwilioRestException) as caught:
        twilio.client().messages("SM" + "0" * 32).fetch()
    assert (caught.value.status, caught.value.code) == (404, 20404)


def test_a_wrong_fault_is_refused(twilio: Twilio) -> None:
    for faults in ({"mode": "explode"}, {"mood": "ok"}):
        assert (
            httpx.post(f"{twilio.url}/_standin/faults", json=faults, trust_env=False, verify=False).status_code
            == 400
        )


def test_without_callbacks_nothing_is_reported_and_sigterm_ends_it() -> None:
    with twilio_running("--no-callbacks", "--latency-ms", "1") as quiet:
        sent = quiet.client().messages.create(
            to=SARI, from_=OUR_WHATSAPP, body="x", status_callback="http://127.0.0.1:9/"
        )
        assert quiet.client().messages(sent.sid).fetch().status == "queued"
        assert quiet.get("callbacks") == []
    assert quiet.process.returncode == 0


def test_faults_hit_the_same_share_with_the_same_seed(twilio: Twilio) -> None:
    client, runs = twilio.client(), []
    for _ in range(2):
        twilio.clear()
        twilio.fails("refuse", share=0.5, seed=3)
        runs.append([_worked(client, n) for n in range(10)])
    assert runs[0] == runs[1]
    assert 0 < sum(runs[0]) < 10


def _worked(client: Client, n: int) -> bool:
    try:
        return bool(client.messages.create(to=SARI, from_=OUR_WHATSAPP, body=f"{n}").sid)
    except TwilioRestException:
        return False
