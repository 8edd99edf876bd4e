"""Messages with the meaning that people gave them, kept to train the model with: to look through and take back."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy import ColumnElement
from werkzeug.wrappers import Response

from bot.accounts.roles import READERS, STAFF
from bot.learning.examples import take_back
from handlers.audit import changing, looked
from handlers.console.room import BIG_ID, blueprint, phrases, user_id
from handlers.console.unsure.waiting import number_in
from handlers.console.unsure.words import INTENTS
from handlers.edge import edge
from handlers.forms import text_of
from handlers.guards import seen_by
from handlers.i18n import N_, translated
from handlers.inside import inside
from storage.models import Example
from storage.queries import examples as queries

SHOWN = 50
LAST_PAGE = 10_000


@blueprint.get("/examples")
@seen_by(*READERS)
def examples() -> str:
    """The kept examples, the latest first, under the filters of the address bar."""
    here, chosen = edge(), filters_of_address()
    page = min(max(number_in("page") or 1, 1), LAST_PAGE)
    where = conditions_of(chosen)
    with here.database.read() as session:
        total = queries.count(session, where)
        rows = queries.shown(session, where, SHOWN, (page - 1) * SHOWN)
    if rows:
        looked("examples")
    return render_template(
        "console/examples.html",
        rows=rows,
        total=total,
        page_number=page,
        pages=max(1, -(-total // SHOWN)),
        chosen=chosen,
        intents={code: translated(name) for code, name in INTENTS.items()},
        city=here.rulebook.city,
        say=phrases(),
    )


@blueprint.post(f"/examples/<{BIG_ID}:example_id>/remove")
@seen_by(*STAFF)
def remove_example(example_id: int) -> Response:
    """Take one back: the model learns nothing from it."""
    with changing() as session:
        is_there = take_back(session, example_id)
    flash(
        translated(
            N_("Contoh ditarik; model tidak belajar darinya.") if is_there else N_("Contoh itu sudah ditarik.")
        )
    )
    return redirect(inside(text_of("next") or url_for(".examples")), 303)


@blueprint.get(f"/examples/<{BIG_ID}:example_id>/<action>")
@seen_by(*STAFF)
def back_to_examples(example_id: int, action: str) -> Response:
    """Where a form was sent to is no page; the list is."""
    return redirect(url_for(".examples"), 303)


def filters_of_address() -> dict[str, str]:
    """What the address bar restricts the list to; what it does not know does not."""
    known: dict[str, Any] = {"intent": INTENTS, "service": edge().rulebook.city.services, "by": ("me",)}
    return {name: value for name, among in known.items() if (value := request.args.get(name, "")) in among}


def conditions_of(chosen: dict[str, str]) -> list[ColumnElement[bool]]:
    where = []
    if "intent" in chosen:
        where.append(Example.intent == chosen["intent"])
    if "service" in chosen:
        where.append(Example.service == chosen["service"])
    if "by" in chosen:
        where.append(Example.created_by == user_id())
    return where
