"""Where providers knock: check, store, answer 200. Nothing else happens inside the request."""

import structlog
from flask import Blueprint, Response, jsonify, request
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge

from bot.delivery import reports
from bot.intake import inbox
from bot.messages import GATEWAY, Incoming
from handlers.channels.gate import ForgedRequestError, MalformedRequestError
from handlers.channels.http_gateway_in import GatewayGate
from handlers.channels.twilio import TwilioGate
from handlers.channels.twilio_errors import kind_of
from handlers.edge import edge
from handlers.guards import guard

log = structlog.get_logger()
blueprint = Blueprint("webhooks", __name__, url_prefix="/webhooks")
guard(blueprint, "provider")  # each request carries the provider's signature

# Twilio's forms have some dozens of fields and a few kilobytes. Who is no Twilio is turned away by the signature,
# but only once the form is read, and reading must not take long either.
LARGEST_FORM = 1024 * 1024
MOST_FIELDS = 10_000

TWIML = '<?xml version="1.0" encoding="UTF-8"?><Response/>'


@blueprint.before_request
def _bounded() -> None:
    request.max_content_length = LARGEST_FORM
    is_form = request.path.startswith(f"{blueprint.url_prefix}/twilio/")
    if request.get_data().count(b"&") >= MOST_FIELDS and is_form:
        raise RequestEntityTooLarge


@blueprint.post("/twilio/messages")
def twilio_message() -> Response:
    """A citizen's message: 403 when forged, 400 when misshapen, else stored once and 200."""
    gate = _gate()
    _check(gate)
    incoming = gate.receive(request.form)
    _keep(incoming, ours=gate.is_ours(incoming))
    return Response(TWIML, mimetype="text/xml")


@blueprint.post("/twilio/status")
def twilio_status() -> Response:
    """A report about a message of ours; one that is unknown, repeated or late changes nothing."""
    _check(_gate())
    form, outbound = request.form, request.args.get("outbound", "")
    here = edge()
    error = form.get("ErrorCode", "")
    code = int(error) if error.isdecimal() and len(error) < 9 else None
    with here.database.begin() as session:
        reports.record_status(
            session,
            int(outbound) if outbound.isdecimal() and len(outbound) < 19 else None,
            form["MessageSid"],
            form.get("MessageStatus", ""),
            str(code) if code else None,
            here.clock.now(),
            kind=kind_of(code),
            rulebook=here.rulebook,
        )
    return Response(TWIML, mimetype="text/xml")


@blueprint.post("/gateway/messages")
def gateway_message() -> Response:
    """A citizen's SMS through a gateway of one's own; the same answers as Twilio's webhook gives."""
    gate = _gateway_gate()
    incoming = gate.message(request.get_data(), dict(request.headers), edge().clock.now())
    _keep(incoming, ours=gate.is_ours(incoming))
    return jsonify(ok=True)


@blueprint.post("/gateway/status")
def gateway_status() -> Response:
    """A gateway's report about a message of ours; one that is unknown, repeated or late changes nothing."""
    here = edge()
    report = _gateway_gate().report(request.get_data(), dict(request.headers), here.clock.now())
    with here.database.begin() as session:
        reports.record_status(
            session,
            report.outbound_id,
            report.id,
            report.status,
            report.error,
            here.clock.now(),
            (GATEWAY,),
            rulebook=here.rulebook,
        )
    return jsonify(ok=True)


@blueprint.errorhandler(ForgedRequestError)
def _forged(error: ForgedRequestError) -> tuple[str, int]:
    log.warning("forged_webhook", path=request.path, reason=str(error) or None)
    return "The signature is missing or wrong.\n", 403


@blueprint.errorhandler(MalformedRequestError)
def _malformed(error: MalformedRequestError) -> tuple[str, int]:
    log.warning("malformed_webhook", path=request.path, reason=str(error))
    return f"{error}\n", 400


def _keep(incoming: Incoming, *, ours: bool) -> None:
    """Store a message once; one that was written to no number of ours is kept apart for a person to look at."""
    here = edge()
    with here.database.begin() as session:
        if ours:
            inbox.store(session, incoming, here.rulebook.words, here.clock.now())
        else:
            inbox.quarantine(session, incoming, "unknown_to", here.clock.now())
            log.error("unknown_to", external_id=incoming.external_id)


def _gateway_gate() -> GatewayGate:
    here = edge()
    return GatewayGate(
        here.settings.gateway_secret, here.settings.gateway_from, here.rulebook.city.calendar.country
    )


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
