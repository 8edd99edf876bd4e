"""Every blueprint says who may come in; a test walks the URL map and fails where one does not."""

import hmac
import ipaddress
from collections.abc import Callable
from typing import Any, TypeVar

import structlog
from flask import Blueprint, abort, current_app, redirect, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from handlers.edge import edge

log = structlog.get_logger()
GUARDS = "suarakota.guards"
FORWARDED = ("Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP")
# Another name that leads here would let a website in the same browser pose as a citizen (DNS rebinding).
OWN_NAMES = frozenset({"localhost", "127.0.0.1", "[::1]"})
# Who may open which page behind a log-in; what is not in here nobody may.
SEEN_BY: dict[Callable[..., Any], tuple[str, ...]] = {}
# What somebody may open who must set up a second factor and has not yet.
WITHOUT_SECOND_FACTOR: set[Callable[..., Any]] = set()

View = TypeVar("View", bound=Callable[..., Any])


def guard(blueprint: Blueprint, kind: str) -> None:
    """Set who may reach ``blueprint``.

    ``public``: anyone. ``provider``: the handler checks a provider's signature. ``link``: the handler checks
    a secret link. ``key``: the blueprint asks for the API key of another system. ``loopback``: only this machine,
    only where the simulator is enabled. ``watcher``: whoever has METRICS_TOKEN; where there is none, only this
    machine. ``login``: a console account with a role that :func:`seen_by` names at the
    view.
    """
    check = CHECKS[kind]
    if check is not None:
        blueprint.before_request(check)
    blueprint.record_once(lambda state: state.app.extensions.setdefault(GUARDS, {}).update({blueprint.name: kind}))


def seen_by(*roles: str) -> Callable[[View], View]:
    """Say which roles may open a page; one for ``agency_officer`` must look at whose ticket it is."""

    def mark(view: View) -> View:
        SEEN_BY[view] = roles
        return view

    return mark


def without_second_factor(view: View) -> View:
    """Open a page also to whoever must set up a second factor first: the pages on which that is done."""
    WITHOUT_SECOND_FACTOR.add(view)
    return view


def _loopback_only() -> None:
    """The simulator lets anyone pose as a citizen, so a proxy in front of us is reason enough to close it."""
    if not edge().settings.simulator_enabled or not _is_from_here():
        abort(404)


def _is_from_here() -> bool:
    """Whether a program on this machine asks, and no proxy on behalf of another."""
    behind_proxy = any(header in request.headers for header in FORWARDED)
    known = request.host.rpartition(":")[0] in OWN_NAMES or request.host in OWN_NAMES
    return known and not behind_proxy and _is_loopback(request.remote_addr)


def _watchers_only() -> None:
    """By a bearer token where one is set: a proxy on this machine may look as if somebody here asked."""
    tokens = edge().settings.metrics_token
    kind, _, given = request.headers.get("Authorization", "").partition(" ")
    knows = kind.lower() == "bearer" and any(_is_same(given.strip(), token) for token in tokens)
    if not (knows if tokens else _is_from_here()):
        abort(404)


def _is_same(given: str, token: str) -> bool:
    return hmac.compare_digest(given.encode(), token.encode())


def _is_loopback(address: str | None) -> bool:
    try:
        return ipaddress.ip_address(address or "").is_loopback
    except ValueError:
        return False


def _logged_in_only() -> Response | None:
    if not current_user.is_authenticated:
        response: Response = current_app.login_manager.unauthorized()  # type: ignore[attr-defined]
        return response
    view = current_app.view_functions[request.endpoint or ""]
    if current_user.role not in SEEN_BY.get(view, ()):
        log.warning("forbidden", user=current_user.id, role=current_user.role, page=request.endpoint)
        abort(403, "Halaman ini bukan untuk akun Anda.")
    if must_have_second_factor() and not current_user.has_second_factor and view not in WITHOUT_SECOND_FACTOR:
        return Response(status=204) if "HX-Request" in request.headers else _to_the_account()
    return None


def must_have_second_factor() -> bool:
    """Whether this installation demands a second factor of whoever is logged in."""
    return current_user.role in edge().settings.second_factor_for


def _to_the_account() -> Response:
    return redirect(url_for("console.account"), 303)


CHECKS: dict[str, Callable[[], Response | None] | Callable[[], None] | None] = {
    "public": None,
    "provider": None,
    "link": None,
    "key": None,
    "loopback": _loopback_only,
    "watcher": _watchers_only,
    "login": _logged_in_only,
}
