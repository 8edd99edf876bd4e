"""What all lists that can be taken away have in common: name, days and moments, and their address on a page."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from flask import request, url_for
from werkzeug.wrappers import Response

from handlers.console.room import blueprint, phrases
from handlers.csv_export import csv_response
from handlers.i18n import translated

# A file holds all pages of a list.
OF_ONE_PAGE = ("page", "before")
DAY, MOMENT = "%Y-%m-%d", "%Y-%m-%d %H:%M"
# More than anybody opens in a spreadsheet.
MOST = 10_000


def table(name: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> Response:
    """A list as a file that is named after it and today; ``header`` in Indonesian, as in a page."""
    say = phrases()
    filename = f"{name}-{say.local_date(say.now):{DAY}}.csv"
    response = csv_response(filename, [translated(one) for one in header], rows)
    response.make_sequence()  # so few rows need not be sent while they are read
    return response


def local_day(at: datetime | date | None) -> str:
    """``2026-11-24`` by the city's own calendar; empty for nothing."""
    if isinstance(at, datetime):
        return _local(at, DAY)
    return f"{at:{DAY}}" if at else ""


def local_moment(at: datetime | None) -> str:
    """``2026-11-24 10:00`` by the city's own clock; empty for nothing."""
    return _local(at, MOMENT) if at else ""


@blueprint.app_context_processor
def _address() -> dict[str, Callable[..., str]]:
    return {"csv_address": csv_address}


def csv_address(endpoint: str, **values: Any) -> str:
    """Of the list that is looked at, as it is filtered, as a file."""
    filters = [pair for pair in request.args.items(multi=True) if pair[0] not in OF_ONE_PAGE]
    return url_for(endpoint, **values) + (f"?{urlencode(filters)}" if filters else "")


def _local(at: datetime, layout: str) -> str:
    return at.astimezone(phrases().city.zone).strftime(layout)
