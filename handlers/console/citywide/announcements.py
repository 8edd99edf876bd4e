"""Announcing something to everybody with an open report about a service or in an area: text, preview, progress."""

from collections.abc import Callable, Collection, Iterable, Mapping
from functools import partial

from flask import flash, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from bot.announcements import announcements
from bot.announcements.announcements import DRAFT, Wish
from bot.announcements.areas import Areas, areas_of
from bot.announcements.report import is_going_on, report_of
from bot.announcements.text import MOST_SEGMENTS
from bot.duty.roster import ON_CALL
from bot.errors import NotFoundError, RefusedError
from bot.status import OPEN
from handlers.audit import changing
from handlers.console.citywide import announcement_words as words
from handlers.console.room import BIG_ID, TWICE, blueprint, phrases, user_id
from handlers.console.typed_in import NOT_SURE
from handlers.edge import edge
from handlers.forms import Typed, refused, text_of
from handlers.guards import seen_by
from handlers.i18n import N_, translated
from storage.models import Announcement, User
from storage.queries import announcements as queries

SHOWN = 100
WRITE, START, STOP = "write", "start", "stop"
STOPPED = N_("Pengumuman dihentikan; yang sudah terkirim tidak bisa ditarik.")
THROWN_AWAY = N_("Pengumuman dibuang.")
LONGEST_ID = 18
# While it goes on the page looks again by itself; there is no script on it.
LOOK_AGAIN_S = 5

Page = str | Response


@blueprint.get("/announcements")
@seen_by(*ON_CALL)
def announcement_list() -> str:
    """The newest announcements, and the way to a new one."""
    areas = _areas()
    with edge().database.read() as session:
        return render_template(
            "console/announcements.html",
            say=phrases(),
            words=words,
            found=[
                (
                    listed,
                    words.target(listed.announcement, edge().rulebook.city, _labels(listed.announcement, areas)),
                )
                for listed in queries.newest(session, SHOWN)
            ],
            shown=SHOWN,
        )


@blueprint.get("/announcements/new")
@seen_by(*ON_CALL)
def new_announcement() -> str:
    """The empty form, or one with what stands in the draft that ``from`` names."""
    with edge().database.read() as session:
        before = session.get(Announcement, _number(request.args.get("from", "")) or 0)
        if before is None:
            return _form(session, Typed(), ())
        fields = {"note": before.text, "service": before.service or "", "instead_of": str(before.id)}
        return _form(session, Typed(WRITE, "", fields), _areas().paths_of(before.areas))


@blueprint.post("/announcements")
@seen_by(*ON_CALL)
def write_announcement() -> Response | tuple[str, int]:
    """Keep what was typed as a draft, and show what it would be."""
    here, chosen = edge(), request.form.getlist("area")
    try:
        with changing() as session:
            wish = Wish(text_of("note"), text_of("service") or None, _areas().kelurahan_of(chosen))
            before, now = _number(text_of("instead_of")), here.clock.now()
            kept = announcements.draft(session, here.rulebook, wish, user_id(), now, before).id
    except RefusedError as error:
        with here.database.read() as session:
            return _form(session, refused(WRITE, str(error)), chosen), 409
    return redirect(url_for(".announcement", announcement_id=kept), 303)


@blueprint.get(f"/announcements/<{BIG_ID}:announcement_id>")
@seen_by(*ON_CALL)
def announcement(announcement_id: int) -> Page:
    """A draft as it would go out, or how far it has come."""
    return _page(announcement_id, Typed())


@blueprint.post(f"/announcements/<{BIG_ID}:announcement_id>/start")
@seen_by(*ON_CALL)
def start_announcement(announcement_id: int) -> Response | tuple[Page, int]:
    """Send it; a second click, or a colleague's, changes nothing.

    ``seen`` comes from the preview: how many people it showed, so that nobody starts something larger unseen.
    """
    here, seen = edge(), _number(text_of("seen"))

    def start(session: Session) -> str:
        now = here.clock.now()
        is_new = announcements.start(session, here.rulebook, announcement_id, user_id(), seen, now)
        return N_("Pengumuman mulai dikirim.") if is_new else TWICE

    return _decide(announcement_id, START, start)


@blueprint.post(f"/announcements/<{BIG_ID}:announcement_id>/stop")
@seen_by(*ON_CALL)
def stop_announcement(announcement_id: int) -> Response | tuple[Page, int]:
    """Send nothing more of it; a draft is thrown away."""
    now = edge().clock.now()

    def stop(session: Session) -> str:
        if not announcements.stop(session, announcement_id, user_id(), now):
            return TWICE
        was_started = session.get_one(Announcement, announcement_id).started_at is not None
        return STOPPED if was_started else THROWN_AWAY

    return _decide(announcement_id, STOP, stop)


@blueprint.get(f"/announcements/<{BIG_ID}:announcement_id>/<action>")
@seen_by(*ON_CALL)
def back_to_announcement(announcement_id: int, action: str) -> Response:
    """Where a form was sent to is no page; the announcement is."""
    return redirect(url_for(".announcement", announcement_id=announcement_id), 303)


def _decide(announcement_id: int, form: str, step: Callable[[Session], str]) -> Response | tuple[Page, int]:
    try:
        if form == START and text_of("sure") != "yes":
            raise RefusedError(NOT_SURE)
        with changing() as session:
            notice = step(session)
    except RefusedError as error:
        return _page(announcement_id, refused(form, str(error))), 409
    flash(translated(notice))
    return redirect(url_for(".announcement", announcement_id=announcement_id), 303)


def _page(announcement_id: int, typed: Typed) -> Page:
    with edge().database.read() as session:
        row = session.get(Announcement, announcement_id)
        if row is None:
            raise NotFoundError(announcements.NOT_THERE)
        return _draft_page(session, row, typed) if row.state == DRAFT else _report_page(session, row, typed)


def _draft_page(session: Session, row: Announcement, typed: Typed) -> str:
    here, say = edge(), phrases()
    starts = say.city.working_calendar.awake(say.now)
    return render_template(
        "console/announcement_draft.html",
        say=say,
        words=words,
        row=row,
        by=session.get_one(User, row.created_by).email,
        target=words.target(row, say.city, _labels(row, _areas())),
        plan=announcements.plan(session, here.rulebook, row, say.now),
        starts=starts if starts > say.now else None,
        typed=typed,
    )


def _report_page(session: Session, row: Announcement, typed: Typed) -> Response:
    report, say = report_of(session, row), phrases()
    goes_on = is_going_on(row, report)
    page = render_template(
        "console/announcement.html",
        say=say,
        words=words,
        row=row,
        report=report,
        target=words.target(row, say.city, _labels(row, _areas())),
        goes_on=goes_on,
        was_started=row.started_at is not None,
        typed=typed,
    )
    response = make_response(page)
    if goes_on and not typed.form:
        response.headers["Refresh"] = str(LOOK_AGAIN_S)
    return response


def _form(session: Session, typed: Typed, chosen: Collection[str]) -> str:
    say = phrases()
    services = {code: service for code, service in say.city.services.items() if not service.sealed}
    return render_template(
        "console/announcement_form.html",
        say=say,
        services=services,
        tree=_areas().tree,
        chosen=set(chosen),
        is_picked=lambda city: any(path.partition("/")[0] == city for path in chosen),
        open_in=partial(_open_in, queries.open_by_area(session, OPEN)),
        most_segments=MOST_SEGMENTS,
        typed=typed,
    )


def _open_in(counts: Mapping[str, int], names: Iterable[str]) -> str:
    """How many open reports there are in these kelurahan together; nothing where there are none."""
    found = sum(counts.get(name, 0) for name in names)
    return words.number(found) if found else ""


def _labels(row: Announcement, areas: Areas) -> list[str]:
    return areas.labels_of(row.areas)


def _areas() -> Areas:
    return areas_of(edge().settings.city_folder)


def _number(typed: str) -> int | None:
    """A number from a field; None for anything else."""
    return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) <= LONGEST_ID else None
