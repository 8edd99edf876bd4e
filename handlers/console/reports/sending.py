"""Sending a week's report before its time, or to whom it has not reached: never twice to anybody."""

from flask import flash, redirect, url_for
from werkzeug.wrappers import Response

from bot.accounts.roles import ADMINISTRATOR
from bot.errors import RefusedError
from bot.figures import weekly
from bot.figures.period import Period
from handlers.audit import changing
from handlers.console.reports.pages import found, period_of
from handlers.console.room import blueprint
from handlers.edge import edge
from handlers.guards import seen_by
from handlers.i18n import N_, counted, translated
from storage.queries.figures import weekly as queries

NOT_READY = N_("Laporan minggu itu belum bisa dikirim: minggunya belum selesai, atau belum dihitung.")
NOBODY = N_("Semua yang terdaftar sebagai pimpinan sudah menerimanya.")


@blueprint.post("/reports/<week>/send")
@seen_by(ADMINISTRATOR)
def send_report(week: str) -> Response:
    """Write the report where it is not there yet; mail it to those of the leadership who have not had it."""
    here, period = edge(), period_of(week)
    with here.database.read() as session:
        is_there = queries.is_written(session, period.name)
    if is_there:
        _send_again(period.name)
    else:
        _write(period)
    return redirect(url_for(".report_page", week=period.name), 303)


@blueprint.get("/reports/<week>/send")
@seen_by(ADMINISTRATOR)
def back_to_report(week: str) -> Response:
    """Where a form was sent to is no page; the list is."""
    return redirect(url_for(".reports"), 303)


def _send_again(week: str) -> None:
    here = edge()
    with changing(f"report:{week}") as session:
        sent = weekly.send_again(session, here.rulebook, found(session, week), here.clock.now())
    told = counted("Dikirim kepada %(num)d orang.", "Dikirim kepada %(num)d orang.", sent)
    flash(told if sent else translated(NOBODY))


def _write(week: Period) -> None:
    """RefusedError for any week but the latest that is over and counted."""
    here, now = edge(), edge().clock.now()
    with here.database.read() as session:
        if week != weekly.last_week(here.rulebook, now) or not weekly.is_counted(session, here.rulebook, week):
            raise RefusedError(NOT_READY)
        page = weekly.compose(session, here.rulebook, week, now)
    with changing(f"report:{week.name}") as session:
        weekly.send(session, here.rulebook, week, page, now)
    flash(translated(N_("Laporan disusun dan dikirim.")))
