"""No request waits for the database longer than whoever made it would wait for us."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from flask import Flask

from storage.patience import at_most

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

# Providers go elsewhere after 10 or 15 seconds; they are told 503 before that. So is a proxy that asks how we are:
# it sends them to another host.
HURRIED, HURRIED_S = ("/webhooks/", "/healthz"), 3.0
PAGE_S = 20.0


def install(app: Flask) -> None:
    """Give every request of ``app`` its time with the database."""
    app.wsgi_app = _Patient(app.wsgi_app)  # type: ignore[method-assign]


class _Patient:
    """Around the application, so that nothing of a request is outside; what is streamed later may take longer."""

    def __init__(self, inner: "WSGIApplication") -> None:
        self._inner = inner

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        hurried = str(environ.get("PATH_INFO", "")).startswith(HURRIED)
        with at_most(HURRIED_S if hurried else PAGE_S):
            return self._inner(environ, start_response)
