"""What Twilio posts: citizens' messages on WhatsApp and SMS, and what became of ours."""

from collections.abc import Iterator, Mapping

from flask import Response, request
from sqlalchemy.orm import Session
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge

from bot.delivery import reports
from bot.intake.media import MediaSource
from bot.messages import SMS, WHATSAPP, Channel
from bot.settings import Settings
from handlers.channels.gate import MalformedRequestError
from handlers.channels.media import TwilioMedia
from handlers.channels.provider import Provider
from handlers.channels.twilio import TwilioChannel, TwilioGate
from handlers.channels.twilio_errors import kind_of
from handlers.edge import edge
from handlers.webhooks import MOST_FIELDS, keep, room
from storage.database import Database

TWIML = '<?xml version="1.0" encoding="UTF-8"?><Response/>'
webhooks = room("twilio")


@webhooks.before_request
def _few_fields() -> None:
    """Twilio's forms have some dozens of fields and a few kilobytes. Who is no Twilio is turned away by the
    signature, but only once the form is read, and reading must not take long either."""
    if request.get_data().count(b"&") >= MOST_FIELDS:
        raise RequestEntityTooLarge


@webhooks.post("/messages")
def message() -> Response:
    """A citizen's message: 403 when forged, 400 when misshapen, else stored once and 200."""
    gate = _gate()
    _check(gate)
    incoming = gate.receive(request.form)
    keep(incoming, ours=gate.is_ours(incoming))
    return Response(TWIML, mimetype="text/xml")


@webhooks.post("/status")
def status() -> Response:
    """A report about a message of ours; one that is unknown, repeated or late changes nothing."""
    _check(_gate())
    form, here = request.form, edge()
    about, sid, reported = (
        _row_of(request.args.get("outbound", "")),
        form["MessageSid"],
        form.get("MessageStatus", ""),
    )
    with here.database.read() as session:
        if reports.is_known(session, about, sid, reported):
            return Response(TWIML, mimetype="text/xml")
    code, now = _code_of(form.get("ErrorCode", "")), here.clock.now()
    error, kind = str(code) if code else None, kind_of(code)

    def record(session: Session) -> None:
        reports.record_status(session, about, sid, reported, error, now, kind=kind, rulebook=here.rulebook)

    here.database.write_together(record)
    return Response(TWIML, mimetype="text/xml")


def _row_of(outbound: str) -> int | None:
    return int(outbound) if outbound.isdecimal() and len(outbound) < 19 else None


def _code_of(error: str) -> int | None:
    return int(error) if error.isdecimal() and len(error) < 9 else None


def _gate() -> TwilioGate:
    settings = edge().settings
    ours = {settings.twilio_whatsapp_from, settings.twilio_sms_from} - {""}
    return TwilioGate(settings.twilio_account_sid, settings.twilio_auth_token, settings.base_url, frozenset(ours))


def _check(gate: TwilioGate) -> None:
    # The query belongs to the signed URL; its bytes are taken as they came.
    query = request.query_string.decode("latin-1")
    path = f"{request.path}?{query}" if query else request.path
    try:
        form = request.form
    except BadRequest:
        raise MalformedRequestError("The body is no form.") from None
    if None in form:  # a part of a multipart form that has no name: nobody can have signed it
        raise MalformedRequestError("The body is no form.")
    gate.check(path, form, request.headers.get("X-Twilio-Signature"))


def _names(settings: Settings) -> Iterator[str]:
    """Of the channels that go through the account; none without its token."""
    if settings.has_twilio and settings.twilio_auth_token:
        if settings.twilio_whatsapp_from:
            yield WHATSAPP
        yield SMS


def _ways_out(settings: Settings) -> Mapping[str, Channel]:
    names = list(_names(settings))
    if not names:
        return {}
    senders = {WHATSAPP: settings.twilio_whatsapp_from, SMS: settings.twilio_sms_from}
    account, token = settings.twilio_account_sid, settings.twilio_auth_token[0]
    twilio = TwilioChannel(account, token, senders, settings.base_url, settings.twilio_api_base)
    return dict.fromkeys(names, twilio)


def _media(settings: Settings, database: Database) -> Mapping[str, MediaSource]:
    names = list(_names(settings))
    if not names:
        return {}
    account, token = settings.twilio_account_sid, settings.twilio_auth_token[0]
    return dict.fromkeys(names, TwilioMedia(account, token, settings.twilio_api_base, settings.media_hosts))


PROVIDER = Provider("twilio", _ways_out, webhooks, _media)
