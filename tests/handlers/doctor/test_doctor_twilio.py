"""The doctor asks Twilio with the official client; an HTTP stand-in answers."""

from collections.abc import Iterator

import pytest
from flask import Flask

from handlers.doctor.account import TwilioAccount
from handlers.doctor.facts import Account, Content, Sender, Service
from handlers.doctor.findings import Unknown
from tests.standins.twilio import StandIn, create_app
from tests.standins.twilio_account import Account as Messages
from tests.standins.twilio_setup import Setup
from tests.support.ports import free_port
from tests.support.serving import serving
from tests.support.settings import ACCOUNT, OUR_SMS, OUR_WHATSAPP, TOKEN

URL = "https://lapor.example/webhooks/twilio/messages#rc=5&rp=all"
REPORTS = "https://lapor.example/webhooks/twilio/status"


@pytest.fixture(scope="module")
def standin() -> Iterator[tuple[Flask, str]]:
    """The stand-in's app and its address."""
    app = create_app(StandIn(Messages(ACCOUNT), TOKEN))
    with serving(app) as url:
        yield app, url


@pytest.fixture
def setup(standin: tuple[Flask, str]) -> Setup:
    app, _ = standin
    app.extensions["setup"] = Setup(ACCOUNT, TOKEN)
    return app.extensions["setup"]


@pytest.fixture
def account(setup: Setup, standin: tuple[Flask, str]) -> TwilioAccount:
    return TwilioAccount(ACCOUNT, TOKEN, standin[1])


def test_the_account_is_read(setup: Setup, account: TwilioAccount) -> None:
    setup.type = "Trial"
    assert account.account() == Account("active", "Trial")


def test_a_wrong_token_is_told_with_its_status(setup: Setup, standin: tuple[Flask, str]) -> None:
    stranger = TwilioAccount(ACCOUNT, "another", standin[1])
    assert stranger.account() == Unknown("HTTP 401, code 20003", 401)
    assert stranger.number(OUR_SMS) == Unknown("HTTP 401", 401)


def test_nobody_there_is_no_error() -> None:
    account = TwilioAccount(ACCOUNT, TOKEN, f"http://127.0.0.1:{free_port()}")
    assert account.account() == Unknown("ConnectionError")


def test_a_number_is_found_with_what_happens_to_sms(setup: Setup, account: TwilioAccount) -> None:
    setup.add_number(f"{OUR_SMS}0", "https://elsewhere.example")  # Twilio looks for parts
    setup.add_number(OUR_SMS, URL, sms_method="GET", sms_application_sid="AP1")
    found = account.number(OUR_SMS)
    assert isinstance(found, Sender)
    assert (found.hooks.url, found.hooks.method, found.application) == (URL, "GET", "AP1")
    assert account.number("+628001119999") is None


def test_a_whatsapp_sender_is_found_behind_others(setup: Setup, account: TwilioAccount) -> None:
    for n in range(3):
        setup.add_sender(f"whatsapp:+62800222000{n}", "https://elsewhere.example", "")
    reasons = [{"code": "1", "message": "the display name was refused", "more_info": ""}]
    setup.add_sender(OUR_WHATSAPP, URL, REPORTS, status="OFFLINE", offline_reasons=reasons)
    found = account.whatsapp_sender(OUR_WHATSAPP)
    assert isinstance(found, Sender)
    assert (found.online, found.state) == (False, "OFFLINE: the display name was refused")
    assert (found.hooks.url, found.hooks.status_url) == (URL, REPORTS)
    assert account.whatsapp_sender("whatsapp:+6289") is None


def test_a_sender_without_hooks_has_none(setup: Setup, account: TwilioAccount) -> None:
    setup.add_sender(OUR_WHATSAPP, URL, REPORTS, webhook=None)
    found = account.whatsapp_sender(OUR_WHATSAPP)
    assert isinstance(found, Sender)
    assert found.hooks.url == ""


@pytest.mark.parametrize("address", [OUR_SMS, OUR_WHATSAPP])
def test_the_service_of_a_sender_is_found(setup: Setup, account: TwilioAccount, address: str) -> None:
    setup.add_service("others", "https://elsewhere.example", "+628", "whatsapp:+628")
    setup.add_service("ours", URL, address, use_inbound_webhook_on_number=True)
    found = account.service_of(address)
    assert isinstance(found, Service)
    assert (found.name, found.overrides, found.hooks.url) == ("ours", False, URL)
    assert account.service_of("+621") is None


def test_templates_are_read_with_their_verdict_and_values(setup: Setup, account: TwilioAccount) -> None:
    good = setup.add_content("a", "Soal {{1}} dan {{ 2 }}: {{1}}")
    bad = setup.add_content("b", "Halo", "rejected", "INVALID_FORMAT")
    new = setup.add_content("c", "Halo", "")
    assert account.contents() == {
        good: Content("approved", "", frozenset({"1", "2"})),
        bad: Content("rejected", "INVALID_FORMAT"),
        new: Content("unsubmitted"),
    }


def test_an_area_that_fails_leaves_the_others_alone(setup: Setup, account: TwilioAccount) -> None:
    setup.broken = {"/Channels/Senders", "/Content", "/Services"}
    assert account.whatsapp_sender(OUR_WHATSAPP) == Unknown("HTTP 503", 503)
    assert account.contents() == Unknown("HTTP 503", 503)
    assert account.service_of(OUR_SMS) == Unknown("HTTP 503", 503)
    assert account.number(OUR_SMS) is None


def test_the_stand_in_can_be_set_up_from_outside(setup: Setup, standin: tuple[Flask, str]) -> None:
    app, _ = standin
    answer = app.test_client().post("/_standin/setup", json={"status": "suspended", "broken": ["/v1/"]})
    assert (answer.status_code, setup.status, setup.broken) == (200, "suspended", {"/v1/"})
