"""What got through by no way: to whom, why, and what to do; sending again, and saying that it is dealt with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from bot.accounts.roles import READERS, STAFF
from bot.delivery import dead_letters
from bot.delivery.failure_words import CLASSES, MENDABLE, Explained, explained, meaning
from bot.errors import NotFoundError, RefusedError
from bot.messages import EMAIL, WEBHOOK
from handlers.audit import changing, looked
from handlers.console import sight
from handlers.console.conversations.addressees import is_case, named
from handlers.console.room import BIG_ID, TWICE, blueprint, phrases, user_id
from handlers.edge import edge
from handlers.forms import Typed, refused, text_of
from handlers.guards import seen_by
from handlers.i18n import N_, counted, translated
from handlers.phrases import Phrases
from storage.models import OutboundMessage, Ticket
from storage.queries import dead_letters as queries

SHOWN = 50
LONGEST_ID = 19


@dataclass(frozen=True)
class Letter:
    """One message on the page. ``hindrance``: why it cannot be sent again; ``covered``: it is for other eyes."""

    row: OutboundMessage
    ticket: Ticket | None
    to: str
    says: str
    explained: Explained
    why: str
    covered: bool
    hindrance: str | None


@blueprint.get("/undelivered")
@seen_by(*READERS)
def undelivered() -> str:
    """The list, newest first, a page at a time; ``failure`` in the address bar restricts it to one class."""
    looked("page:undelivered")
    return _page(Typed())


@blueprint.post(f"/undelivered/<{BIG_ID}:message_id>/retry")
@seen_by(*STAFF)
def send_again(message_id: int) -> Response | tuple[str, int]:
    """Have it sent once more, however often the button is pressed."""
    now = edge().clock.now()
    try:
        with changing() as session:
            _require_open(session, message_id)
            is_new = dead_letters.retry(session, message_id, user_id(), now)
    except RefusedError as error:
        return _page(refused(f"letter-{message_id}", str(error))), 409
    flash(translated("Pesan dikirim lagi.") if is_new else translated(TWICE))
    return _back()


@blueprint.post(f"/undelivered/<{BIG_ID}:message_id>/settle")
@seen_by(*STAFF)
def settle(message_id: int) -> Response:
    """It was dealt with otherwise."""
    with changing() as session:
        _require_open(session, message_id)
        is_new = dead_letters.settle(session, message_id, user_id(), edge().clock.now())
    flash(translated("Ditandai selesai.") if is_new else translated(TWICE))
    return _back()


@blueprint.post("/undelivered/retry-all")
@seen_by(*STAFF)
def send_all_again() -> Response | tuple[str, int]:
    """All of one class, after what stopped them was put right."""
    here = edge()
    try:
        done = dead_letters.retry_all(
            here.database, text_of("failure"), user_id(), here.clock.now(), sealed=sight.sees_sealed()
        )
    except RefusedError as error:
        return _page(refused("retry-all", str(error))), 409
    # In many small transactions, so that nothing waits for thousands of rows: told of once they are through.
    with changing(f"failure:{text_of('failure')}", again=done.again, cannot=done.cannot):
        flash(_said(done))
    return _back()


@blueprint.get("/undelivered/retry-all")
@blueprint.get(f"/undelivered/<{BIG_ID}:message_id>/<action>")
@seen_by(*STAFF)
def back_to_undelivered(message_id: int = 0, action: str = "") -> Response:
    """Where a form was sent to is no page; the list is."""
    return _back()


def _page(typed: Typed) -> str:
    say, failure, before = phrases(), failure_of_address(), _before()
    with edge().database.read() as session:
        rows = queries.newest(session, SHOWN + 1, before, failure)
        letters = _letters(session, rows[:SHOWN], say)
        return render_template(
            "console/undelivered.html",
            say=say,
            letters=letters,
            classes=queries.classes(session),
            explained=explained,
            known=CLASSES,
            mendable=MENDABLE,
            failure=failure,
            before=before,
            older=rows[SHOWN - 1].id if len(rows) > SHOWN else None,
            total=queries.count(session),
            typed=typed,
            may_act=current_user.role in STAFF,
        )


def _letters(session: Session, rows: Sequence[OutboundMessage], say: Phrases) -> list[Letter]:
    tickets = queries.tickets_of(session, rows)
    covered = sight.covered_messages(session, rows, tickets)
    return [_letter(session, row, tickets, say, covered=row.id in covered) for row in rows]


def _letter(
    session: Session, row: OutboundMessage, tickets: Mapping[int, Ticket], say: Phrases, *, covered: bool
) -> Letter:
    ticket = tickets.get(row.ticket_id or 0)
    return Letter(
        row=row,
        ticket=ticket,
        to="" if covered else named(row, ticket, say),
        says="" if covered else _text_of(row),
        explained=explained(row.failure, row.channel),
        why=meaning(row.failure, row.error, row.channel),
        covered=covered,
        hindrance=dead_letters.hindrance(session, row, ticket),
    )


def _said(done: dead_letters.Retried) -> str:
    again = counted("%(num)d pesan dikirim lagi.", "%(num)d pesan dikirim lagi.", done.again)
    if not done.cannot:
        return again
    left = N_("%(num)d tidak bisa dikirim lagi; alasannya di bawah.")
    return f"{again} {translated(left) % {'num': done.cannot}}"


def _text_of(row: OutboundMessage) -> str:
    """What a letter to an agency says holds the agency's link, which is nobody else's: its subject is enough."""
    is_letter = row.channel in (EMAIL, WEBHOOK) or is_case(row)
    return str(row.body.get("subject", "") if is_letter else row.body["text"])


def _require_open(session: Session, message_id: int) -> None:
    """NotFoundError for a message that the present user must not read, and so cannot handle."""
    row = session.get(OutboundMessage, message_id)
    if row is not None and sight.covered_messages(session, [row], queries.tickets_of(session, [row])):
        raise NotFoundError("Pesan itu tersegel; petugas kasus tersegel yang menanganinya.")


def _back() -> Response:
    return redirect(url_for(".undelivered", failure=failure_of_address()), 303)


def failure_of_address() -> str | None:
    asked = request.args.get("failure", "")
    return asked if asked in CLASSES else None


def _before() -> int | None:
    text = request.args.get("before", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < LONGEST_ID else None
