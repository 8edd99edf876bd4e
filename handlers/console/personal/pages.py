"""The page of requests, the page of one, and the receipt of an erasure. People are listed nowhere."""

from datetime import timedelta

from flask import render_template
from sqlalchemy.orm import Session

from bot.accounts.roles import STAFF
from bot.errors import NotFoundError
from bot.personal import erasing, rights
from bot.personal.finding import has_sealed
from handlers.audit import looked
from handlers.console.personal.words import EXPLAINED, KINDS, OUTCOMES, REASONS, SUBTITLES, VIA
from handlers.console.room import BIG_ID, blueprint, phrases, user_id
from handlers.console.sight import sees_sealed
from handlers.edge import edge
from handlers.forms import Typed
from handlers.guards import seen_by
from storage.models import Erasure, RightsRequest
from storage.queries import personal as queries

SHOWN = 200
DONE_SHOWN = timedelta(days=30)
GONE = "Permintaan itu tidak ada."


@blueprint.get("/personal")
@seen_by(*STAFF)
def personal() -> str:
    """What is to be done until when, the form for one more, and what was done lately."""
    looked("personal")
    return requests_page(Typed())


@blueprint.get("/personal/waiting")
@seen_by(*STAFF)
def personal_waiting() -> str:
    """How many wait, on top of the console's first page, which fetches it; nothing where none does."""
    with edge().database.read() as session:
        found = queries.how_many_open(session, edge().clock.now())
    return render_template("console/personal/_waiting.html", rights=found)


@blueprint.get(f"/personal/<{BIG_ID}:request_id>")
@seen_by(*STAFF)
def personal_request(request_id: int) -> str:
    """One request, and what can be done about it."""
    return request_page(request_id, Typed())


@blueprint.get(f"/personal/receipts/<{BIG_ID}:erasure_id>")
@seen_by(*STAFF)
def erasure_receipt(erasure_id: int) -> str:
    """A paper that proves an erasure and names nobody."""
    with edge().database.read() as session:
        row = session.get(Erasure, erasure_id)
        if row is None:
            raise NotFoundError("Bukti penghapusan itu tidak ada.")
        number = erasing.receipt_number(row)
        page = render_template("console/personal/receipt.html", say=phrases(), row=row, number=number)
    looked()
    return page


def requests_page(typed: Typed) -> str:
    """The page, with a form that was refused."""
    say = phrases()
    with edge().database.read() as session:
        found = queries.open_requests(session, SHOWN)
        done = queries.done_requests(session, say.now - DONE_SHOWN, SHOWN)
        names = queries.names_of(session, [row.taken_by or row.done_by or 0 for row in (*found, *done)])
    return render_template(
        "console/personal/requests.html",
        say=say,
        found=found,
        done=done,
        names=names,
        typed=typed,
        shown=SHOWN,
        kinds=KINDS,
        via=VIA,
        outcomes=OUTCOMES,
        takeable=rights.KINDS,
    )


def request_page(request_id: int, typed: Typed) -> str:
    """One request, with a form that was refused."""
    with edge().database.read() as session:
        row = request_of(session, request_id)
        return render_template(
            "console/personal/request.html",
            say=phrases(),
            row=row,
            typed=typed,
            kinds=KINDS,
            via=VIA,
            outcomes=OUTCOMES,
            reasons=REASONS,
            explained=EXPLAINED,
            subtitles=SUBTITLES,
            names=queries.names_of(session, [row.taken_by or 0, row.done_by or 0]),
            is_mine=row.taken_by == user_id(),
            is_for_others=is_for_others(session, row),
        )


def request_of(session: Session, request_id: int) -> RightsRequest:
    """The request; NotFoundError where there is none."""
    row = session.get(RightsRequest, request_id)
    if row is None:
        raise NotFoundError(GONE)
    return row


def is_for_others(session: Session, row: RightsRequest) -> bool:
    """Whether the present user may not do it: sealed officers serve whoever told something in confidence."""
    return not sees_sealed() and has_sealed(session, row.citizen_id)
