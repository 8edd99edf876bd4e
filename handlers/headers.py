"""What every response forbids a browser to do, by Flask-Talisman: no script of others, none inline, no framing."""

from urllib.parse import urlsplit

from flask import Flask, Response, g
from flask_talisman import DENY, Talisman

from bot.settings import Settings

ASKING = "camera=(), microphone=(), geolocation=(self)"
# A letter of ours as it was sent: it brings its own styles, runs nothing, and opens what it links to elsewhere.
LETTER = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; "
    "sandbox allow-popups allow-popups-to-escape-sandbox"
)
SANDBOX = "default-src 'none'; img-src 'self'; media-src 'self'; sandbox"


def install(app: Flask, settings: Settings) -> None:
    """Harden ``app``; only pictures may come from elsewhere too, and only from the map's tile server."""
    is_https = settings.base_url.startswith("https:")
    app.after_request(_sandboxed)  # registered first, so that it runs last
    app.after_request(_for_ourselves)
    Talisman(
        app,
        # The proxy in front leads to https; probes on this machine come without it.
        force_https=False,
        strict_transport_security=is_https,
        session_cookie_secure=is_https,
        session_cookie_samesite="Lax",
        frame_options=DENY,
        # Tells other sites nothing, and our own forms what Flask-WTF checks over https.
        referrer_policy="same-origin",
        permissions_policy={"camera": "()", "microphone": "()", "geolocation": "()"},
        content_security_policy=_policy(settings),
    )


def keep_in_sandbox() -> None:
    """The present response is a file of somebody unknown: whatever is in it, nothing of it runs."""
    g.sandboxed = True


def keep_as_letter() -> None:
    """The present response is a letter as it was kept, shown in a frame of our own pages: nothing of it runs."""
    g.is_letter = True


def may_ask_for_place() -> None:
    """The present page may ask the browser where it is, which asks whoever holds it."""
    g.may_ask_for_place = True


def _for_ourselves(response: Response) -> Response:
    """No window of another site holds ours, and no page of another site shows what is ours."""
    response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
    return response


def _sandboxed(response: Response) -> Response:
    if g.get("sandboxed"):
        response.headers["Content-Security-Policy"] = SANDBOX
    if g.get("is_letter"):
        response.headers["Content-Security-Policy"] = LETTER
        response.headers["X-Frame-Options"] = "SAMEORIGIN"
    if g.get("may_ask_for_place"):
        response.headers["Permissions-Policy"] = ASKING
    return response


def _policy(settings: Settings) -> dict[str, str]:
    tiles = urlsplit(settings.map_tiles)
    host = f" {tiles.scheme}://{tiles.netloc.replace('{s}', '*')}" if tiles.netloc else ""
    return {
        "default-src": "'self'",
        "img-src": f"'self' data:{host}",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
        "base-uri": "'none'",
        "object-src": "'none'",
    }
