"""Where providers knock: check, store, answer 200. Nothing else happens inside the request."""

import secrets

import structlog
from flask import Blueprint, Response, g, request
from structlog.contextvars import bind_contextvars, unbind_contextvars

from bot.intake import inbox
from bot.messages import Incoming
from bot.watching import trail
from handlers.channels.gate import ForgedRequestError, MalformedRequestError
from handlers.edge import edge
from handlers.guards import guard

log = structlog.get_logger()

LARGEST_FORM = 1024 * 1024
MOST_FIELDS = 10_000
# Names a request in our log and in what its sender keeps of our answer.
REQUEST_ID = "X-Request-Id"


def room(name: str, largest: int = LARGEST_FORM) -> Blueprint:
    """A blueprint under ``/webhooks/<name>`` whose views take bodies of up to ``largest`` bytes.

    A view raises ForgedRequestError (403) or MalformedRequestError (400, with its sentence); beyond the size it is
    413. ``keep`` stores what came. Each request must carry the provider's signature. Its lines in the log have its
    ``request``, which the answer's ``X-Request-Id`` tells the provider as well; one that is refused has a line.
    """
    made = Blueprint(f"webhooks_{name}", __name__, url_prefix=f"/webhooks/{name}")
    guard(made, "provider")

    @made.before_request
    def bounded() -> None:
        request.max_content_length = largest
        g.request_id = secrets.token_hex(8)
        bind_contextvars(request=g.request_id)

    made.after_request(_named)
    made.teardown_request(_ended)
    made.register_error_handler(ForgedRequestError, _forged)
    made.register_error_handler(MalformedRequestError, _malformed)
    return made


def keep(incoming: Incoming, *, ours: bool) -> None:
    """Store a message once; one that was written to no number of ours is kept apart for a person to look at."""
    here = edge()
    words, now = here.rulebook.words, here.clock.now()
    if ours:
        stored = here.database.together.write(lambda session: inbox.keep(session, incoming, words, now))
        trail.stored(stored, incoming.channel)
        return
    with here.database.begin() as session:
        inbox.quarantine(session, incoming, "unknown_to", now)
        log.error("unknown_to", external_id=incoming.external_id)


def _forged(error: ForgedRequestError) -> tuple[str, int]:
    _tell("forged_webhook", reason=str(error) or None)
    return "The signature is missing or wrong.\n", 403


def _malformed(error: MalformedRequestError) -> tuple[str, int]:
    _tell("malformed_webhook", reason=str(error))
    return f"{error}\n", 400


def _tell(event: str, **why: object) -> None:
    g.is_told = True
    log.warning(event, path=request.path, **why)


def _named(response: Response) -> Response:
    """Whoever refused it, nothing is refused without a line."""
    if "request_id" in g:
        response.headers[REQUEST_ID] = g.request_id
        if response.status_code >= 400 and "is_told" not in g:
            _tell("webhook_refused", status=response.status_code)
    return response


def _ended(_: BaseException | None) -> None:
    """The thread goes on with somebody else's request."""
    unbind_contextvars("request")
