"""The blueprint that the console's pages share, who asks and when, and the way back."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, request
from flask_login import current_user

from bot.accounts.roles import SEALED_OFFICER, STAFF
from bot.status import OPEN, Status
from handlers.console.navigation import menu
from handlers.edge import edge
from handlers.guards import guard
from handlers.i18n import N_
from handlers.inside import inside
from handlers.phrases import Phrases, can_be_late
from storage.queries.queue_conditions import Desk

blueprint = Blueprint("console", __name__, url_prefix="/console")
guard(blueprint, "login")

LATE = tuple(status for status in OPEN if can_be_late(status))
TWICE = N_("Ini sudah tercatat sebelumnya; tidak ada yang terkirim dua kali.")
A_DAY = timedelta(days=1)
BIG_ID = "int(max=9223372036854775807)"


def phrases() -> Phrases:
    """The words for a page that is made now."""
    return Phrases(edge().rulebook.city, edge().clock.now())


def user_id() -> int:
    """Who is logged in."""
    return int(current_user.id)


def desk() -> Desk:
    """Whose queues are looked at, now."""
    city, now = edge().rulebook.city, edge().clock.now()
    spans = {code: city.deadlines_of(code).red_before for code in city.services}
    ends = {span: max(city.working_calendar.add(now, span), now + A_DAY) for span in {*spans.values()}}
    usual = max(city.working_calendar.add(now, city.deadlines.red_before), now + A_DAY)
    return Desk(
        user_id(),
        now,
        open=OPEN,
        late=LATE,
        back=Status.COORDINATION,
        soon=usual,
        soon_of={code: ends[span] for code, span in spans.items() if ends[span] > usual},
        sealed=bool(current_user.role == SEALED_OFFICER),
    )


def back_address() -> str:
    """Where the present page was opened from, for a link back; the console's first page where nobody says."""
    return inside(request.args.get("back", ""))


def came_from() -> str:
    """The page whose form the present request is, as its field ``next`` says; the first page where it does not."""
    return inside(request.form.get("next", ""))


@blueprint.app_context_processor
def _frame() -> dict[str, Any]:
    """What the frame of a page needs: its menu, how many numbers are written to in trial mode, if it is on, and
    whether the present user works here or only reads."""
    may_work = getattr(current_user, "role", "") in STAFF
    return {
        "trial_numbers": len(edge().settings.trial),
        "menu": menu,
        "back_address": back_address,
        "may_work": may_work,
    }


@blueprint.after_request
def _keep_private(response: Response) -> Response:
    response.headers.setdefault("Cache-Control", "private, no-cache")
    return response
