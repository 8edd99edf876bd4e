"""A WSGI application for tests of the web server: says how many bytes it was sent, and by whom it was read."""

from collections.abc import Callable, Iterable
from typing import Any

BLOCK = 8192


def app(environ: dict[str, Any], start_response: Callable[..., object]) -> Iterable[bytes]:
    """``PATH LENGTH``."""
    read = 0
    while block := environ["wsgi.input"].read(BLOCK):
        read += len(block)
    said = f"{environ['PATH_INFO']} {read}".encode()
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(said)))])
    return [said]
