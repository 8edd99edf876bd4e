"""What everybody may read: the services, the requests and what became of them."""

from datetime import datetime
from urllib.parse import urlencode

from flask import Response, request

from bot.errors import NotFoundError
from bot.open311 import documents, receiving, seeing, wanted
from bot.open311.seeing import Page
from bot.open311.wanted import LAST_PAGE, Wanted
from handlers.edge import edge
from handlers.open311.formats import alone, in_list
from handlers.open311.room import asked, holder, names, reads

RARELY, OFTEN = "public, max-age=300", "public, max-age=60"
PRIVATE = "private, no-store"
REQUESTS, UPDATES = ("service_requests", "request"), ("service_request_updates", "request_update")
NO_REQUEST = "There is no such request, or it is not public."


@reads("/discovery")
def discovery() -> Response:
    """Where the service is, and whom to ask for a key."""
    return _fresh(alone(documents.discovery(edge().rulebook), "discovery"), RARELY)


@reads("/services")
def services() -> Response:
    """Everything that can be reported."""
    return _fresh(in_list(documents.services(edge().rulebook.city), "services", "service"), RARELY)


@reads("/services/<code>")
def service(code: str) -> Response:
    """What a service asks besides."""
    city = edge().rulebook.city
    if code not in city.services:
        raise NotFoundError("There is no such service_code; GET services names them.")
    return _fresh(alone(documents.definition(city, code), "service_definition"), RARELY)


@reads("/requests")
def requests() -> Response:
    """A page of requests, by filters or by their ids."""
    here, now = edge(), edge().clock.now()
    which = wanted.requests(asked(), here.rulebook.city, names(), now)
    with here.database.read() as session:
        page = seeing.requests(session, here.rulebook, names(), which, holder())
    return _page(page, which, REQUESTS, now)


@reads("/requests/<request_id>")
def one_request(request_id: str) -> Response:
    """One request."""
    here = edge()
    which = wanted.one(request_id, names(), here.clock.now())
    with here.database.read() as session:
        page = seeing.requests(session, here.rulebook, names(), which, holder())
    if not page.documents:
        raise NotFoundError(NO_REQUEST)
    return _fresh(in_list(page.documents, *REQUESTS), OFTEN)


@reads("/tokens/<token>")
def token(token: str) -> Response:
    """What became of a report that was sent: its id, as soon as it has one."""
    with edge().database.read() as session:
        found = receiving.found_by(session, names(), token)
    response = in_list([found], *REQUESTS)
    response.headers["Cache-Control"] = PRIVATE
    return response


@reads("/servicerequestupdates")
def updates() -> Response:
    """A page of changes of status, the oldest first."""
    here, now = edge(), edge().clock.now()
    which = wanted.updates(asked(), here.rulebook.city, names(), now)
    with here.database.read() as session:
        page = seeing.updates(session, here.rulebook, names(), which)
    return _page(page, which, UPDATES, now)


def _page(page: Page, which: Wanted, names: tuple[str, str], now: datetime) -> Response:
    response = in_list(page.documents, *names)
    links = []
    if page.has_more and which.page < LAST_PAGE:
        links.append(_link(which.page + 1, "next", now))
    if which.page > 1:
        links.append(_link(which.page - 1, "prev", now))
    if links:
        response.headers["Link"] = ", ".join(links)
    return _fresh(response, OFTEN)


def _link(number: int, relation: str, now: datetime) -> str:
    """Another page of the same list. The list ends where it ended now, so that what is new moves nothing."""
    given = [(name, value) for name, value in request.args.items(multi=True) if name != "page"]
    if not {"start_date", "end_date"} & {name for name, _ in given}:
        given.append(("end_date", now.isoformat()))
    address = f"{edge().rulebook.base_url}{request.path}?{urlencode([*given, ('page', str(number))])}"
    return f'<{address}>; rel="{relation}"'


def _fresh(response: Response, kept: str) -> Response:
    """For caches; 304 where the asker has it already. What a key shows is kept by nobody."""
    response.headers["Vary"] = "Authorization"
    if holder() is not None:
        response.headers["Cache-Control"] = PRIVATE
        return response
    response.headers["Cache-Control"] = kept
    response.add_etag()
    response.make_conditional(request)
    return response
