"""What a message may hold: everything that Twilio sends, read tolerantly, and nothing that makes it fail."""

import json
from urllib.parse import quote_plus

import pytest
from twilio.request_validator import RequestValidator
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from bot.messages import SMS, Content, Location, Media
from tests.standins.citizen import MESSAGES, STATUS, Citizen, new_sid
from tests.support.settings import OUR_SMS, PUBLIC_URL, TOKEN
from tests.support.web import LINE, Form, Web, is_acknowledged


@pytest.fixture
def budi() -> Citizen:
    return Citizen(LINE, OUR_SMS, name="Budi")


def test_an_sms_is_an_sms(web: Web, budi: Citizen) -> None:
    assert is_acknowledged(web.post(budi.form("lampu mati")))
    [message] = web.stored()
    assert (message.channel, message.address, message.our_address) == (SMS, budi.number, OUR_SMS)


def test_whatsapp_and_sms_of_one_number_share_the_phone(local_web: Web, sari: Citizen) -> None:
    local_web.post(sari.form("halo"))
    local_web.post(Citizen(LINE, OUR_SMS, number=sari.number).form("halo"))
    first, second = local_web.stored()
    assert first.phone_hash == second.phone_hash is not None
    assert first.address_hash != second.address_hash


@pytest.mark.parametrize("address", ["whatsapp:US.1234", "whatsapp:ID.4566546130240823"])
def test_a_bare_user_id_has_no_phone(web: Web, sari: Citizen, address: str) -> None:
    assert is_acknowledged(web.post(sari.form("halo", From=address, ExternalUserId=address)))
    [message] = web.stored()
    assert (message.address, message.phone_hash) == (address, None)


def test_photos(web: Web, sari: Citizen) -> None:
    urls = [f"https://api.twilio.com/media/{n}" for n in range(3)]
    assert is_acknowledged(web.post(sari.photo_form("ini fotonya", *urls)))
    assert web.last() == Content(
        "ini fotonya", media=tuple(Media(u, "image/jpeg") for u in urls), profile_name="Sari"
    )


@pytest.mark.parametrize(
    ("number", "found"), [("1", 1), ("0", 0), ("", 0), ("-1", 0), ("x", 0), ("99", 1), ("9" * 5_000, 0), ("²", 0)]
)
def test_a_strange_number_of_photos(local_web: Web, sari: Citizen, number: str, found: int) -> None:
    form = sari.photo_form("foto", "https://api.twilio.com/media/0") | {"NumMedia": number}
    assert is_acknowledged(local_web.post(form))
    assert len(local_web.last().media) == found


def test_a_pin_on_the_map(web: Web, sari: Citizen) -> None:
    assert is_acknowledged(web.post(sari.pin_form(-6.2, 106.8, "Jalan Tebet Raya 1")))
    assert web.last().location == Location(-6.2, 106.8, "Jalan Tebet Raya 1")


@pytest.mark.parametrize(
    ("latitude", "longitude"),
    [("91", "0"), ("0", "181"), ("nan", "0"), ("inf", "0"), ("x", "0"), ("", "0"), ("1", "")],
)
def test_a_pin_that_is_nowhere_is_no_pin(local_web: Web, sari: Citizen, latitude: str, longitude: str) -> None:
    assert is_acknowledged(local_web.post(sari.form("sini", Latitude=latitude, Longitude=longitude)))
    assert local_web.last().location is None


@pytest.mark.parametrize(
    ("fields", "choice"),
    [
        ({"ButtonPayload": "yes", "ButtonText": "Sudah"}, "yes"),
        ({"ListId": "service:banjir", "ListTitle": "Banjir"}, "service:banjir"),
        ({"InteractiveData": json.dumps({"id": "no"})}, "no"),
        ({"ButtonPayload": "yes", "ListId": "no", "InteractiveData": '{"id": "x"}'}, "yes"),
        ({"ListId": "no", "InteractiveData": '{"id": "x"}'}, "no"),
        ({"InteractiveData": "{"}, None),
        ({"InteractiveData": "[1]"}, None),
        ({"InteractiveData": "{}"}, None),
        ({"InteractiveData": "[" * 100_000}, None),
        ({}, None),
    ],
)
def test_buttons_and_lists_are_read_tolerantly(
    local_web: Web, sari: Citizen, fields: Form, choice: str | None
) -> None:
    assert is_acknowledged(local_web.post(sari.form("Sudah", **fields)))
    assert (local_web.last().choice, local_web.last().text) == (choice, "Sudah")


def test_a_quoted_message_and_an_opt_out_are_kept(local_web: Web, sari: Citizen) -> None:
    quoted = new_sid()
    local_web.post(sari.form("STOP", OriginalRepliedMessageSid=quoted, OptOutType="STOP"))
    assert (local_web.last().quoted, local_web.last().opt_out) == (quoted, "STOP")


@pytest.mark.parametrize(
    "text",
    ["", " ", "ban\x00jir", "\x00", "x" * 1_600, "🚨🔥" * 300, "é̶̢̛", "‮terbalik", "<b>&amp;</b>", "'; DROP TABLE x",
     "a=b&c=d", "100% ya+tidak", "\r\n\r\n", "{number} %(x)s {{7*7}}"],
)  # fmt: skip
def test_any_text_is_kept_as_it_came(web: Web, sari: Citizen, text: str) -> None:
    assert is_acknowledged(web.post(sari.form(text)))
    assert web.last().text == text


def test_thousands_of_fields_are_no_reason_to_fail(local_web: Web, sari: Citizen) -> None:
    many = {f"Field{n}": str(n) for n in range(5_000)}
    assert is_acknowledged(local_web.post(sari.form("halo", **many)))


def test_a_field_given_twice_is_signed_twice(local_web: Web, sari: Citizen) -> None:
    form: dict[str, object] = {**sari.form("halo"), "Body": ["satu", "dua"]}
    signature = RequestValidator(TOKEN).compute_signature(PUBLIC_URL + MESSAGES, MultiDict(form))
    response = local_web.client.post(MESSAGES, data=form, headers={"X-Twilio-Signature": signature})
    assert is_acknowledged(response)


def test_a_name_that_is_invalid_utf8_changes_nothing_else(local_web: Web, sari: Citizen) -> None:
    """Percent-encoded bytes that are no UTF-8 are kept as they are written; they are signed as that."""
    form = sari.form("halo", ProfileName="%FF%FE")
    body = "&".join(f"{key}={quote_plus(value)}" for key, value in form.items())
    response = _raw(local_web, form, body.encode().replace(b"%25FF%25FE", b"%FF%FE"))
    assert is_acknowledged(response)


def _raw(
    web: Web, form: Form, body: bytes, content_type: str = "application/x-www-form-urlencoded"
) -> TestResponse:
    headers = LINE.headers(MESSAGES, form) | {"Content-Type": content_type}
    return web.client.post(MESSAGES, data=body, headers=headers)


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"\xff\xfe\xfd", "application/x-www-form-urlencoded"),
        (b"Body=\xff\xfe", "application/x-www-form-urlencoded"),
        (b'{"MessageSid": "SM1"}', "application/json"),
        (b"", "application/json"),
        (b"not a multipart", "multipart/form-data; boundary=x"),
        (b"", "multipart/form-data"),
        (b"", ""),
        (b"x" * 1_000_000, "text/plain"),
    ],
)
def test_what_is_no_form_is_turned_away(local_web: Web, sari: Citizen, body: bytes, content_type: str) -> None:
    for path in (MESSAGES, STATUS):
        headers = LINE.headers(path, sari.form("halo")) | {"Content-Type": content_type}
        assert local_web.client.post(path, data=body, headers=headers).status_code == 403
    assert local_web.stored() == []


def test_a_signed_json_body_is_no_message(local_web: Web) -> None:
    """Twilio signs the URL alone for these."""
    path = f"{MESSAGES}?bodySHA256={'0' * 64}"
    headers = LINE.headers(path, {})
    assert local_web.client.post(path, json={"MessageSid": new_sid()}, headers=headers).status_code == 400


def test_a_body_beyond_all_measure_is_refused(local_web: Web, sari: Citizen) -> None:
    assert _raw(local_web, sari.form("halo"), b"Body=" + b"x" * (9 * 1024 * 1024)).status_code == 413
