"""Senders who are not answered any more, and answering them again."""

from flask import flash, redirect, render_template, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from bot.accounts.roles import STAFF
from bot.desk import blocking
from bot.errors import RefusedError
from handlers.audit import changing, looked
from handlers.console.citizens.takeover import carry_out
from handlers.console.room import BIG_ID, TWICE, blueprint, phrases, user_id
from handlers.edge import edge
from handlers.forms import text_of
from handlers.guards import seen_by
from handlers.i18n import N_, translated
from storage.queries import people as queries

SHOWN = 200


@blueprint.post(f"/conversations/<{BIG_ID}:conversation_id>/block")
@seen_by(*STAFF)
def block(conversation_id: int) -> Response | tuple[str, int]:
    """Answer this sender no more, when that was confirmed and a reason given."""
    here, reason = edge(), text_of("note")

    def step(session: Session) -> bool:
        if not text_of("sure"):
            raise RefusedError("Centang dulu bahwa pengirim ini memang harus diblokir.")
        return blocking.block(session, conversation_id, reason, user_id(), here.clock.now())

    return carry_out(conversation_id, "block", step, "Pengirim diblokir. Keadaan darurat tetap ditanggapi.")


@blueprint.get("/blocked")
@seen_by(*STAFF)
def blocked() -> str:
    """Who is blocked, why, and how much they wrote since."""
    looked("blocked")
    with edge().database.read() as session:
        senders = queries.blocked(session, SHOWN)
        return render_template("console/blocked.html", say=phrases(), senders=senders, shown=SHOWN)


@blueprint.post(f"/blocked/<{BIG_ID}:citizen_id>/unblock")
@seen_by(*STAFF)
def unblock(citizen_id: int) -> Response:
    """Answer this sender again."""
    with changing() as session:
        is_new = blocking.unblock(session, citizen_id, user_id())
    flash(translated(N_("Blokir dicabut; pesan berikutnya dijawab lagi.") if is_new else TWICE))
    return redirect(url_for(".blocked"), 303)


@blueprint.get(f"/blocked/<{BIG_ID}:citizen_id>/unblock")
@seen_by(*STAFF)
def back_to_blocked(citizen_id: int) -> Response:
    """Where a form was sent to is no page; the list is."""
    return redirect(url_for(".blocked"), 303)
