"""Counts the requests of the web process: by view and room, never by address."""

import time

from flask import Flask, Response, g, request

from bot.watching import meters

NOWHERE = "nowhere"


def install(app: Flask) -> None:
    """Count every request of ``app``."""
    app.before_request_funcs.setdefault(None, []).insert(0, _begin)
    app.after_request(_end)


def _begin() -> None:
    g.begun = time.perf_counter()


def _end(response: Response) -> Response:
    endpoint = request.endpoint or NOWHERE
    meters.REQUESTS.labels(endpoint, f"{response.status_code // 100}xx").inc()
    if (begun := g.get("begun")) is not None:
        room = (request.blueprint or NOWHERE).partition(".")[0]
        meters.REQUEST_SECONDS.labels(room).observe(time.perf_counter() - begun)
    return response
