"""What coordinators do with a ticket at their desk: keep it, hurry it, note something, move its agency or its day.

Each is an event of the history. The kinds in ``INTERNAL`` are for coordinators' eyes: agencies and citizens do
not read them. Whoever calls holds the ticket locked and has checked that nobody changed it meanwhile.
"""

from datetime import date, datetime, time, timedelta, tzinfo

from sqlalchemy.orm import Session

from bot.accounts.roles import STAFF
from bot.accounts.sealing import may_see
from bot.city.city import COORDINATORS
from bot.city.routing import Destination
from bot.errors import RefusedError
from bot.incidents import members
from bot.messages import legible
from bot.outgoing import agency_mail, unasked
from bot.outgoing.agency_mail import IDEAS_AND_PRAISE
from bot.outgoing.outbox import Note
from bot.rulebook import Rulebook
from bot.status import LABELS, OPEN, Move, Status, is_open, moves_from
from bot.tickets import assignments, citizen_page, tickets
from bot.tickets.followups_plan import WITH_TARGET, Kind
from bot.tickets.tickets import By
from bot.tickets.values import citizen_values
from storage.models import Ticket, TicketEvent, User
from storage.queries import incidents
from storage.queries.claiming import follow_ups_of

ASSIGNED, PRIORITISED, NOTED = "assigned", "prioritised", "noted"
DEADLINE_MOVED, WHY_REROUTED = "deadline_moved", "why_rerouted"
INTERNAL = (ASSIGNED, PRIORITISED, NOTED, DEADLINE_MOVED, WHY_REROUTED, citizen_page.LINK_ENDED)
PRIORITIES = (0, 1)
LONGEST_NOTE, LONGEST_REASON = 4_000, 1_000
FURTHEST_TARGET = timedelta(days=365)
# Until its agency claims that it is done, or its citizen is asked, a ticket has a target that can be moved.
WITH_RUNNING_TARGET = tuple(status for status in OPEN if status != Status.CLAIMED_DONE)
NEW_TARGET, PASSED_ON = "follow_new_target", "follow_passed_on"
# Steps that urge somebody because a time is over, or nearly.
URGING = (Kind.AGENCY_OVERDUE, Kind.HEAD_OVERDUE, Kind.COORDINATORS_OVERDUE, Kind.CITIZEN_PROGRESS)


def assign(session: Session, ticket: Ticket, user_id: int | None, by_user_id: int, now: datetime) -> bool:
    """From now on ``user_id`` keeps an eye on it, or with None nobody does; False where that was so already.

    RefusedError for somebody who has no such account, or may not read the ticket.
    """
    if ticket.assigned_to == user_id:
        return False
    if user_id is not None:
        _require_reader(session, ticket, user_id)
    ticket.assigned_to = user_id
    tickets.record(session, ticket, ASSIGNED, by_user(by_user_id, now), {"to": user_id})
    return True


def set_priority(session: Session, ticket: Ticket, priority: int, by_user_id: int, now: datetime) -> bool:
    """1: before others, 0: as usual; False where it was so already. RefusedError for any other number."""
    if priority not in PRIORITIES:
        raise RefusedError("Pilih prioritas: biasa atau didahulukan.")
    if ticket.priority == priority:
        return False
    ticket.priority = priority
    tickets.record(session, ticket, PRIORITISED, by_user(by_user_id, now), {"priority": priority})
    return True


def end_link(session: Session, ticket: Ticket, by_user_id: int, now: datetime) -> bool:
    """The link that its citizen has opens nothing from now on: somebody else has it, or the telephone is lost."""
    citizen_page.end_link(session, ticket, by_user(by_user_id, now))
    return True


def note(session: Session, ticket: Ticket, text: str, by_user_id: int, now: datetime, once: str = "") -> bool:
    """Keep something for colleagues; False where this very form, known by ``once``, was sent before.

    RefusedError for an empty note, and for one of more than 4,000 letters.
    """
    if once and any(event.data.get("once") == once for event in notes_of(ticket)):
        return False
    said = bounded(text, LONGEST_NOTE, "Tulis catatannya dulu.")
    tickets.record(session, ticket, NOTED, by_user(by_user_id, now, said), {"once": once} if once else None)
    return True


def notes_of(ticket: Ticket) -> list[TicketEvent]:
    """What colleagues noted, oldest first; the text of an erased citizen's is gone."""
    return [event for event in ticket.events if event.kind == NOTED]


def reroute(
    session: Session, rulebook: Rulebook, ticket: Ticket, agency: str, reason: str, by_user_id: int, now: datetime
) -> bool:
    """Give the ticket to ``agency``, which has its whole time; False where that one has it already.

    The agency that had it is told, its link ends and its time ends as ``moved``, never as late. The citizen is
    told who it is now. RefusedError for an unknown agency, without a reason where another one has it, and where
    the ticket is closed, claimed to be done, or part of another's case.
    """
    if agency not in rulebook.city.agencies or agency == COORDINATORS:
        raise RefusedError("Pilih salah satu instansi dari daftar.")
    if ticket.agency == agency and ticket.status != Status.COORDINATION:
        return False
    _require_reroutable(session, ticket)
    had_it = Move.REROUTE in moves_from(ticket.status)
    why = bounded(reason, LONGEST_REASON, "Tuliskan alasan pengalihan; rekan Anda membacanya." if had_it else "")
    if had_it:
        _take_away(session, rulebook, ticket, agency, by_user_id, now)
    elif ticket.status == Status.COORDINATION:
        _place(session, rulebook, ticket, agency, by_user_id, now)
    else:
        _send_elsewhere(session, rulebook, ticket, agency, by_user_id, now)
    if why:
        tickets.record(session, ticket, WHY_REROUTED, by_user(by_user_id, now, why))
    _tell_citizen(session, rulebook, ticket, PASSED_ON, now)
    return True


def move_deadline(
    session: Session, rulebook: Rulebook, ticket: Ticket, solve_by: datetime, reason: str, by_user_id: int,
    now: datetime,
) -> bool:  # fmt: skip
    """Another day by which it is to be solved; False where it is that already.

    Its agency's clock and all reminders go by the new one from now on. RefusedError without a reason, for what is
    over or more than a year ahead, and where no target runs.
    """
    if ticket.solve_by == solve_by:
        return False
    if ticket.status not in WITH_RUNNING_TARGET:
        raise RefusedError(f"Laporan ini berstatus {_label(ticket)}; tenggatnya tidak berjalan lagi.")
    if not now < solve_by <= now + FURTHEST_TARGET:
        raise RefusedError("Pilih tenggat yang belum lewat, paling jauh satu tahun ke depan.")
    why = bounded(reason, LONGEST_REASON, "Tuliskan alasan memindahkan tenggat.")
    before, ticket_day = ticket.solve_by, _day(ticket.solve_by, rulebook)
    _set_target(session, ticket, solve_by)
    details = {"from": before.isoformat(), "to": solve_by.isoformat()}
    tickets.record(session, ticket, DEADLINE_MOVED, by_user(by_user_id, now, why), details)
    _plan_anew(session, rulebook, ticket, now)
    if _day(solve_by, rulebook) != ticket_day:
        _tell_citizen(session, rulebook, ticket, NEW_TARGET, now)
    return True


def end_of_day(day: date, zone: tzinfo) -> datetime:
    """The last minute of ``day`` in ``zone``: what a deadline on a day means."""
    return datetime.combine(day, time(23, 59), zone)


def _require_reader(session: Session, ticket: Ticket, user_id: int) -> None:
    user = session.get(User, user_id)
    if user is None or user.disabled_at is not None or user.role not in STAFF:
        raise RefusedError("Pilih rekan dari daftar; akun itu tidak ada atau sudah ditutup.")
    if not may_see(user.role, user.agency, ticket):
        raise RefusedError("Laporan ini tersegel; pilih petugas kasus tersegel.")


def _require_reroutable(session: Session, ticket: Ticket) -> None:
    if not is_open(ticket.status):
        raise RefusedError(f"Laporan ini berstatus {_label(ticket)}; tidak bisa dialihkan lagi.")
    if ticket.status == Status.CLAIMED_DONE:
        raise RefusedError("Instansi menyatakan laporan ini selesai; periksa dulu klaimnya, lalu alihkan.")
    if lead := incidents.lead_of(session, ticket):
        raise RefusedError(f"Laporan ini ikut kasus {lead.number}; alihkan kasus itu, atau pisahkan dulu.")


def _take_away(
    session: Session, rulebook: Rulebook, ticket: Ticket, agency: str, by_user_id: int, now: datetime
) -> None:
    """The agency that has it is written to before anything changes, and its link ends."""
    agency_mail.taken_away(session, rulebook, ticket, f"rerouted:{ticket.id}:{ticket.clocks}", now)
    agency_mail.revoke_links(session, ticket, now)
    ticket.agency, ticket.unit, ticket.forwarded_at, ticket.expected_on = agency, None, now, None
    tickets.move(session, rulebook, ticket, Move.REROUTE, by_user(by_user_id, now, agency))
    members.lead_moved(session, rulebook, ticket, now)
    agency_mail.forward(session, rulebook, ticket, now)


def _place(
    session: Session, rulebook: Rulebook, ticket: Ticket, agency: str, by_user_id: int, now: datetime
) -> None:
    """No agency has it: as coordinators always do with what came back, or what no rule could place."""
    ticket.agency, ticket.unit, ticket.forwarded_at = agency, None, now
    tickets.move(session, rulebook, ticket, Move.FORWARD, by_user(by_user_id, now, agency))
    members.lead_moved(session, rulebook, ticket, now)
    agency_mail.forward(session, rulebook, ticket, now)
    if ticket.kind in IDEAS_AND_PRAISE:
        tickets.close_at_delivery(session, rulebook, ticket, now)


def _send_elsewhere(
    session: Session, rulebook: Rulebook, ticket: Ticket, agency: str, by_user_id: int, now: datetime
) -> None:
    """It has not gone out yet, and goes out as planned, to the other one."""
    tickets.send_elsewhere(session, rulebook, ticket, Destination(agency, None), now)
    ticket.moves += 1
    tickets.record(session, ticket, Move.REROUTE, by_user(by_user_id, now, agency))


def _set_target(session: Session, ticket: Ticket, solve_by: datetime) -> None:
    """On the ticket and on its agency's running time; what comes before it cannot come after it."""
    held = assignments.current(session, ticket)
    for clock in (ticket, held) if held else (ticket,):
        clock.solve_by = solve_by
        clock.verify_by, clock.answer_by = min(clock.verify_by, solve_by), min(clock.answer_by, solve_by)


def _plan_anew(session: Session, rulebook: Rulebook, ticket: Ticket, now: datetime) -> None:
    """The ladder begins anew with the new target; what was urged for under the old one is not urged for twice."""
    ticket.clocks += 1
    if ticket.status == Status.NEEDS_INFO:
        return  # it stands still; the answer plans
    tickets.plan_ahead(session, rulebook, ticket, now)
    with session.no_autoflush:
        ahead = follow_ups_of(session, ticket.id)
    for step in ahead:
        if step.state == "waiting" and step.kind in URGING and step.due_at <= now:
            step.state, step.done_at = "done", now


def _tell_citizen(session: Session, rulebook: Rulebook, ticket: Ticket, wording: str, now: datetime) -> None:
    """Who was told a target, or an agency, is told the new one; nobody in danger wants to hear of a deadline."""
    if ticket.urgent or ticket.kind not in WITH_TARGET:
        return
    values = citizen_values(session, rulebook, ticket, now)
    key = f"{wording}:{ticket.id}:{ticket.clocks}:{int(now.timestamp())}"
    unasked.tell(session, rulebook, ticket, Note(key, wording, values, ticket_id=ticket.id), now)


def by_user(user_id: int, now: datetime, said: str | None = None) -> By:
    """That user of the console, as the history names them."""
    return By(f"user:{user_id}", now, said)


def bounded(text: str, most: int, otherwise: str) -> str:
    """Without surrounding space; RefusedError where it is too long, or empty while ``otherwise`` asks for it."""
    said = legible(text).strip()
    if not said and otherwise:
        raise RefusedError(otherwise)
    if len(said) > most:
        limit, length = (f"{n:,}".replace(",", ".") for n in (most, len(said)))
        raise RefusedError(f"Paling panjang {limit} huruf, tulisan Anda {length}. Belum ada yang tersimpan.")
    return said


def _day(at: datetime, rulebook: Rulebook) -> date:
    return at.astimezone(rulebook.city.zone).date()


def _label(ticket: Ticket) -> str:
    return LABELS[Status(ticket.status)]
