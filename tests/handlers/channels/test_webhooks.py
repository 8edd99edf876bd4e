"""What comes in from Twilio: only what it signed, only what is whole, each message once, and always an answer."""

import pytest
from twilio.request_validator import RequestValidator

from bot.messages import WHATSAPP
from bot.rulebook import Rulebook
from handlers.channels.twilio import TwilioGate
from storage.database import Database
from storage.models import Quarantine
from tests.standins.citizen import MESSAGES, STATUS, Citizen, Line, new_sid
from tests.support.clock import MoveableClock
from tests.support.settings import ACCOUNT, OUR_WHATSAPP, PUBLIC_URL, TOKEN, isolated_settings
from tests.support.web import LINE, Form, Web, is_acknowledged

# -- signatures -------------------------------------------------------------------------------------------------


def test_a_signed_message_is_stored_and_acknowledged(web: Web, sari: Citizen, clock: MoveableClock) -> None:
    form = sari.form("Jalan rusak di Tebet")
    assert is_acknowledged(web.post(form))
    [message] = web.stored()
    assert (message.channel, message.external_id) == (WHATSAPP, form["MessageSid"])
    assert (message.address, message.our_address) == (sari.address, OUR_WHATSAPP)
    assert (message.text, message.state, message.received_at) == ("Jalan rusak di Tebet", "new", clock.at)
    assert web.last().profile_name == "Sari"


def test_the_published_signature_is_the_one_we_check() -> None:
    """The example of Twilio's documentation: its gate lets it pass, and only then finds that it is no message."""
    form = {
        "CallSid": "CA1234567890ABCDE",
        "Caller": "+14158675309",
        "Digits": "1234",
        "From": "+14158675309",
        "To": "+18005551212",
    }
    assert gate_says("RSOYDt4T1cUTdK1PDd93/VVr8B8=", form) == "MalformedRequestError"
    assert gate_says("RSOYDt4T1cUTdK1PDd93/VVr8B9=", form) == "ForgedRequestError"
    assert gate_says("RSOYDt4T1cUTdK1PDd93/VVr8B8=", form | {"Digits": "1235"}) == "ForgedRequestError"


def gate_says(signature: str, form: Form) -> str:
    gate = TwilioGate(ACCOUNT, ("12345",), "https://mycompany.com", frozenset())
    try:
        gate.check("/myapp.php?foo=1&bar=2", form, signature)
    except Exception as error:
        return type(error).__name__
    return "nothing"


@pytest.mark.parametrize("signature", [None, "", "x", "RSOYDt4T1cUTdK1PDd93/VVr8B8=", "é", "A" * 10_000])
def test_a_missing_or_forged_signature_is_turned_away(
    local_web: Web, sari: Citizen, signature: str | None
) -> None:
    for path in (MESSAGES, STATUS):
        response = local_web.forged(sari.form("halo"), signature, path)
        assert response.status_code == 403
    assert local_web.stored() == []


def test_every_change_to_what_was_signed_is_noticed(local_web: Web, sari: Citizen) -> None:
    form = sari.form("halo")
    signature = LINE.signature(MESSAGES, form)
    for name in form:
        assert local_web.forged(form | {name: form[name] + "x"}, signature).status_code == 403
        without = {key: value for key, value in form.items() if key != name}
        assert form[name] == "" or local_web.forged(without, signature).status_code == 403
    assert local_web.forged(form | {"Extra": "1"}, signature).status_code == 403
    assert local_web.forged(form, signature, MESSAGES + "?a=1").status_code == 403
    assert local_web.forged(form, signature, STATUS).status_code == 403
    assert local_web.stored() == []


def test_another_accounts_token_does_not_sign_for_us(local_web: Web, sari: Citizen) -> None:
    form = sari.form("halo")
    assert local_web.forged(form, LINE.signature(MESSAGES, form, "another token")).status_code == 403


def test_while_a_token_is_rotated_both_sign(
    sqlite_database: Database, rulebook: Rulebook, clock: MoveableClock, sari: Citizen
) -> None:
    rotating = isolated_settings(twilio_auth_token="new token, old token")
    web = Web(sqlite_database, rulebook, clock, rotating)
    for token, status in (("new token", 200), ("old token", 200), ("older token", 403)):
        form = sari.form("halo")
        assert web.forged(form, LINE.signature(MESSAGES, form, token)).status_code == status


@pytest.mark.parametrize("token", ["", " , "])
def test_without_a_token_the_webhook_is_closed(
    sqlite_database: Database, rulebook: Rulebook, clock: MoveableClock, sari: Citizen, token: str
) -> None:
    web = Web(sqlite_database, rulebook, clock, isolated_settings(twilio_auth_token=token))
    form = sari.form("halo")
    for signed_with in ("", " ", TOKEN):
        signature = RequestValidator(signed_with).compute_signature(PUBLIC_URL + MESSAGES, form)
        assert web.forged(form, signature).status_code == 403
    assert web.forged(form, None).status_code == 403


@pytest.mark.parametrize(
    "header", ["Host", "X-Forwarded-Host", "X-Forwarded-Proto", "Forwarded", "X-Original-URL"]
)
def test_the_url_is_the_configured_one_whatever_the_request_says(
    local_web: Web, sari: Citizen, header: str
) -> None:
    form = sari.form("halo")
    there = Line("https://evil.example", ACCOUNT, TOKEN)
    headers = there.headers(MESSAGES, form) | {header: "evil.example"}
    assert local_web.client.post(MESSAGES, data=form, headers=headers).status_code == 403
    headers = LINE.headers(MESSAGES, form) | {header: "evil.example"}
    assert local_web.client.post(MESSAGES, data=form, headers=headers).status_code == 200


@pytest.mark.parametrize("query", ["?a=1&b=2", "?b=%C3%A9&a=+", "?", "?bodySHA256=00", "?a[]=1&a[]=2"])
def test_the_query_belongs_to_what_is_signed(local_web: Web, sari: Citizen, query: str) -> None:
    form = sari.form("halo")
    path = MESSAGES + query
    signed = LINE.headers(path.removesuffix("?"), form)
    assert local_web.client.post(path, data=form, headers=signed).status_code == 200


# -- shape ------------------------------------------------------------------------------------------------------


def recut(form: Form, name: str, characters: int) -> Form:
    """The same signed string with the boundary between a key and its value moved."""
    whole = name + form[name]
    cut = len(name) + characters
    return {key: value for key, value in form.items() if key != name} | {whole[:cut]: whole[cut:]}


@pytest.mark.parametrize("name", ["MessageSid", "AccountSid", "From", "To"])
@pytest.mark.parametrize("characters", [-1, 1, 2])
def test_a_recut_boundary_between_key_and_value_is_refused(
    local_web: Web, sari: Citizen, name: str, characters: int
) -> None:
    form = sari.form("halo")
    moved = recut(form, name, characters)
    response = local_web.forged(moved, LINE.signature(MESSAGES, moved))
    assert response.status_code == 400
    assert local_web.stored() == []


def test_the_recut_of_a_signed_message_really_carries_its_signature(local_web: Web, sari: Citizen) -> None:
    """Why the shape is checked at all: this is what anybody can make of a request they have seen."""
    form = {"MessageSid": new_sid(), "AccountSid": ACCOUNT}
    moved = recut(form, "MessageSid", 1)
    assert LINE.signature(STATUS, form) == LINE.signature(STATUS, moved)
    assert local_web.forged(moved, LINE.signature(STATUS, form), STATUS).status_code == 400


@pytest.mark.parametrize(
    "sid",
    ["", "SM", "SM123", "XX" + "0" * 32, "SM" + "0" * 31, "SM" + "0" * 33, "SM" + "g" * 32, "sm" + "0" * 32,
     "SM" + "0" * 32 + "\n", " SM" + "0" * 32, "SM" + "٠" * 32, "SM" + "0" * 31 + "\x00"],
)  # fmt: skip
@pytest.mark.parametrize("path", [MESSAGES, STATUS])
def test_a_misshapen_message_sid_is_refused(local_web: Web, sari: Citizen, sid: str, path: str) -> None:
    response = local_web.post(sari.form("halo", MessageSid=sid), path)
    assert (response.status_code, local_web.stored()) == (400, [])
    assert response.text == "MessageSid is missing or malformed.\n"


def test_the_two_kinds_of_sid_are_taken(local_web: Web, sari: Citizen) -> None:
    for sid in (new_sid("SM"), new_sid("MM"), new_sid("SM").upper()):
        assert local_web.post(sari.form("halo", MessageSid=sid)).status_code == 200


@pytest.mark.parametrize("account", ["", "AC" + "f" * 32, ACCOUNT.upper(), ACCOUNT + "0"])
@pytest.mark.parametrize("path", [MESSAGES, STATUS])
def test_a_foreign_account_is_refused(local_web: Web, sari: Citizen, account: str, path: str) -> None:
    response = local_web.post(sari.form("halo", AccountSid=account), path)
    assert (response.status_code, local_web.stored()) == (400, [])


@pytest.mark.parametrize("name", ["From", "To"])
def test_a_message_from_or_to_nobody_is_refused(local_web: Web, sari: Citizen, name: str) -> None:
    assert local_web.post(sari.form("halo", **{name: ""})).status_code == 400


def test_an_unknown_number_of_ours_goes_to_quarantine(web: Web) -> None:
    stranger = Citizen(LINE, "whatsapp:+628009990000")
    form = stranger.form("halo")
    for _ in range(2):
        assert is_acknowledged(web.post(form))
    assert (web.stored(), web.count(Quarantine)) == ([], 1)


@pytest.mark.parametrize("method", ["get", "put", "delete"])
def test_other_methods_are_not_for_webhooks(local_web: Web, method: str) -> None:
    assert getattr(local_web.client, method)(MESSAGES).status_code == 405


# -- once -------------------------------------------------------------------------------------------------------


def test_a_repeated_message_is_acknowledged_and_kept_once(web: Web, sari: Citizen, clock: MoveableClock) -> None:
    form = sari.form("halo")
    for pause in (0, 1, 86_400):
        clock.move(seconds=pause)
        assert is_acknowledged(web.post(form))
    assert len(web.stored()) == 1


def test_a_repetition_that_gained_a_field_is_the_same_message(local_web: Web, sari: Citizen) -> None:
    form = sari.form("halo")
    for more in ({}, {"NewField": "1"}):
        assert is_acknowledged(local_web.post(form | more))
    assert len(local_web.stored()) == 1
