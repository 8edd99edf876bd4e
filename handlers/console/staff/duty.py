"""Taking an emergency in the console, and who is on duty when, reached on which telephone."""

from collections.abc import Callable
from datetime import UTC, datetime

from flask import flash, redirect, render_template, url_for
from flask_login import current_user
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from bot.accounts.roles import STAFF
from bot.duty import duty, roster
from bot.duty.duty import Taking
from bot.duty.roster import ROLES, masked
from bot.errors import NotFoundError, RefusedError
from handlers.audit import changing, looked
from handlers.console.home import home_page
from handlers.console.room import BIG_ID, TWICE, blueprint, phrases, user_id
from handlers.console.sight import sees
from handlers.edge import edge
from handlers.forms import Typed, refused, text_of
from handlers.guards import seen_by
from handlers.i18n import N_, translated
from storage.models import Alarm, User
from storage.queries import duty as queries

ADMINISTRATOR = "administrator"
SHIFTS_SHOWN = 200
LONGEST_ID = 18
NOT_YOURS = N_(
    "Hanya administrator yang boleh mengubah jadwal piket dan nomor telepon; minta bantuan administrator."
)
MISSED = {
    Taking.OTHERS: N_("Darurat ini sudah diambil rekan Anda."),
    Taking.CLOSED: N_("Laporan ini sudah ditutup; tidak perlu diambil lagi."),
}


@blueprint.post(f"/alarms/<{BIG_ID}:alarm_id>/take")
@seen_by(*STAFF)
def take_alarm(alarm_id: int) -> Response | tuple[str, int]:
    """The present user takes the emergency, if nobody has."""
    here = edge()
    with changing() as session:
        alarm, me = session.get(Alarm, alarm_id), session.get_one(User, user_id())
        if alarm is None or not duty.may_take(session, alarm, me):
            raise NotFoundError("Darurat itu tidak ada.")
        outcome = duty.take(session, here.rulebook, alarm, me, here.clock.now())
        number, is_open_to_me = alarm.ticket.number, sees(alarm.ticket)
    if outcome in MISSED:
        return home_page(refused(f"take-{alarm_id}", MISSED[outcome])), 409
    done = translated("Darurat %(number)s sekarang Anda yang menangani.") % {"number": number}
    flash(translated(TWICE) if outcome is Taking.YOURS else done)
    if is_open_to_me:
        return redirect(url_for(".ticket", number=number), 303)
    return redirect(url_for(".home"), 303)


@blueprint.get(f"/alarms/<{BIG_ID}:alarm_id>/take")
@seen_by(*STAFF)
def back_from_alarm(alarm_id: int) -> Response:
    """Where a form was sent to is no page; after a log-in in between, the list is."""
    return redirect(url_for(".home"), 303)


@blueprint.get("/duty")
@seen_by(*STAFF)
def duty_page() -> str:
    """The coming shifts, and everybody who can be alerted."""
    looked("duty")
    return _page(Typed())


@blueprint.post("/duty/shifts")
@seen_by(*STAFF)
def add_shift() -> Response | tuple[str, int]:
    """Put somebody on duty, from and to in local time."""
    now = edge().clock.now()

    def add(session: Session) -> str:
        roster.add_shift(session, _chosen("user"), _moment("from"), _moment("to"), now)
        return N_("Piket dicatat.")

    return _change("shift", add)


@blueprint.post(f"/duty/shifts/<{BIG_ID}:shift_id>/remove")
@seen_by(*STAFF)
def remove_shift(shift_id: int) -> Response | tuple[str, int]:
    """Take somebody off duty; twice is as good as once."""

    def remove(session: Session) -> str:
        return N_("Piket dihapus.") if roster.remove_shift(session, shift_id) else TWICE

    return _change(f"remove-{shift_id}", remove)


@blueprint.post(f"/duty/people/<{BIG_ID}:person_id>/phone")
@seen_by(*STAFF)
def set_phone(person_id: int) -> Response | tuple[str, int]:
    """Where alarms reach somebody; an empty field takes the number away."""
    typed, country = text_of("phone"), edge().rulebook.city.calendar.country

    def change(session: Session) -> str:
        user = roster.set_phone(session, person_id, typed, country)
        return N_("Nomor telepon disimpan.") if user.phone else N_("Nomor telepon dihapus.")

    return _change(f"phone-{person_id}", change)


@blueprint.get("/duty/<path:_form>")
@seen_by(*STAFF)
def back_to_duty(_form: str) -> Response:
    """Where a form was sent to is no page; the list is."""
    return redirect(url_for(".duty_page"), 303)


def _change(form: str, step: Callable[[Session], str]) -> Response | tuple[str, int]:
    if current_user.role != ADMINISTRATOR:
        return _page(refused(form, NOT_YOURS)), 403
    try:
        with changing() as session:
            notice = step(session)
    except RefusedError as error:
        return _page(refused(form, str(error))), 409
    flash(translated(notice))
    return redirect(url_for(".duty_page"), 303)


def _page(typed: Typed) -> str:
    if current_user.role not in ROLES:
        raise NotFoundError("Halaman ini tidak ada.")
    say = phrases()
    with edge().database.read() as session:
        return render_template(
            "console/duty.html",
            say=say,
            shifts=queries.shifts_after(session, say.now, SHIFTS_SHOWN),
            shown=SHIFTS_SHOWN,
            people=queries.active(session, ROLES),
            on_shift=queries.on_shift(session, say.now),
            may_change=current_user.role == ADMINISTRATOR,
            masked=masked,
            typed=typed,
        )


def _chosen(name: str) -> int:
    """The id of who was picked from a list; 0, which nobody has, for anything else."""
    typed = text_of(name)
    return int(typed) if typed.isdecimal() and len(typed) <= LONGEST_ID else 0


def _moment(name: str) -> datetime:
    """A local date and time as browsers send it; RefusedError for anything else."""
    try:
        typed = datetime.fromisoformat(text_of(name))
        if typed.tzinfo is None:
            return typed.replace(tzinfo=edge().rulebook.city.zone).astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise RefusedError("Isi tanggal dan jam mulai dan selesai, misalnya 24-11-2026 08.00.")
