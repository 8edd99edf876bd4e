"""The two blueprints of Open311: what everybody may read, and what is sent with a key."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Blueprint, Response, abort, g, request

from bot.accounts import api_keys
from bot.accounts.api_keys import Holder, KeyRefusedError
from bot.city.open311_policy import Open311Policy
from bot.errors import NotFoundError
from bot.open311 import ids
from bot.open311.documents import PATH
from bot.open311.errors import UnfitError
from bot.open311.ids import Ids
from bot.open311.reading import Fields
from handlers.edge import edge
from handlers.guards import guard

blueprint = Blueprint("open311", __name__, url_prefix=PATH)
guard(blueprint, "public")
keyed = Blueprint("open311_keyed", __name__, url_prefix=PATH)
guard(keyed, "key")  # before every view: _with_a_key

LARGEST_FORM = 256 * 1024
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
FORMATS = ("json", "xml")
BEARER, KEY_FIELD = "bearer ", "api_key"
NO_KEY = "This needs an API key, as 'Authorization: Bearer ...' or as the field api_key of the form."
KEY_IN_ADDRESS = (
    "api_key does not belong into an address, which others write down: have this key revoked, and send the new "
    "one as 'Authorization: Bearer ...' or in the form."
)

View = TypeVar("View", bound=Callable[..., Any])


def reads(path: str) -> Callable[[View], View]:
    """A view that answers GET in both formats."""
    return _routed(blueprint, path, "GET")


def takes(path: str) -> Callable[[View], View]:
    """A view that answers POST with a key in both formats."""
    return _routed(keyed, path, "POST")


def _routed(to: Blueprint, path: str, method: str) -> Callable[[View], View]:
    def add(view: View) -> View:
        for form in FORMATS:
            to.add_url_rule(f"{path}.{form}", view_func=view, methods=[method])
        return view

    return add


@blueprint.before_request
@keyed.before_request
def _open_here() -> None:
    """404 where the city has not opened it, or is not the one that is meant; 400 for a key in the address."""
    g.policy = edge().rulebook.city.open311
    if g.policy is None:
        abort(404)
    if KEY_FIELD in request.args:
        raise UnfitError([KEY_IN_ADDRESS])


@keyed.before_request
def _with_a_key() -> None:
    request.max_content_length = LARGEST_FORM
    given = _header() or request.form.get(KEY_FIELD, "").strip()
    if not given:
        raise KeyRefusedError(NO_KEY)
    g.holder = _holder(given)
    if request.mimetype not in FORMS:
        raise UnfitError(["The body is a form (application/x-www-form-urlencoded)."])
    _of_this_city(request.form.get("jurisdiction_id", ""))


@blueprint.before_request
def _perhaps_with_a_key() -> None:
    g.holder = _holder(given) if (given := _header()) else None
    _of_this_city(request.args.get("jurisdiction_id", ""))


@blueprint.after_request
@keyed.after_request
def _for_all_sites(response: Response) -> Response:
    return for_all_sites(response)


def for_all_sites(response: Response) -> Response:
    """Scripts of every site may ask: nothing here goes by cookies."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Access-Control-Expose-Headers"] = "ETag, Link, Retry-After"
    if request.method == "OPTIONS":
        response.headers["Access-Control-Allow-Methods"] = "GET, HEAD, POST, OPTIONS"
        response.headers["Access-Control-Allow-Headers"] = "Authorization, Content-Type, Idempotency-Key"
        response.headers["Access-Control-Max-Age"] = "86400"
    return response


def asked() -> Fields:
    """The fields of the address."""
    return Fields(request.args.getlist)


def sent() -> Fields:
    """The fields of the form."""
    return Fields(request.form.getlist)


def holder() -> Holder | None:
    """Who asks by a key; None for everybody else."""
    found: Holder | None = g.holder
    return found


def names() -> Ids:
    """The ids by which others know what is told here; read once for a request."""
    if "ids" not in g:
        with edge().database.read() as session:
            g.ids = ids.kept(session)
    if g.ids is None:
        with edge().database.begin() as session:
            g.ids = ids.make(session)
    found: Ids = g.ids
    return found


def _header() -> str:
    """The key in the header; a header that holds something else is no key."""
    given = request.headers.get("Authorization", "")
    if given and not given.lower().startswith(BEARER):
        raise KeyRefusedError(NO_KEY)
    return given[len(BEARER) :].strip()


def _holder(text: str) -> Holder:
    here = edge()
    now = here.clock.now()
    with here.database.read() as session:
        found = api_keys.holder_of(session, text, now)
    if found.is_use_old:
        with here.database.begin() as session:
            api_keys.note_use(session, found, now)
    return found


def _of_this_city(named: str) -> None:
    policy: Open311Policy = g.policy
    if named.strip() and named.strip().lower() != policy.jurisdiction:
        raise NotFoundError(f"jurisdiction_id is {policy.jurisdiction} here, or left out.")
