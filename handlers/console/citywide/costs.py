"""What messages cost, a month at a time."""

from flask import render_template, request

from bot.accounts.roles import READERS
from bot.delivery.cost_report import report
from handlers.console.room import blueprint, phrases
from handlers.edge import edge
from handlers.guards import seen_by
from handlers.months import Month
from handlers.spoken import number


@blueprint.get("/costs")
@seen_by(*READERS)
def costs() -> str:
    """By channel and currency, with the messages that a resolved ticket took."""
    say = phrases()
    today = say.local_date(say.now)
    month = Month.of(request.args.get("month", ""), today)
    with edge().database.read() as session:
        found = report(session, *month.bounds(say.city.zone))
    is_latest = month.after.first > today
    return render_template(
        "console/costs.html", say=say, month=month, is_latest=is_latest, report=found, number=number
    )
