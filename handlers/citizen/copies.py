"""A citizen fetches the copy of all that is stored about them: by a link that works once. GET changes nothing."""

from flask import Blueprint, make_response, render_template
from flask_babel import force_locale
from flask_wtf.csrf import CSRFError
from werkzeug.wrappers import Response

from bot.accounts import lockout
from bot.citizen_web.lookup import NOBODY, LockedError, digits_in
from bot.errors import RefusedError
from bot.personal import copy_links, rights
from bot.personal.finding import check_attempt, last_digits
from handlers.citizen.room import keep_private
from handlers.citizen.show import STALE
from handlers.edge import edge
from handlers.forms import Typed, refused, text_of
from handlers.guards import guard
from handlers.i18n import INDONESIAN, LANGUAGES, N_, translated
from handlers.personal_package import digest_of, download, files_for, package
from handlers.phrases import Phrases
from storage.models import Citizen

blueprint = Blueprint("copies", __name__, url_prefix=copy_links.PATH.rstrip("/"))
guard(blueprint, "link")
blueprint.after_request(keep_private)

FORM = "copy"
BIG_ID = "int(max=9223372036854775807)"
WRONG = N_("Empat angka itu tidak cocok. Periksa lagi.")
LOCKED = N_("Terlalu banyak percobaan yang tidak cocok. Coba lagi sesudah %(moment)s.")


@blueprint.get(f"/<{BIG_ID}:request_id>/<secret>")
def ask(request_id: int, secret: str) -> Response:
    """The page before: what it is, and the button. Programs that follow links in messages change nothing."""
    return _page(request_id, secret)


@blueprint.post(f"/<{BIG_ID}:request_id>/<secret>")
def fetch(request_id: int, secret: str) -> Response:
    """The file, once."""
    here = edge()
    now = here.clock.now()
    try:
        _check_digits(request_id, secret)
    except LockedError as error:
        moment = Phrases(here.rulebook.city, now).moment(error.until)
        return _page(request_id, secret, refused(FORM, translated(LOCKED) % {"moment": moment}), 429)
    except RefusedError as error:
        return _page(request_id, secret, refused(FORM, str(error)), 409)
    with here.database.read() as session:
        citizen_id = copy_links.request_of(session, request_id, secret, now).citizen_id
    kept = files_for(here, citizen_id)
    with here.database.begin() as session:
        row = copy_links.request_of(session, request_id, secret, now, lock=True)
        citizen, language = session.get_one(Citizen, row.citizen_id), copy_links.talk_of(session, row).language
        with force_locale(language if language in LANGUAGES else INDONESIAN):
            content = package(session, here.rulebook, citizen, kept, now)
        rights.finish(row, now, proof=digest_of(content))
    return download(content)


@blueprint.errorhandler(CSRFError)
def _stale(_: CSRFError) -> tuple[str, int]:
    return render_template("error.html", message=STALE, code=400), 400


def _check_digits(request_id: int, secret: str) -> None:
    """Whoever was passed the link does not know the number; who has no number needs none."""
    here = edge()
    now = here.clock.now()
    with here.database.begin() as session:
        row = copy_links.request_of(session, request_id, secret, now)
        expected = last_digits(copy_links.talk_of(session, row).address)
        if expected == NOBODY:
            return
        check_attempt(session, lockout.of_ticket(f"copy {request_id}"), now)
    if digits_in(text_of("digits")) != expected:
        raise RefusedError(WRONG)
    with here.database.begin() as session:
        lockout.forgive(session, lockout.of_ticket(f"copy {request_id}"))


def _page(request_id: int, secret: str, typed: Typed | None = None, code: int = 200) -> Response:
    here = edge()
    with here.database.read() as session:
        row = copy_links.request_of(session, request_id, secret, here.clock.now())
        talk = copy_links.talk_of(session, row)
        asks = last_digits(talk.address) != NOBODY
        until = row.asked_at + copy_links.VALID
    spoken = talk.language if talk.language in LANGUAGES else INDONESIAN
    with force_locale(spoken):
        say = Phrases(here.rulebook.city, here.clock.now())
        text = render_template(
            "citizen/copy.html", typed=typed or Typed(), asks=asks, until=say.moment(until), language=spoken
        )
    return make_response(text, code)
