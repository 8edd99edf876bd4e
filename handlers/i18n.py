"""The language of the pages: Indonesian as written in the code, English from the catalogue in ``translations/``.

What citizens are told by message stands in ``bot/texts``; this is about pages only.
"""

from flask import Blueprint, Flask, has_request_context, redirect, request, session
from flask_babel import Babel, gettext, ngettext
from flask_login import current_user
from werkzeug.wrappers import Response

from handlers.audit import changing
from handlers.guards import guard
from handlers.inside import inside
from handlers.refusals import in_words
from storage.models import User

INDONESIAN, ENGLISH = "id", "en"
LANGUAGES = {INDONESIAN: "Bahasa Indonesia", ENGLISH: "English"}

blueprint = Blueprint("language", __name__)
guard(blueprint, "public")


def install(app: Flask) -> None:
    """Let Flask-Babel translate the pages of ``app``."""
    app.config.setdefault("BABEL_DEFAULT_LOCALE", INDONESIAN)
    app.config.setdefault("BABEL_TRANSLATION_DIRECTORIES", "translations")
    Babel(app, locale_selector=language)
    app.register_blueprint(blueprint)
    app.add_template_filter(in_words)
    app.context_processor(lambda: {"language": language(), "languages": LANGUAGES})


def N_(sentence: str) -> str:  # noqa: N802 - the name that gettext's tools look for
    """Mark a sentence of a table for the catalogue; it is translated where it is shown."""
    return sentence


def translated(sentence: str) -> str:
    """``sentence`` in the language of the present page; as it is outside of any."""
    return str(gettext(sentence)) if has_request_context() else sentence


def counted(one: str, many: str, count: int) -> str:
    """The form for ``count``; Indonesian has one form, English two."""
    if has_request_context():
        return str(ngettext(one, many, count))
    return many % {"num": count}


def language() -> str:
    """The language of the present page: as switched in this browser, else as the account has it."""
    chosen = session.get("language") or getattr(current_user, "language", None)
    return chosen if chosen in LANGUAGES else INDONESIAN


@blueprint.post("/language")
def switch() -> Response:
    """Another language from now on, in this browser and for the account."""
    chosen = request.form.get("language", "")
    if chosen in LANGUAGES:
        session["language"] = chosen
        if current_user.is_authenticated:
            with changing(f"user:{current_user.id}", language=chosen) as transaction:
                transaction.get_one(User, int(current_user.id)).language = chosen
    return redirect(inside(request.form.get("next", "")), 303)
