"""What several citizens reported: the list, one incident with its reports, merging and parting by hand."""

from collections.abc import Sequence

from flask import flash, redirect, render_template, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from bot.accounts.roles import READERS, STAFF
from bot.errors import NotFoundError, RefusedError
from bot.incidents import merge
from bot.status import OPEN
from handlers.audit import changing, looked
from handlers.console.room import BIG_ID, blueprint, phrases, user_id
from handlers.console.typed_in import confirmed, number_of
from handlers.edge import edge
from handlers.forms import Typed, refused, text_of
from handlers.guards import seen_by
from handlers.i18n import translated
from handlers.phrases import Phrases
from storage.models import Incident
from storage.queries import incidents as queries

SHOWN, MEMBERS_SHOWN = 100, 300
MERGE, SPLIT = "merge", "split"

Page = str | Response


@blueprint.get("/incidents")
@seen_by(*READERS)
def incident_list() -> str:
    """The incidents of more than one report, those reported last in front; floods in progress are marked."""
    page = _list(Typed())
    looked("page:incident_list")
    return page


@blueprint.post("/incidents/merge")
@seen_by(*STAFF)
def merge_two() -> Response | tuple[str, int]:
    """Make one report, and all together with it, part of what another one is about."""
    try:
        into = number_of(text_of("into"))
        incident_id = _merge(number_of(text_of("number")), into)
    except (RefusedError, NotFoundError) as error:
        return _list(refused(MERGE, str(error))), 409
    return redirect(url_for(".incident", incident_id=incident_id), 303)


@blueprint.get("/incidents/merge")
@seen_by(*STAFF)
def back_to_list() -> Response:
    """Where a form was sent to is no page; the list is."""
    return redirect(url_for(".incident_list"), 303)


@blueprint.get(f"/incidents/<{BIG_ID}:incident_id>")
@seen_by(*READERS)
def incident(incident_id: int) -> Page:
    """One incident with its reports; what was merged into another leads there."""
    page = _page(incident_id, Typed())
    if isinstance(page, str):
        looked()
    return page


@blueprint.post(f"/incidents/<{BIG_ID}:incident_id>/merge")
@seen_by(*STAFF)
def merge_incident(incident_id: int) -> Response | tuple[Page, int]:
    """Make another report, and all together with it, part of this incident."""
    with edge().database.read() as session:
        lead = _lead_number(session, incident_id)
    try:
        _merge(number_of(text_of("number")), lead)
    except (RefusedError, NotFoundError) as error:
        return _page(incident_id, refused(MERGE, str(error))), 409
    return redirect(url_for(".incident", incident_id=incident_id), 303)


@blueprint.post(f"/incidents/<{BIG_ID}:incident_id>/split")
@seen_by(*STAFF)
def split_incident(incident_id: int) -> Response | tuple[Page, int]:
    """Make one report a matter of its own again."""
    here, number = edge(), text_of("number")
    try:
        confirmed()
        with changing() as session:
            merge.split_off(session, here.rulebook, number, user_id(), here.clock.now())
    except (RefusedError, NotFoundError) as error:
        return _page(incident_id, refused(SPLIT, str(error))), 409
    flash(translated("%(number)s sekarang laporan tersendiri.") % {"number": number})
    return redirect(url_for(".incident", incident_id=incident_id), 303)


@blueprint.get(f"/incidents/<{BIG_ID}:incident_id>/<action>")
@seen_by(*STAFF)
def back_to_incident(incident_id: int, action: str) -> Response:
    """Where a form was sent to is no page; the incident is."""
    return redirect(url_for(".incident", incident_id=incident_id), 303)


def _merge(number: str, into: str) -> int:
    """Carry it out; the id of the incident that both belong to then."""
    confirmed()
    here, across = edge(), text_of("across") == "yes"
    with changing() as session:
        merged = merge.merge(
            session, here.rulebook, number, into, user_id(), here.clock.now(), across_services=across
        )
        flash(translated("%(number)s sekarang bersama %(into)s.") % {"number": number, "into": into})
        return merged.id


def floods_in_progress(session: Session, say: Phrases) -> Sequence[Incident]:
    """What many report at the moment."""
    calendar, policy = say.city.working_calendar, say.city.incidents.flood
    return queries.floods(session, calendar.before(say.now, policy.quiet_for))


def _list(typed: Typed) -> str:
    say = phrases()
    with edge().database.read() as session:
        found = queries.newest(session, SHOWN)
        return render_template(
            "console/incidents.html",
            say=say,
            found=found,
            raging={flood.id for flood in floods_in_progress(session, say)},
            still_open=queries.open_of(session, [incident.id for incident, _ in found], OPEN),
            shown=SHOWN,
            typed=typed,
        )


def _page(incident_id: int, typed: Typed) -> Page:
    with edge().database.read() as session:
        found = session.get(Incident, incident_id)
        if found is not None and found.merged_into is not None:
            return redirect(url_for(".incident", incident_id=found.merged_into), 303)
        lead = queries.lead(session, found) if found else None
        if found is None or lead is None or lead.sealed:
            raise NotFoundError("Tidak ada kejadian dengan nomor itu.")
        return render_template(
            "console/incident.html",
            say=phrases(),
            incident=found,
            lead=lead,
            others=queries.further(session, found, MEMBERS_SHOWN),
            shown=MEMBERS_SHOWN,
            open_statuses=OPEN,
            typed=typed,
        )


def _lead_number(session: Session, incident_id: int) -> str:
    found = session.get(Incident, incident_id)
    lead = queries.lead(session, found) if found else None
    if lead is None:
        raise NotFoundError("Tidak ada kejadian dengan nomor itu.")
    return lead.number
