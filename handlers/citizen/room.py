"""What the views of a citizen's page share: who may come in, how large a form may be, what is not kept."""

from flask import Blueprint, Response, request, session

from bot.intake.media import LARGEST
from handlers.guards import guard
from handlers.headers import may_ask_for_place
from handlers.i18n import INDONESIAN, LANGUAGES
from storage.models import Ticket

blueprint = Blueprint("citizen", __name__, url_prefix="/t")
guard(blueprint, "link")  # each view checks the secret in the address

# A photo as large as a telephone sends it, and what surrounds it in a form.
LARGEST_FORM = LARGEST + 256 * 1024
BIG_ID = "int(max=9223372036854775807)"


@blueprint.url_value_preprocessor
def _take_photos(endpoint: str | None, values: dict[str, object] | None) -> None:
    """Before anything reads the form."""
    request.max_content_length = LARGEST_FORM


@blueprint.after_request
def keep_private(response: Response) -> Response:
    """Nothing of it is stored or found; the secret goes to no other site (``handlers.headers``)."""
    response.headers.setdefault("Cache-Control", "private, no-store")
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    may_ask_for_place()
    return response


def language_of(ticket: Ticket) -> str:
    """As switched in this browser, else the language in which its citizen is written to."""
    spoken = session.get("language") or ticket.conversation.language
    return spoken if spoken in LANGUAGES else INDONESIAN
