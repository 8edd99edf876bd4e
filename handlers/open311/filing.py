"""What is sent with a key: reports of citizens, and what an agency's own system reports on its cases."""

from flask import Response, request

from bot.accounts import api_keys
from bot.accounts.api_keys import CONTACTS, FILE, UPDATE, Holder, KeyRefusedError
from bot.open311 import posted, receiving, updates
from bot.open311.errors import UnfitError
from handlers.edge import edge
from handlers.open311.formats import in_list
from handlers.open311.reading import PRIVATE, REQUESTS, UPDATES
from handlers.open311.room import holder, names, sent, takes

ONCE, LONGEST_ONCE = "Idempotency-Key", 255
NO_AGENCY = "This API key belongs to no agency, so it has no cases to report on."


@takes("/requests")
def file_request() -> Response:
    """Keep a report; its token tells the request's id once the worker has made it."""
    here, key = edge(), _key(FILE)
    report = posted.read(sent(), here.rulebook.city, with_contact=key.may(CONTACTS))
    once = _once()
    ids = names()
    with here.database.begin() as session:
        told = receiving.receive(session, here.rulebook, ids, report, key, once, here.clock.now())
    return _private(in_list([told], *REQUESTS))


@takes("/servicerequestupdates")
def file_update() -> Response:
    """A step that an agency takes with a case of its own."""
    here, key = edge(), _key(UPDATE)
    if key.agency is None:
        raise KeyRefusedError(NO_AGENCY)
    update = updates.read(sent())
    ids = names()
    with here.database.begin() as session:
        told = updates.apply(session, here.rulebook, ids, update, key.agency, here.clock.now())
    return _private(in_list([told], *UPDATES))


def _key(scope: str) -> Holder:
    key = holder()
    assert key is not None  # noqa: S101 - the blueprint lets nobody in without one
    api_keys.needs(key, scope)
    return key


def _once() -> str:
    once = request.headers.get(ONCE, "").strip()
    if len(once) > LONGEST_ONCE:
        raise UnfitError([f"{ONCE} has at most {LONGEST_ONCE} characters."])
    return once


def _private(response: Response) -> Response:
    response.headers["Cache-Control"] = PRIVATE
    return response
