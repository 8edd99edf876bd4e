"""Thanks from citizens, a month at a time: the list from which the leadership calls."""

from flask import flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from bot.accounts.roles import READERS, STAFF
from bot.desk import praise as thanks
from bot.privacy import mask
from handlers.audit import changing, looked
from handlers.console.room import TWICE, blueprint, phrases, user_id
from handlers.edge import edge
from handlers.forms import text_of
from handlers.guards import seen_by
from handlers.i18n import translated
from handlers.months import Month
from storage.queries import people as queries

SHOWN = 300


@blueprint.get("/praise")
@seen_by(*READERS)
def praise() -> str:
    """Who was thanked for what, and whether they were called; made for reading aloud and for printing."""
    say = phrases()
    today = say.local_date(say.now)
    month = Month.of(request.args.get("month", ""), today)
    looked(f"praise:{month.code}")
    with edge().database.read() as session:
        tickets = queries.praise(session, *month.bounds(say.city.zone), SHOWN)
        calls = queries.calls_about(session, [ticket.id for ticket in tickets])
        return render_template(
            "console/praise.html",
            say=say,
            month=month,
            is_latest=month.after.first > today,
            tickets=tickets,
            calls=calls,
            shown=SHOWN,
            mask=mask,
            may_change=current_user.role in STAFF,
        )


@blueprint.post("/praise/<number>/called")
@seen_by(*STAFF)
def called(number: str) -> Response:
    """Write down that the unit was called; the history keeps who did and when."""
    with changing() as session:
        is_new = thanks.mark_called(session, number, user_id(), edge().clock.now())
    done = translated("%(number)s ditandai sudah ditelepon.") % {"number": number}
    flash(done if is_new else translated(TWICE))
    return redirect(url_for(".praise", month=text_of("month")), 303)


@blueprint.get("/praise/<number>/called")
@seen_by(*STAFF)
def back_to_praise(number: str) -> Response:
    """Where a form was sent to is no page; the list is."""
    return redirect(url_for(".praise"), 303)
