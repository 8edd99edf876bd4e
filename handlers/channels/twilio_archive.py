"""What Twilio keeps of our messages: inbound ones are listed as its webhook would have brought them, and deleted.

Facts about REST (November 2026, Twilio's OpenAPI 2.6.7): it tells sender, recipient, text, segments, times and
files of an inbound message. It does not tell what was picked (``ButtonPayload``, ``ListId``: only the words on it,
as the text), pins (``Latitude``, ``Longitude``), profile name, the message that is quoted or ``OptOutType``: these
are empty in what is made here. A message takes its files with it since 2020, unless another message has the same,
so they are deleted for themselves first. What is still under way is not deleted (409, code 20009).
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import structlog
from requests.exceptions import RequestException
from twilio.base.exceptions import TwilioException, TwilioRestException, TwilioServiceException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from bot.delivery.archive import ArchiveError, Kept
from bot.messages import SMS, WHATSAPP, Incoming
from bot.settings import Settings
from handlers.channels.twilio import MESSAGE_SID, TIMEOUT_S, TwilioGate

log = structlog.get_logger()

PAGE = 200
MOST_FILES = 10  # a webhook names no more
INBOUND = "inbound"
GONE, UNFINISHED = 404, 409
REFUSED = (401, 403)
BUSY = (408, 425, 429)
# A body that is no JSON is a ValueError, one of another layout any of the others.
FAILURES = (TwilioException, RequestException, ValueError, LookupError, TypeError, AttributeError)


def lines_of(settings: Settings) -> dict[str, str]:
    """Our addresses at Twilio by the channel's name; none without an account or its token."""
    ours = {WHATSAPP: settings.twilio_whatsapp_from, SMS: settings.twilio_sms_from}
    usable = settings.has_twilio and settings.twilio_auth_token
    return {channel: address for channel, address in ours.items() if address and usable}


def archive_of(settings: Settings) -> "TwilioArchive | None":
    """What Twilio keeps for this installation; None without an account, its token or any number."""
    lines = lines_of(settings)
    if not lines:
        return None
    account, token = settings.twilio_account_sid, settings.twilio_auth_token[0]
    return TwilioArchive(account, token, frozenset(lines.values()), settings.twilio_api_base)


class TwilioArchive:
    """The ``bot.delivery.archive.Archive`` of one account, through the official client. ``ours``: our numbers
    there."""

    def __init__(
        self,
        account_sid: str,
        token: str,
        ours: frozenset[str],
        api_base: str = "",
        timeout_s: float = TIMEOUT_S,
    ) -> None:
        self._account, self._ours = account_sid, ours
        self._gate = TwilioGate(account_sid, (), "", ours)
        self._client = Client(account_sid, token, http_client=TwilioHttpClient(timeout=timeout_s))
        if api_base:
            self._client.api.base_url = api_base.rstrip("/")

    def received(self, our_address: str, since: datetime) -> Iterator[Sequence[Kept]]:
        """Inbound messages to one of our numbers, newest first, a page at a time; ArchiveError.

        Only the start of the span is asked for: what Twilio makes of a time within a day is up to it, so more may
        come, but never less.
        """
        with _asking():
            page = self._client.messages.page(
                to=our_address, date_sent_after=since.astimezone(UTC), page_size=PAGE
            )
        while page is not None:
            with _asking():
                listed = list(page)
            yield [kept for one in listed if (kept := self._kept(one, our_address))]
            with _asking():
                page = page.next_page()

    def with_files(self, kept: Kept) -> Incoming:
        """The message with the addresses of its files, in the form in which a webhook has them; ArchiveError."""
        if not kept.files:
            return kept.message
        form = dict(kept.message.raw)
        for n, file in enumerate(self._files(kept.message.external_id)[:MOST_FILES]):
            form |= {f"MediaUrl{n}": self._url(file), f"MediaContentType{n}": file.content_type or ""}
        return self._gate.receive(form)

    def forget(self, provider_id: str, *, has_files: bool) -> None:
        """Delete the files, then the message: without it they could not be found; ArchiveError."""
        if not MESSAGE_SID.fullmatch(provider_id):
            return  # nothing that Twilio could have
        if has_files or provider_id.startswith("MM"):
            for file in self._files(provider_id):
                with _asking(), _if_there():
                    file.delete()
        with _asking(), _if_there():
            self._client.messages(provider_id).delete()

    def _files(self, sid: str) -> list[Any]:
        """None where the message is gone."""
        try:
            return list(self._client.messages(sid).media.list())
        except FAILURES as error:
            if _status_and_code(error)[0] == GONE:
                return []
            raise _archive_error(error) from None

    def _url(self, file: Any) -> str:
        path = f"/2010-04-01/Accounts/{self._account}/Messages/{file.parent_sid}/Media/{file.sid}"
        return f"{self._client.api.base_url}{path}"

    def _kept(self, listed: Any, our_address: str) -> Kept | None:
        """None for what we sent, to whomever, and for what is about no message of ours."""
        if listed.direction != INBOUND or listed.to != our_address or listed.account_sid != self._account:
            return None
        if not listed.from_ or listed.from_ in self._ours or not MESSAGE_SID.fullmatch(listed.sid or ""):
            return None
        came_at = listed.date_sent or listed.date_created
        if came_at is None:
            log.error("listed_without_time", external_id=listed.sid)
            return None
        files = listed.num_media or "0"
        count = int(files) if files.isdecimal() else 0
        return Kept(self._gate.receive(_form(listed, came_at)), came_at, count)


def _form(listed: Any, came_at: datetime) -> dict[str, str]:
    """The fields that the webhook would have had, as far as they are known; direction and time it has not."""
    known = {
        "MessageSid": listed.sid,
        "AccountSid": listed.account_sid,
        "MessagingServiceSid": listed.messaging_service_sid,
        "From": listed.from_,
        "To": listed.to,
        "Body": listed.body or "",
        "NumMedia": listed.num_media,
        "NumSegments": listed.num_segments,
        "ApiVersion": listed.api_version,
        "Direction": listed.direction,
        "DateSent": came_at.isoformat(),
    }
    return {name: str(value) for name, value in known.items() if value is not None}


@contextmanager
def _asking() -> Iterator[None]:
    """What goes wrong in here is an ArchiveError."""
    try:
        yield
    except FAILURES as error:
        raise _archive_error(error) from None


@contextmanager
def _if_there() -> Iterator[None]:
    """What is not there any more is as good as deleted."""
    try:
        yield
    except TwilioException as error:
        if _status_and_code(error)[0] != GONE:
            raise


def _archive_error(error: Exception) -> ArchiveError:
    status, code = _status_and_code(error)
    if status is None:
        return ArchiveError(f"Twilio cannot be asked ({code}); try again later.", code)
    if status in REFUSED:
        sentence = "check TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN"
        return ArchiveError(f"Twilio refuses account and token ({code}); {sentence}.", code)
    if status in BUSY or status >= 500:
        return ArchiveError(f"Twilio has no time or an error of its own ({code}); try again later.", code)
    if status == UNFINISHED:
        return ArchiveError(f"Twilio has not finished with the message ({code}); wait.", code, only_this=True)
    return ArchiveError(f"Twilio refuses this ({code}); look the code up at Twilio.", code, only_this=True)


def _status_and_code(error: Exception) -> tuple[int | None, str]:
    """The HTTP status, None where there was no sensible answer, and Twilio's code or what else is known."""
    if isinstance(error, TwilioRestException | TwilioServiceException):
        return error.status, str(error.code or error.status)
    # A page that could not be had is an exception with the response as its second argument.
    response = error.args[1] if isinstance(error, TwilioException) and len(error.args) > 1 else None
    if response is None:
        return None, type(error).__name__
    try:
        code = json.loads(response.text).get("code")
    except (ValueError, AttributeError):
        code = None
    return response.status_code, str(code or response.status_code)
