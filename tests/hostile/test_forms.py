"""Whatever is posted to the webhooks, signed or not, in whatever shape: an answer that is no failure of ours."""

import string
import time
from collections.abc import Iterator
from urllib.parse import quote_plus, urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from handlers.webhooks import LARGEST_FORM, MOST_FIELDS
from storage.models import InboundMessage
from tests.standins.citizen import MESSAGES, STATUS, message_form, new_sid
from tests.support.hotline import Hotline
from tests.support.settings import ACCOUNT, OUR_SMS, OUR_WHATSAPP, PUBLIC_URL, TOKEN
from tests.support.web import LINE, Form, is_acknowledged

URLENCODED = "application/x-www-form-urlencoded"
SECONDS = 1.0  # of the processor for a stranger's request; Twilio waits 15

few = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

# -- what may be posted -----------------------------------------------------------------------------------------

KNOWN = (
    *message_form(ACCOUNT, "whatsapp:+62", "", ""),
    *("NumSegments", "MediaUrl0", "MediaContentType0", "Latitude", "Longitude", "Address", "Label"),
    *("ButtonPayload", "ButtonText", "InteractiveData", "ListId", "ListTitle", "FlowData", "OptOutType"),
    *("ExternalUserId", "OriginalRepliedMessageSid", "MessageStatus", "ErrorCode", "MessagingServiceSid"),
)
strange = st.sampled_from(
    ["", " ", "\x00", "\ud83d", "\u202e", "-1", "9" * 400, "1e999", "nan", "{}", "[]", '{"id": {"id": 1}}',
     "[" * 500, '{"id": "\\ud800"}', "%00%FF", "whatsapp:", "whatsapp:+", OUR_SMS, OUR_WHATSAPP, "BERHENTI",
     "tolong ada kebakaran di gang"]
)  # fmt: skip
written = st.text(max_size=40) | strange
names = st.sampled_from(KNOWN) | st.text(max_size=15) | st.text(string.ascii_letters, min_size=1, max_size=15)
any_form = st.dictionaries(names, st.lists(written, min_size=1, max_size=3), max_size=12)
paths = st.sampled_from([MESSAGES, STATUS])
queries = st.sampled_from(["", "?outbound=1", "?outbound=%00", "?a[]=]", "?bodySHA256=0", "?=&=&%", "?\xff"])


def ours(form: dict[str, list[str]]) -> dict[str, list[str]]:
    """The same form as a message of our account, so that it passes the gate."""
    usual = message_form(ACCOUNT, "whatsapp:+628000001234", OUR_WHATSAPP, "halo")
    kept = {name: [value] for name, value in usual.items() if name not in form}
    return kept | form | {"MessageSid": [new_sid()], "AccountSid": [ACCOUNT]}


def encoded(form: dict[str, list[str]]) -> bytes:
    return urlencode(form, doseq=True, errors="replace").encode()


def signature(path: str, form: dict[str, list[str]]) -> str:
    """As Twilio signs what will be read: half a surrogate pair arrives as a question mark."""
    read = {_read(name): [_read(value) for value in values] for name, values in form.items()}
    return RequestValidator(TOKEN).compute_signature(PUBLIC_URL + path, MultiDict(read))


def _read(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


def post(hotline: Hotline, path: str, body: bytes, sign: str, content_type: str = URLENCODED) -> TestResponse:
    headers = {"X-Twilio-Signature": sign}
    return hotline.web.client.post(path, data=body, content_type=content_type, headers=headers)


# -- properties -------------------------------------------------------------------------------------------------


@few
@given(path=paths, query=queries, form=any_form, sign=st.text("abcXYZ09+/=é", max_size=30))
def test_no_unsigned_form_is_ever_our_failure(
    local_hotline: Hotline, path: str, query: str, form: dict[str, list[str]], sign: str
) -> None:
    for posted in (form, ours(form)):
        assert post(local_hotline, path + query, encoded(posted), sign).status_code == 403
    assert local_hotline.web.count(InboundMessage) == 0


@few
@given(path=paths, form=any_form)
def test_no_signed_form_is_ever_our_failure(hotline: Hotline, path: str, form: dict[str, list[str]]) -> None:
    assert post(hotline, path, encoded(form), signature(path, form)).status_code in (400, 403)
    of_ours = ours(form)
    assert post(hotline, path, encoded(of_ours), signature(path, of_ours)).status_code in (200, 400)


@few
@given(form=any_form)
def test_whatever_is_stored_can_be_answered(local_hotline: Hotline, form: dict[str, list[str]]) -> None:
    of_ours = ours(form | {"To": [OUR_WHATSAPP]})
    assert post(local_hotline, MESSAGES, encoded(of_ours), signature(MESSAGES, of_ours)).status_code in (200, 400)
    local_hotline.hear()
    local_hotline.clock.move(minutes=5)
    assert all(message.state == "done" for message in local_hotline.web.stored())
    assert not any(message.outcome == "error" for message in local_hotline.web.stored())


types = st.sampled_from(
    [URLENCODED, f"{URLENCODED}; charset=utf-16", "multipart/form-data; boundary=b", "multipart/form-data", "",
     "text/xml", "application/json", "/", "multipart/form-data; boundary=" + "b" * 300, "\xff"]
)  # fmt: skip
HEAD, TAIL = b"--b\r\nContent-Disposition: form-data; name=", b"\r\n\r\nx\r\n--b--\r\n"


@few
@given(path=paths, body=st.binary(max_size=200), content_type=types)
def test_no_bytes_are_ever_our_failure(local_hotline: Hotline, path: str, body: bytes, content_type: str) -> None:
    for sent in (body, b"--b\r\n" + body, HEAD + body + TAIL):
        for sign in ("", "x", signature(path, {})):
            assert post(local_hotline, path, sent, sign, content_type).status_code in (400, 403, 413)


# -- encodings --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "read"),
    [
        (b"%FF%FEbanjir", "%FF%FEbanjir"),
        (b"ban%00jir", "ban\x00jir"),
        (b"%ED%A0%BD", "%ED%A0%BD"),
        (b"%F0%9F%9A", "%F0%9F%9A"),
        (b"%C0%80", "%C0%80"),
        (b"100%", "100%"),
        (b"a%u0041", "a%u0041"),
    ],
)
def test_bytes_that_are_no_utf8_are_kept_as_they_are_written(hotline: Hotline, raw: bytes, read: str) -> None:
    form = message_form(ACCOUNT, "whatsapp:+628000001234", OUR_WHATSAPP, read)
    rest = "&".join(f"{quote_plus(key)}={quote_plus(value)}" for key, value in form.items() if key != "Body")
    response = post(hotline, MESSAGES, rest.encode() + b"&Body=" + raw, LINE.signature(MESSAGES, form))
    assert is_acknowledged(response)
    hotline.work()
    [message] = hotline.web.stored()
    assert (message.content["text"], message.state) == (read, "done")


def test_raw_bytes_in_a_form_are_no_form(local_hotline: Hotline) -> None:
    form = message_form(ACCOUNT, "whatsapp:+628000001234", OUR_WHATSAPP, "halo")
    body = urlencode(form).encode() + b"&Extra=\xff\xfe"
    assert post(local_hotline, MESSAGES, body, LINE.signature(MESSAGES, form)).status_code == 403


def test_a_message_as_multipart_is_a_message(local_hotline: Hotline) -> None:
    form = message_form(ACCOUNT, "whatsapp:+628000001234", OUR_WHATSAPP, "halo 🙂")
    headers = LINE.headers(MESSAGES, form)
    response = local_hotline.web.client.post(
        MESSAGES, data=form, headers=headers, content_type="multipart/form-data"
    )
    assert is_acknowledged(response)


@pytest.mark.parametrize("disposition", [b"form-data", b"form-data; name*=x", b"form-data; name", b"attachment"])
def test_a_part_without_a_name_is_no_form(local_hotline: Hotline, disposition: bytes) -> None:
    body = b"--b\r\nContent-Disposition: " + disposition + b"\r\n\r\nx\r\n--b--\r\n"
    response = post(local_hotline, MESSAGES, body, "x", "multipart/form-data; boundary=b")
    assert response.status_code in (400, 403)


# -- size -------------------------------------------------------------------------------------------------------


@pytest.fixture(params=[MESSAGES, STATUS])
def path(request: pytest.FixtureRequest) -> Iterator[str]:
    return request.param


def test_as_many_fields_as_allowed_are_read(local_hotline: Hotline) -> None:
    form = message_form(ACCOUNT, "whatsapp:+628000001234", OUR_WHATSAPP, "halo")
    form |= {f"F{n}": "" for n in range(MOST_FIELDS - len(form))}
    assert is_acknowledged(local_hotline.web.post(form))


def test_more_fields_than_that_are_refused_unread(local_hotline: Hotline, path: str) -> None:
    form: Form = message_form(ACCOUNT, "whatsapp:+628000001234", OUR_WHATSAPP, "halo")
    form |= {f"F{n}": "" for n in range(MOST_FIELDS)}
    assert local_hotline.web.post(form, path).status_code == 413


@pytest.mark.parametrize("piece", [b"&", b"a&", b"a=b&", b"%00=&", b"a", b"%", b"=", b"+"])
def test_a_stranger_cannot_keep_us_busy(local_hotline: Hotline, path: str, piece: bytes) -> None:
    """Before the signature can be checked the form must be read: that takes no long time, whatever it is."""
    for size in (LARGEST_FORM, 8 * LARGEST_FORM):
        start = time.thread_time()
        assert post(local_hotline, path, (piece * size)[:size], "x" * 28).status_code in (403, 413)
        assert time.thread_time() - start < SECONDS


def test_a_stranger_cannot_keep_us_busy_with_parts(local_hotline: Hotline, path: str) -> None:
    part = b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\nx\r\n'
    start = time.thread_time()
    body = part * (LARGEST_FORM // len(part))
    assert post(local_hotline, path, body, "x", "multipart/form-data; boundary=b").status_code == 413
    assert time.thread_time() - start < SECONDS


def test_a_body_larger_than_any_form_is_refused_before_it_is_read(local_hotline: Hotline, path: str) -> None:
    assert post(local_hotline, path, b"Body=" + b"x" * LARGEST_FORM, "x").status_code == 413
