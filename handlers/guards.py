"""Every blueprint says who may come in; a test walks the URL map and fails where one does not."""

import ipaddress
from collections.abc import Callable
from typing import Any, TypeVar

from flask import Blueprint, abort, current_app, request
from flask_login import current_user
from werkzeug.wrappers import Response

from handlers.edge import edge

GUARDS = "suarakota.guards"
FORWARDED = ("Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP")
# Another name that leads here would let a website in the same browser pose as a citizen (DNS rebinding).
OWN_NAMES = frozenset({"localhost", "127.0.0.1", "[::1]"})
# Who may open which page behind a log-in; what is not in here nobody may.
SEEN_BY: dict[Callable[..., Any], tuple[str, ...]] = {}

View = TypeVar("View", bound=Callable[..., Any])


def guard(blueprint: Blueprint, kind: str) -> None:
    """Set who may reach ``blueprint``.

    ``public``: anyone. ``provider``: the handler checks a provider's signature. ``link``: the handler checks
    a secret link. ``loopback``: only this machine, only where the simulator is enabled. ``login``: a console
    account with a role that :func:`seen_by` names at the view.
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


def _loopback_only() -> None:
    """The simulator lets anyone pose as a citizen, so a proxy in front of us is reason enough to close it."""
    behind_proxy = any(header in request.headers for header in FORWARDED)
    known = request.host.rpartition(":")[0] in OWN_NAMES or request.host in OWN_NAMES
    here = known and not behind_proxy and _is_loopback(request.remote_addr)
    if not edge().settings.simulator_enabled or not here:
        abort(404)


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
        abort(403, "Halaman ini bukan untuk akun Anda.")
    return None


CHECKS: dict[str, Callable[[], Response | None] | Callable[[], None] | None] = {
    "public": None,
    "provider": None,
    "link": None,
    "loopback": _loopback_only,
    "login": _logged_in_only,
}
