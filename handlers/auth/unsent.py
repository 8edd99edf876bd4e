"""A form that came after its sender's log-in had ended: kept in the log-in page, sent on after it, never lost.

It goes through the browser, signed, so that nobody can put words into a form that somebody else then sends.
"""

from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import current_app, render_template, request, session
from itsdangerous import BadData, URLSafeTimedSerializer
from werkzeug.wrappers import Response

from bot.accounts import logins
from handlers.edge import edge
from handlers.inside import inside

SALT = "an unsent form"
KEPT_S = 12 * 3600
LONGEST = 100_000
# These are not kept, so that a form with one of them is to be filled in again.
SECRET = ("password", "again", "current", "code")
OURS = frozenset({"csrf_token"})


@dataclass(frozen=True)
class Unsent:
    """``to``: where the form was sent; ``page``: where it stood; ``whose``: whose log-in had ended (0: nobody's).

    ``is_whole``: nothing of it is missing, so that it can be sent just so.
    """

    to: str
    page: str
    whose: int
    fields: list[list[str]]
    is_whole: bool

    @property
    def written(self) -> list[str]:
        """What somebody typed rather than chose."""
        return [value for _, value in self.fields if " " in value.strip() or len(value) > 30]


def of_request() -> Unsent:
    """The present request's form."""
    typed = [[name, value] for name, value in request.form.items(multi=True) if name not in OURS]
    fields = [[name, value] for name, value in typed if name not in SECRET]
    has_files = any(file.filename for file in request.files.values())
    to = request.full_path.rstrip("?")
    return Unsent(to, _page(to), _whose(), fields, len(fields) == len(typed) and not has_files)


def keep(unsent: Unsent) -> str:
    """For a field of the log-in form; empty where it would be too much."""
    words = _serializer().dumps([unsent.to, unsent.page, unsent.whose, unsent.fields, unsent.is_whole])
    kept = words if isinstance(words, str) else words.decode()
    return kept if len(kept) <= LONGEST else ""


def kept_by(form_field: str, user_id: int) -> Unsent | None:
    """What :func:`keep` gave, for the one whose it is; None for anything else."""
    try:
        unsent = Unsent(*_serializer().loads(form_field, max_age=KEPT_S))
    except (BadData, TypeError):
        return None
    return unsent if unsent.whose in (0, user_id) else None


def show(unsent: Unsent) -> Response:
    """The page on which somebody who has logged in again sends it, or lets it be."""
    return Response(render_template("login_unsent.html", unsent=unsent), mimetype="text/html")


def _page(to: str) -> str:
    """Where the form stood, which the browser tells; else where it was sent."""
    parts = urlsplit(request.referrer or "")
    page = f"{parts.path}?{parts.query}" if parts.query else parts.path
    return inside(page if parts.netloc == request.host else to)


def _whose() -> int:
    token = session.get("_user_id")
    if not token:
        return 0
    with edge().database.read() as transaction:
        login = logins.known(transaction, str(token))
    return login.user_id if login else 0


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(current_app.secret_key), salt=SALT)
