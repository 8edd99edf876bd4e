"""All of an agency's cases, for its officers: viewed, on paper, as a table, and several accepted at once."""

from collections.abc import Iterator, Sequence
from typing import Any

import structlog
from flask import flash, redirect, render_template, request
from flask_login import current_user
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from bot.accounts.roles import AGENCY_OFFICER
from bot.agencies import work
from bot.agencies.work import Desk
from bot.errors import NotFoundError
from bot.status import Move, moves_from
from bot.tickets import tickets as life
from bot.tickets.tickets import By
from handlers.audit import changing, looked
from handlers.console import sight
from handlers.console.agencies.case_view import OWN, TABS, TITLES, CaseView
from handlers.console.room import blueprint, phrases, user_id
from handlers.console.tables.table import local_day, local_moment
from handlers.csv_export import csv_response
from handlers.edge import edge
from handlers.guards import seen_by
from handlers.i18n import N_, counted, translated
from handlers.inside import inside
from handlers.phrases import Phrases
from storage.queries import cases as queries
from storage.queries.cases import CaseRow
from storage.queries.incidents import lead_of

log = structlog.get_logger()

ON_A_PAGE, ON_PAPER, IN_A_TABLE = 50, 300, 5_000
HEADER = (
    N_("Nomor"), N_("Status"), N_("Layanan"), N_("Unit"), N_("Kelurahan"), N_("Lokasi"), N_("Tanggal masuk"),
    N_("Tenggat"), N_("Dijadwalkan"), N_("Darurat"), N_("Isi laporan"),
)  # fmt: skip


def list_page() -> str:
    """The view of the agency's cases that the address bar holds."""
    say, view = phrases(), _view()
    narrowed = view.narrowed(current_user.agency, say.city, say.now)
    with edge().database.read() as session:
        version = queries.mark(session, current_user.agency)  # first: what changes meanwhile is seen as a change
        counts = queries.counts(session, TABS, narrowed)
        skip = (view.page - 1) * ON_A_PAGE
        found = queries.page_of(session, TABS[view.tab], narrowed, ON_A_PAGE, skip)
        services, areas = queries.choices(session, current_user.agency)
        return render_template(
            "console/cases.html",
            say=say,
            view=view,
            version=version,
            tabs=[(name, translated(title), counts[name]) for name, title in TITLES.items()],
            cases=found,
            others=queries.others_with(session, found),
            accepts=[case.id for case in found if Move.ACCEPT in moves_from(case.status)],
            units=_units(),
            own=OWN,
            services=services,
            areas=areas,
            first=skip + 1,
            total=counts[view.tab],
            last_page=max(1, -(-counts[view.tab] // ON_A_PAGE)),
        )


@blueprint.get("/cases/pulse")
@seen_by(AGENCY_OFFICER)
def cases_pulse() -> Response:
    """Nothing while all cases are as they were at ``version``, else the new one and a call to look again."""
    with edge().database.read() as session:
        version = queries.mark(session, current_user.agency)
    if request.args.get("version") == version:
        return Response(status=204)
    response = Response(render_template("console/_cases_pulse.html", version=version))
    response.headers["HX-Trigger"] = "changed"
    return response


@blueprint.get("/cases/paper")
@seen_by(AGENCY_OFFICER)
def cases_on_paper() -> str:
    """The view with everything that somebody needs on the road, to be printed."""
    say = phrases()
    view = _view()
    with edge().database.read() as session:
        narrowed = view.narrowed(current_user.agency, say.city, say.now)
        found = queries.page_of(session, TABS[view.tab], narrowed, ON_PAPER)
    looked(f"agency:{current_user.agency}", what="paper", cases=len(found))
    return render_template("console/cases_paper.html", say=say, view=view, cases=found, most=ON_PAPER)


@blueprint.get("/cases/table")
@seen_by(AGENCY_OFFICER)
def cases_table() -> Response:
    """The view as CSV; of sealed cases no more than the list tells."""
    say = phrases()
    view = _view()
    with edge().database.read() as session:
        narrowed = view.narrowed(current_user.agency, say.city, say.now)
        found = queries.rows_of(session, TABS[view.tab], narrowed, IN_A_TABLE)
    looked(f"agency:{current_user.agency}", what="csv", cases=len(found))
    name = f"laporan-{current_user.agency}-{say.local_date(say.now)}.csv"
    return csv_response(name, [translated(column) for column in HEADER], _rows(found, say))


@blueprint.post("/cases/accept")
@seen_by(AGENCY_OFFICER)
def accept_cases() -> Response:
    """Accept those that were ticked; what has moved on meanwhile is left as it is, and counted."""
    numbers = list(dict.fromkeys(request.form.getlist("number")))[:ON_A_PAGE]
    back = redirect(inside(request.form.get("next", "")), 303)
    if not numbers:
        flash(translated("Tandai dulu laporan yang Anda terima."))
        return back
    with changing(f"agency:{current_user.agency}") as session:
        accepted = [number for number in sorted(numbers) if _accept(session, number)]
    log.info("cases_accepted", user=user_id(), cases=len(accepted))
    flash(counted("%(num)d laporan diterima.", "%(num)d laporan diterima.", len(accepted)))
    if left := len(numbers) - len(accepted):
        flash(counted("%(num)d dilewati: sudah berubah.", "%(num)d dilewati: sudah berubah.", left))
    return back


def _accept(session: Session, number: str) -> bool:
    here = edge()
    try:
        ticket = sight.open_to_me(session, number)
    except NotFoundError:
        return False
    session.refresh(ticket, with_for_update=True)
    if not sight.sees(ticket) or Move.ACCEPT not in moves_from(ticket.status) or lead_of(session, ticket):
        return False
    desk = Desk(session, here.rulebook, ticket, ticket.agency, here.clock.now())
    work.accept(desk)
    life.record(session, ticket, "acted", By(f"user:{user_id()}", desk.now), {"action": str(Move.ACCEPT)})
    return True


def _view() -> CaseView:
    return CaseView.of(request.args, current_user.agency, edge().rulebook.city)


def _units() -> dict[str, str]:
    agency = edge().rulebook.city.agencies.get(current_user.agency)
    return {unit: agency.unit_name(unit) for unit in agency.units} if agency else {}


def _rows(cases: Sequence[CaseRow], say: Phrases) -> Iterator[Sequence[Any]]:
    units = _units()
    for case in cases:
        unit, due = units.get(case.unit or "", ""), local_moment(case.solve_by)
        if case.sealed:
            yield case.number, say.standing(case), "", unit, "", "", "", due, "", "", ""
            continue
        urgent = translated("ya") if case.urgent else ""
        begun, planned = local_moment(case.created_at), local_day(case.expected_on)
        yield (case.number, say.standing(case), say.service(case.service), unit, case.area or "", case.place or "",
               begun, due, planned, urgent, case.masked_story)  # fmt: skip
