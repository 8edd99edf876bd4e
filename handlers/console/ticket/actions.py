"""The forms on a ticket's page: each sent twice works once, and one that comes late overwrites nothing."""

from datetime import date, datetime, time

from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from bot.accounts.roles import STAFF
from bot.desk import closing, work
from bot.errors import RefusedError
from bot.incidents import merge
from bot.status import Status
from handlers.console.room import blueprint, user_id
from handlers.console.ticket.forms import Known, carry_out
from handlers.console.typed_in import confirmed, number_of
from handlers.edge import edge
from handlers.forms import text_of
from handlers.guards import seen_by
from handlers.i18n import N_
from storage.models import Ticket


@blueprint.post("/tickets/<number>/assign")
@seen_by(*STAFF)
def assign_ticket(number: str) -> Response | tuple[str, int]:
    """A colleague, oneself or nobody keeps an eye on it from now on."""
    whom = _id(text_of("to"))

    def step(session: Session, ticket: Ticket) -> bool:
        return work.assign(session, ticket, whom, user_id(), edge().clock.now())

    notice = N_("Penanggung jawab tersimpan.") if whom else N_("Laporan ini tidak lagi ditugaskan.")
    return carry_out(number, "assign", step, lambda ticket: ticket.assigned_to == whom, notice)


@blueprint.post("/tickets/<number>/priority")
@seen_by(*STAFF)
def set_priority(number: str) -> Response | tuple[str, int]:
    """Before others, or as usual."""
    typed = text_of("priority")
    priority = int(typed) if typed in ("0", "1") else -1

    def step(session: Session, ticket: Ticket) -> bool:
        return work.set_priority(session, ticket, priority, user_id(), edge().clock.now())

    return carry_out(
        number, "priority", step, lambda ticket: ticket.priority == priority, N_("Prioritas tersimpan.")
    )


@blueprint.post("/tickets/<number>/reroute")
@seen_by(*STAFF)
def reroute(number: str) -> Response | tuple[str, int]:
    """To another agency, with its whole time."""
    here, agency, reason = edge(), text_of("agency"), text_of("note")

    def step(session: Session, ticket: Ticket) -> bool:
        return work.reroute(session, here.rulebook, ticket, agency, reason, user_id(), here.clock.now())

    def is_there(ticket: Ticket) -> bool:
        return ticket.agency == agency and ticket.status != Status.COORDINATION

    return carry_out(number, "reroute", step, is_there, N_("Laporan dialihkan."))


@blueprint.post("/tickets/<number>/deadline")
@seen_by(*STAFF)
def move_deadline(number: str) -> Response | tuple[str, int]:
    """Another day by which it is to be solved."""
    here, reason, target = edge(), text_of("note"), _target()

    def step(session: Session, ticket: Ticket) -> bool:
        if target is None:
            raise RefusedError("Pilih tanggalnya.")
        return work.move_deadline(session, here.rulebook, ticket, target, reason, user_id(), here.clock.now())

    return carry_out(
        number, "deadline", step, lambda ticket: ticket.solve_by == target, N_("Tenggat dipindahkan.")
    )


@blueprint.post("/tickets/<number>/note")
@seen_by(*STAFF)
def add_note(number: str) -> Response | tuple[str, int]:
    """Something for colleagues alone; it overwrites nothing, whoever was faster."""
    text, once = text_of("note"), text_of("once")[:64]

    def step(session: Session, ticket: Ticket) -> bool:
        return work.note(session, ticket, text, user_id(), edge().clock.now(), once)

    return carry_out(number, "note", step, None, N_("Catatan tersimpan."), "#catatan")


@blueprint.post("/tickets/<number>/join")
@seen_by(*STAFF)
def join_ticket(number: str) -> Response | tuple[str, int]:
    """This report is about what another one is about."""
    here, across = edge(), text_of("across") == "yes"

    def step(session: Session, ticket: Ticket) -> bool:
        confirmed()
        into = number_of(text_of("into"))
        now = here.clock.now()
        merge.merge(session, here.rulebook, number, into, user_id(), now, across_services=across)
        return True

    return carry_out(number, "join", step, None, N_("Laporan digabungkan."), "#serupa")


@blueprint.post("/tickets/<number>/split")
@seen_by(*STAFF)
def split_ticket(number: str) -> Response | tuple[str, int]:
    """It is a matter of its own after all."""
    here = edge()

    def step(session: Session, ticket: Ticket) -> bool:
        confirmed()
        merge.split_off(session, here.rulebook, number, user_id(), here.clock.now())
        return True

    return carry_out(number, "split", step, None, N_("Laporan ini sekarang tersendiri."), "#serupa")


@blueprint.post("/tickets/<number>/end-link")
@seen_by(*STAFF)
def end_link(number: str) -> Response | tuple[str, int]:
    """Whoever has the citizen's link sees nothing any more."""
    here, shown = edge(), text_of("round")

    def step(session: Session, ticket: Ticket) -> bool:
        confirmed()
        return work.end_link(session, ticket, user_id(), here.clock.now())

    def is_ended(ticket: Ticket) -> bool:
        return str(ticket.link_round) != shown

    return carry_out(
        number,
        "end_link",
        step,
        is_ended,
        N_("Tautan lama tidak berlaku lagi; pesan berikutnya membawa yang baru."),
    )


@blueprint.post("/tickets/<number>/withdraw")
@seen_by(*STAFF)
def withdraw(number: str) -> Response | tuple[str, int]:
    """The citizen takes it back, and said so to a person."""
    here, reason = edge(), text_of("note")

    def step(session: Session, ticket: Ticket) -> bool:
        confirmed()
        closing.withdraw(session, here.rulebook, ticket, reason, user_id(), here.clock.now())
        return True

    return carry_out(number, "withdraw", step, _is(Status.WITHDRAWN), N_("Laporan dicatat sebagai dicabut warga."))


@blueprint.post("/tickets/<number>/reject")
@seen_by(*STAFF)
def reject(number: str) -> Response | tuple[str, int]:
    """Nothing will be done about it; the citizen reads why."""
    here, reason = edge(), text_of("note")

    def step(session: Session, ticket: Ticket) -> bool:
        confirmed()
        closing.reject(session, here.rulebook, ticket, reason, user_id(), here.clock.now())
        return True

    return carry_out(
        number, "reject", step, _is(Status.REJECTED), N_("Laporan ditolak; warga menerima alasannya.")
    )


def _is(status: Status) -> Known:
    return lambda ticket: ticket.status == status


def _id(typed: str) -> int | None:
    """Whom the form names; None for nobody, and -1, who is no user, for anything odd."""
    if not typed:
        return None
    return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 19 else -1


def _target() -> datetime | None:
    """The day and the time of day that were typed; the end of the day without a time."""
    zone = edge().rulebook.city.zone
    try:
        day = date.fromisoformat(text_of("date"))
        at = time.fromisoformat(text_of("time")) if text_of("time") else None
    except ValueError:
        return None
    return datetime.combine(day, at, zone) if at else work.end_of_day(day, zone)
