"""What a list is asked for: the filters of GET requests and of GET servicerequestupdates, read and bounded."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.city.city import City
from bot.open311.ids import REQUEST, Ids
from bot.open311.reading import Fields
from bot.open311.visible import CLOSED, places_of
from bot.status import OPEN
from storage.queries.open311 import Box, Circle, Filters

LONGEST = timedelta(days=90)
MOST_ROWS, MOST_IDS, LAST_PAGE = 1_000, 50, 1_000
STATUSES = {"open": OPEN, "closed": CLOSED}
USUAL_RADIUS_M, WIDEST_M = 100.0, 50_000.0


@dataclass(frozen=True)
class Wanted:
    """A page of a list. ``size``: rows on it; one more is asked for, to know whether another page follows."""

    filters: Filters
    page: int
    size: int
    is_by_id: bool


def requests(fields: Fields, city: City, ids: Ids, now: datetime) -> Wanted:
    """The filters of GET requests; UnfitError. Ids that are asked for leave everything else out."""
    wanted = _page(fields, city, ids, now)
    if wanted.is_by_id:
        fields.check()
        return wanted
    statuses = fields.codes("status", STATUSES)
    filters = replace(
        wanted.filters,
        services=fields.codes("service_code", city.services),
        statuses=tuple(s for code in statuses for s in STATUSES.get(code, ())) if statuses else None,
        box=_box(fields, city),
        circle=_circle(fields, city),
        changed_after=fields.moment("updated_after", city.zone),
    )
    fields.check()
    return replace(wanted, filters=filters)


def updates(fields: Fields, city: City, ids: Ids, now: datetime) -> Wanted:
    """The filters of GET servicerequestupdates; UnfitError. With ids the time goes back as far as they do."""
    wanted = _page(fields, city, ids, now)
    fields.check()
    return wanted


def _page(fields: Fields, city: City, ids: Ids, now: datetime) -> Wanted:
    page = fields.whole("page", 1, LAST_PAGE) or 1
    size = fields.whole("page_size", 1, MOST_ROWS) or MOST_ROWS
    names = fields.listed("service_request_id", MOST_IDS)
    row_ids = None if names is None else tuple(i for name in names if (i := ids.row_id(REQUEST, name)))
    start, end = _span(fields, city, now, is_by_id=names is not None)
    filters = Filters(start, end, size + 1, (page - 1) * size, row_ids)
    return Wanted(filters, page, size, names is not None)


def _span(fields: Fields, city: City, now: datetime, *, is_by_id: bool) -> tuple[datetime, datetime]:
    start, end = fields.moment("start_date", city.zone), fields.moment("end_date", city.zone, ends=True)
    if is_by_id:
        return start or datetime.fromtimestamp(0, now.tzinfo), end or now
    if start and end and start > end:
        fields.wrong("start_date", "is before end_date")
    if start and end and end - start > LONGEST:
        fields.wrong(
            "start_date", f"is at most {LONGEST.days} days before end_date; ask for one span after the other"
        )
    if start is None:
        end = end or now
        return end - LONGEST, end
    return start, end or start + LONGEST


def _box(fields: Fields, city: City) -> Box | None:
    edges = fields.decimals("bbox", 4, 180.0)
    if edges is None:
        return None
    west, south, east, north = edges
    if west > east or south > north or not -90 <= south <= north <= 90:
        fields.wrong("bbox", "is west,south,east,north in degrees")
        return None
    return Box(south, west, north, east, places_of(city))


def _circle(fields: Fields, city: City) -> Circle | None:
    latitude, longitude = fields.decimal("lat", -90, 90), fields.decimal("long", -180, 180)
    metres = fields.decimal("radius", 1, WIDEST_M)
    if fields.is_given("lat") != fields.is_given("long"):
        fields.wrong("lat", "and long are given together")
    if metres is not None and not fields.is_given("lat"):
        fields.wrong("radius", "needs lat and long")
    if latitude is None or longitude is None:
        return None
    return Circle(latitude, longitude, metres or USUAL_RADIUS_M, places_of(city))


def one(name: str, ids: Ids, now: datetime) -> Wanted:
    """One ticket by its public id; nothing where we never gave it out."""
    row_id = ids.row_id(REQUEST, name)
    return Wanted(Filters(now, now, 1, 0, () if row_id is None else (row_id,)), 1, 1, True)
